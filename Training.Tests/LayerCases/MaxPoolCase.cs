using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Reference;

namespace CnnService.Training.Tests.LayerCases;

internal sealed class MaxPoolCase : LayerCase<MaxPool>
{
    public override IReadOnlyList<LayerSpec> Recorded => [new MaxPool { Height = 2, Width = 3, Stride = 3 }, new MaxPool { Size = 2, Stride = 1 }];

    public override string RecordedSha256 => "f6190abfd13cb92d2af495682714bea5c6186a51a9d79070c26e5537ec5c021d";

    public override IReadOnlyList<HandComputed> ByHand =>
    [
        new HandComputed(new MaxPool { Size = 2, Stride = 1 }, new Tensor4<float>(1, 1, 2, 3, [1, 5, 2, 3, 4, 6]), [5, 6], [1, 2], [0, 1, 0, 0, 0, 2]),
    ];

    public override LayerSpec? Draw(int number, Shape input)
    {
        (int height, int width) = (1 + number % 3, 1 + number % 4);
        return input.Height < height || input.Width < width ? null : new MaxPool { Height = height, Width = width, Stride = 1 + number % 5 };
    }

    protected override ReferenceLayer<double> Reference(MaxPool layer, LayerPlace place) => new MaxPoolingLayer<double>(layer.Window);

    protected override bool IsClear(MaxPool layer, Tensor4<double> x, double margin)
    {
        Window window = layer.Window;
        for (int plane = 0; plane < x.N * x.C; plane++)
            for (int top = 0; top + window.Height <= x.H; top += window.Stride)
                for (int left = 0; left + window.Width <= x.W; left += window.Stride)
                {
                    double[] inside = [.. Enumerable.Range(0, window.Height * window.Width)
                        .Select(i => x[plane / x.C, plane % x.C, top + i / window.Width, left + i % window.Width])];
                    double largest = inside.Max();
                    if (inside.Any(value => value != largest && largest - value < margin)) return false;
                }

        return true;
    }
}
