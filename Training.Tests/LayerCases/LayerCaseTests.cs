using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Running;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Golden;
using CnnService.Training.Tests.Layers;
using CnnService.Training.Tests.Reference;
using CsCheck;
using Adam = CnnService.Training.Optimizers.Adam;
using Affine = CnnService.Training.Layers.Affine;

namespace CnnService.Training.Tests.LayerCases;

/// <summary>What holds for every kind of layer.</summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class LayerCaseTests
{
    private const double Tolerance = 5e-5; // of the largest number, or of the size of what goes in, where sums cancel
    private const double Margin = 1e-4; // of the numbers that go in: far above float's rounding, and above the steps of numerical gradients
    private const int Cases = 60, Iterations = 13; // of 6 an epoch

    public static TheoryData<string> Kinds => [.. LayerCase.All.Select(found => found.Name)];

    [Fact]
    public void EveryKindOfLayer_HasACase() => Assert.Equal(SpecJson.KindsOf(typeof(LayerSpec)).Keys, LayerCase.All.Select(found => found.Name));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ForwardAndBackward_OfASmallBatch_AreWhatWasComputedByHand(string kind) => Assert.All(
        Case(kind).ByHand,
        small =>
        {
            var fast = new FastLayers(small.Input, small.Layer) { Noise = new RecordedNoise(0, small.Noise) };
            foreach ((string name, (float[] before, _)) in small.Parameters) fast.Set($"0.{name}", before);

            MustBe(small.Y, fast.Run(small.X, training: true, small.OutputGradient).Data);
            MustBe(small.Dx, fast.Dx!.Data);
            Assert.Equal(fast.Parameters.Select(parameter => parameter.Name), small.Parameters.Keys.Select(name => $"0.{name}"));
            foreach (Parameter parameter in fast.Parameters)
                MustBe(small.Parameters[parameter.Name["0.".Length..]].Expected, parameter.IsTrained ? fast.Gradient(parameter.Name) : fast.Get(parameter.Name));
        });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fast_AnyShape_MatchesReference(string kind) => Places(Case(kind), largest: 20).Sample(
        place =>
        {
            Tensor4<float> dout = RandomTensors.Tensor(2, place.X.N, place.Output.Channels, place.Output.Height, place.Output.Width);
            FastLayers fast = place.Fast();
            ReferenceLayer<double> reference = place.Reference();

            Tensor4<float> y = fast.Run(place.X, training: true, dout);

            MustMatch(reference.Forward(place.X.Widen(), training: true).Data, y.Data);
            (Tensor4<double> dx, double[][] parameters) = reference.Backward(dout.Widen(), place.X.Widen());
            MustMatch(dx.Data, fast.Dx!.Data);
            foreach (Parameter parameter in fast.Parameters)
            {
                string name = parameter.Name["0.".Length..];
                int learned = reference.Parameters.ToList().FindIndex(other => other.Name == name);
                if (parameter.IsTrained) MustMatch(parameters[learned], fast.Gradient(parameter.Name), place.SizeOfSums);
                else MustMatch(reference.Followers.Single(follower => follower.Name == name).Values, fast.Get(parameter.Name));
            }

            MustMatch(reference.Forward(place.X.Widen(), training: false).Data, fast.Run(place.X, training: false).Data);
        },
        iter: Cases, threads: 1);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Reference_AnyShape_BackwardIsItsDerivative(string kind) => Places(Case(kind), largest: 5).Sample(
        place =>
        {
            ReferenceLayer<double> layer = place.Reference();
            Tensor4<double> x = place.X.Widen();
            Tensor4<double> Y() => layer.Forward(x, training: true);
            Tensor4<double> dout = RandomTensors.Tensor(2, place.X.N, place.Output.Channels, place.Output.Height, place.Output.Width).Widen();

            (Tensor4<double> dx, double[][] parameters) = layer.Backward(dout, x);

            NumericalGradient.MustBe(Y, dout, x.Data, dx.Data, isZero: true);
            foreach ((ReferenceParameter<double> parameter, double[] gradient) in layer.Parameters.Zip(parameters))
                NumericalGradient.MustBe(Y, dout, parameter.Values, gradient, isZero: true);
        },
        iter: 8, threads: 1);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Json_AnyLayer_SurvivesTheRoundTrip(string kind)
    {
        LayerSpec[] layers = [.. Enumerable.Range(0, LayerCase.LastNumber + 1).Select(number => Case(kind).Draw(number, SmallRuns.Images)!), .. Case(kind).Recorded];
        Assert.All(layers, layer => Assert.Equal(SpecJson.Write(layer), SpecJson.Write(SpecJson.Read<LayerSpec>(SpecJson.Write(layer)))));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Training_OnAnyThreadsOrCaptured_HasTheRecordedBits(string kind) =>
        RecordedBits.MustBe(Case(kind).RecordedSha256, Recorded(kind), Iterations);

    private static LayerCase Case(string kind) => LayerCase.All.Single(found => found.Name == kind);

    private static TrainingSpec Recorded(string kind) => SmallRuns.Spec with
    {
        Model = new LayerList { Layers = [.. Case(kind).Recorded, new Affine()] },
        Optimizer = new Adam { LearningRate = 0.005 },
    };

    /// <summary>Layers of the kind with inputs that no rounding decides on.</summary>
    private static Gen<Place> Places(LayerCase of, int largest) =>
        from number in Gen.Int[0, LayerCase.LastNumber]
        from images in Gen.Int[2, 5]
        from channels in Gen.Int[1, 5]
        from height in Gen.Int[1, largest]
        from width in Gen.Int[1, largest]
        from threads in Gen.Int[1, 3]
        from seed in Gen.Int[1, 1_000_000]
        let input = new Shape(channels, height, width)
        let layer = of.Draw(number, input)
        where layer is not null
        let place = new Place(of, layer, input, images, threads, seed)
        where of.IsClear(layer, place.X.Widen(), Margin)
        select place;

    private static void MustBe(float[] expected, float[] actual) => Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));

    private static void MustMatch(double[] expected, float[] actual, double size = 1)
    {
        double bound = Tolerance * Math.Max(size, expected.Select(Math.Abs).DefaultIfEmpty(0).Max());
        Assert.Null(GoldenComparison.Difference(GoldenTensor.From(expected), GoldenTensor.From(actual), bound, isZero: true));
    }

    /// <summary>One layer with parameters, images and dropout's numbers.</summary>
    private sealed record Place(LayerCase Of, LayerSpec Layer, Shape Input, int Images, int Threads, int Seed)
    {
        public Shape Output { get; } = Layer.Output(Input);

        public Tensor4<float> X { get; } = RandomTensors.Tensor(Seed, Images, Input.Channels, Input.Height, Input.Width);

        /// <summary>How large a parameter's gradient is where nothing cancels: it sums one number of size 1 per pixel. It is 0 for a shift before a batch norm, but for the rounding of that sum.</summary>
        public double SizeOfSums => Math.Sqrt((double)Images * Output.Height * Output.Width);

        private float[] Noise
        {
            get
            {
                float[] numbers = new float[X.Data.Length];
                new Chance((ulong)Seed, Purpose.Dropout, 0).FillUniform(numbers);
                return numbers;
            }
        }

        public FastLayers Fast()
        {
            var layers = new FastLayers(Input, Layer) { Threads = Threads, Noise = new RecordedNoise(0, Noise) };
            foreach (Parameter parameter in Layer.Parameters(Input)) layers.Set($"0.{parameter.Name}", Numbers(parameter));
            return layers;
        }

        public ReferenceLayer<double> Reference() => Of.Reference(
            Layer,
            new LayerPlace(Images, Input, Output, name => Numbers(Layer.Parameters(Input).Single(p => p.Name == name)).Widen(), () => Noise.Widen()));

        private float[] Numbers(Parameter parameter)
        {
            float[] numbers = new float[parameter.Length];
            RandomTensors.Vary(parameter.Kind, Seed + parameter.Name.Length, numbers);
            return numbers;
        }
    }
}
