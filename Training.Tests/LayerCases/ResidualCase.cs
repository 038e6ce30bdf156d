using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Reference;
using Convolution = CnnService.Training.Layers.Convolution;
using Dropout = CnnService.Training.Layers.Dropout;
using Gelu = CnnService.Training.Layers.Gelu;
using Relu = CnnService.Training.Layers.Relu;

namespace CnnService.Training.Tests.LayerCases;

internal sealed class ResidualCase : LayerCase<Residual>
{
    public override IReadOnlyList<LayerSpec> Recorded =>
    [
        new Residual { Layers = [new Convolution { Filters = 6, Size = 3, Padding = 1, Stride = 2, Bias = false }, new BatchNorm(), new Relu(), new Dropout { Keep = 0.9 }] },
        new Residual { Layers = [new Residual { Layers = [new Gelu()] }, new Convolution { Filters = 6, Size = 3, Padding = 1 }, new Relu()], Projection = Projection.None },
        new MaxPool { Size = 3 },
    ];

    public override string RecordedSha256 => "4b8f775a86f47fd679eff7a3910b405975d1a3b75801daefd930eaac90f190b1";

    public override IReadOnlyList<HandComputed> ByHand =>
    [
        new HandComputed(new Residual { Layers = [new Scale { Factor = 3 }] }, [1, -2], [4, -8], [1, 2], [4, 8]),

        // the convolution makes 10 and 1, the shortcut 2 * 1 and -1 * 1
        new HandComputed(
            new Residual { Layers = [new Convolution { Filters = 2, Size = 2, Stride = 2, Bias = false }] },
            new Tensor4<float>(1, 1, 2, 2, [1, 2, 3, 4]), Y: [12, 0], Dout: [1, 10], Dx: [3, 1, 1, 1])
        {
            Parameters = new Dictionary<string, (float[], float[])>
            {
                ["layers.0.weight"] = ([1, 1, 1, 1, 1, 0, 0, 0], [1, 2, 3, 4, 10, 20, 30, 40]), ["projection.0.weight"] = ([2, -1], [1, 10]),
            },
        },
    ];

    public override LayerSpec Draw(int number, Shape input)
    {
        LayerSpec[] kept = [new Convolution { Filters = input.Channels, Height = 3, Width = 3, Padding = 1 }, new Gelu()];
        int stride = input.Height == input.Width ? 1 + number % 2 : 1;
        return new Residual
        {
            Frozen = number % 5 == 4,
            Layers = (number % 3) switch
            {
                0 => kept,
                1 => [new Convolution { Filters = 1 + number, Height = 3, Width = 3, Padding = 1, Stride = stride }, new BatchNorm { Momentum = 0.7, Epsilon = 0.1 }],
                _ => [new Residual { Layers = kept, Projection = Projection.None }],
            },
        };
    }

    protected override ReferenceLayer<double> Reference(Residual layer, LayerPlace place) => new Block(
        new Chain(layer.Frozen ? [.. layer.Layers.Select(inside => inside.Freeze())] : layer.Layers, place, "layers"),
        place.Input == place.Output ? null : new Chain([Shortcut(layer, place)], place, "projection"));

    // A 1x1 convolution that takes every so many pixels.
    private static Convolution Shortcut(Residual layer, LayerPlace place) => new()
    {
        Filters = place.Output.Channels,
        Height = 1,
        Width = 1,
        Stride = (place.Input.Height + place.Output.Height - 1) / place.Output.Height,
        Bias = false,
        Frozen = layer.Frozen,
    };

    /// <summary>y = F(x) + S(x), where S is the input itself without a shortcut of its own.</summary>
    private sealed class Block(Chain inside, Chain? shortcut) : ReferenceLayer<double>
    {
        public override IReadOnlyList<ReferenceParameter<double>> Parameters => [.. inside.Parameters, .. shortcut?.Parameters ?? []];

        public override IReadOnlyList<(string Name, double[] Values)> Followers => [.. inside.Followers, .. shortcut?.Followers ?? []];

        public override Tensor4<double> Forward(Tensor4<double> x, bool training) =>
            inside.Forward(x, training).Zip(shortcut?.Forward(x, training) ?? x, (a, b) => a + b);

        public override (Tensor4<double> Dx, double[][] Parameters) Backward(Tensor4<double> dout, Tensor4<double> x)
        {
            (Tensor4<double> dx, double[][] parameters) = inside.Backward(dout, x);
            (Tensor4<double> around, double[][] more) = shortcut?.Backward(dout, x) ?? (dout, []);
            return (dx.Zip(around, (a, b) => a + b), [.. parameters, .. more]);
        }
    }

    /// <summary>Layers one after the other, whose parameters have the path before their names.</summary>
    private sealed class Chain : ReferenceLayer<double>
    {
        private readonly ReferenceLayer<double>[] layers;
        private readonly string path;
        private Tensor4<double>[] inputs = [];

        public Chain(IReadOnlyList<LayerSpec> specs, LayerPlace place, string path)
        {
            this.path = path;
            layers = [.. new LayerSequence(specs, place.Input).Steps.Select((step, i) => LayerCase.Of(step.Layer).Reference(
                step.Layer,
                place with { Input = step.Input, Output = step.Output, Parameter = name => place.Parameter($"{path}.{i}.{name}") }))];
        }

        public override IReadOnlyList<ReferenceParameter<double>> Parameters =>
            [.. layers.SelectMany((layer, i) => layer.Parameters.Select(parameter => parameter with { Name = $"{path}.{i}.{parameter.Name}" }))];

        public override IReadOnlyList<(string Name, double[] Values)> Followers =>
            [.. layers.SelectMany((layer, i) => layer.Followers.Select(follower => ($"{path}.{i}.{follower.Name}", follower.Values)))];

        public override Tensor4<double> Forward(Tensor4<double> x, bool training)
        {
            inputs = new Tensor4<double>[layers.Length];
            for (int i = 0; i < layers.Length; i++) x = layers[i].Forward(inputs[i] = x, training);
            return x;
        }

        public override (Tensor4<double> Dx, double[][] Parameters) Backward(Tensor4<double> dout, Tensor4<double> x)
        {
            if (inputs.Length == 0) Forward(x, training: true);
            var parameters = new double[layers.Length][][];
            for (int i = layers.Length - 1; i >= 0; i--) (dout, parameters[i]) = layers[i].Backward(dout, inputs[i]);
            return (dout, [.. parameters.SelectMany(own => own)]);
        }
    }
}
