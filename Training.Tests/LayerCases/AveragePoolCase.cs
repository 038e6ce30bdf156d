using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Reference;
using Convolution = CnnService.Training.Layers.Convolution;

namespace CnnService.Training.Tests.LayerCases;

internal sealed class AveragePoolCase : LayerCase<AveragePool>
{
    public override IReadOnlyList<LayerSpec> Recorded => [new AveragePool { Height = 2, Width = 3, Stride = 3 }, new AveragePool { Size = 2, Stride = 1 }];

    public override string RecordedSha256 => "12a0a34f913f15b487c3ed0b9b2e70b5e46bab397b8bc6835ade3299dfd3f450";

    public override IReadOnlyList<HandComputed> ByHand =>
    [
        new HandComputed(new AveragePool { Size = 2, Stride = 1 }, new Tensor4<float>(1, 1, 2, 3, [1, 5, 2, 3, 4, 6]), [3.25f, 4.25f], [4, 8], [1, 3, 2, 1, 3, 2]),
    ];

    public override LayerSpec? Draw(int number, Shape input)
    {
        (int height, int width) = (1 + number % 3, 1 + number % 4);
        return input.Height < height || input.Width < width ? null : new AveragePool { Height = height, Width = width, Stride = 1 + number % 5 };
    }

    protected override ReferenceLayer<double> Reference(AveragePool layer, LayerPlace place) => new AveragePooling(layer.Window);
}

internal sealed class GlobalAveragePoolCase : LayerCase<GlobalAveragePool>
{
    public override IReadOnlyList<LayerSpec> Recorded => [new Convolution { Filters = 20, Size = 3, Stride = 2 }, new GlobalAveragePool()];

    public override string RecordedSha256 => "d9a4b63e00816d0436a898efb8263116851db008f5bdaee1c7c70590207fd356";

    public override IReadOnlyList<HandComputed> ByHand =>
    [
        new HandComputed(new GlobalAveragePool(), new Tensor4<float>(1, 2, 1, 2, [1, 3, 5, 9]), [2, 7], [2, 4], [1, 1, 2, 2]),
    ];

    public override LayerSpec Draw(int number, Shape input) => new GlobalAveragePool();

    protected override ReferenceLayer<double> Reference(GlobalAveragePool layer, LayerPlace place) =>
        new AveragePooling(new Window(place.Input.Height, place.Input.Width, Stride: 1));
}

/// <summary>y[n, c, i, j] = the mean of a window of x.</summary>
internal sealed class AveragePooling(Window window) : ReferenceLayer<double>
{
    public override Tensor4<double> Forward(Tensor4<double> x, bool training)
    {
        (int height, int width) = window.Positions(x.H, x.W);
        var y = new Tensor4<double>(x.N, x.C, height, width);
        Visit(y, x, (n, c, i, j, row, column) => y[n, c, i, j] += x[n, c, row, column] / (window.Height * window.Width));
        return y;
    }

    public override (Tensor4<double> Dx, double[][] Parameters) Backward(Tensor4<double> dout, Tensor4<double> x)
    {
        Tensor4<double> dx = x.Zeros();
        Visit(dout, x, (n, c, i, j, row, column) => dx[n, c, row, column] += dout[n, c, i, j] / (window.Height * window.Width));
        return (dx, []);
    }

    private void Visit(Tensor4<double> y, Tensor4<double> x, Action<int, int, int, int, int, int> pair)
    {
        for (int n = 0; n < x.N; n++)
            for (int c = 0; c < x.C; c++)
                for (int i = 0; i < y.H; i++)
                    for (int j = 0; j < y.W; j++)
                        for (int p = 0; p < window.Height; p++)
                            for (int q = 0; q < window.Width; q++) pair(n, c, i, j, i * window.Stride + p, j * window.Stride + q);
    }
}
