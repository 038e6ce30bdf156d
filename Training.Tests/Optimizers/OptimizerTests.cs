using CnnService.Training.Optimizers;
using CnnService.Training.Running;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Layers;

namespace CnnService.Training.Tests.Optimizers;

/// <summary>The steps of an update rule over a network's pieces.</summary>
public sealed class OptimizerTests
{
    private const int Length = 100, PieceLength = 33;
    private const string ClippedSha256 = "d589b68ec787eb86ac0a1bf9cd943150e411a3cafbf953c7a2d3f15f34189bed";

    [Fact]
    public void Steps_WithTheWholeGradientFirst_HaveTheBitsOfThoseThatUpdateAsItArrives()
    {
        FloatBuffer asItArrives = Parameters(), afterwards = Parameters();
        double[] arriving = Run(new Adam(), asItArrives), collected = Run(new Collecting(), afterwards);

        Assert.Equal(asItArrives.Span.ToArray(), afterwards.Span.ToArray());
        Assert.Equal(arriving, collected);
        Assert.NotEqual(Parameters().Span.ToArray(), afterwards.Span.ToArray());
    }

    [Fact]
    public void Take_WithTheWholeGradientFirst_ChangesNothingBeforeTheStepEnds()
    {
        FloatBuffer parameters = Parameters();
        Optimizer optimizer = Create(new Collecting(), parameters);
        optimizer.Begin(0.1, 1);
        for (int piece = 0; piece * PieceLength < Length; piece++) optimizer.Take(piece, Gradient(1, piece));
        Assert.Equal(Parameters().Span.ToArray(), parameters.Span.ToArray());

        optimizer.Finish();
        Assert.NotEqual(Parameters().Span.ToArray(), parameters.Span.ToArray());
    }

    [Theory]
    [InlineData(10, 3, 4)] // short enough
    [InlineData(5, 3, 4)] // exactly as long
    [InlineData(2.5, 1.5, 2)] // half of it
    public void Clipping_OfAGradientOfLength5_LeavesAtMostTheNorm(double norm, double first, double second)
    {
        var layout = new ParameterLayout();
        layout.Add(new Parameter("one", ParameterKind.Weight, [1], FanIn: 1));
        layout.Add(new Parameter("other", ParameterKind.Shift, [1]));
        var parameters = new FloatBuffer(layout.Length);
        var optimizer = new Optimizer(new Sgd(), layout, parameters, regularization: 0, new GradientClipping { Norm = norm });
        foreach (PlacedParameter placed in layout.Parameters) optimizer.Expect(placed, 1);

        optimizer.Begin(learningRate: 1, iteration: 1);
        optimizer.Take(1, [4]);
        optimizer.Take(0, [3]);
        optimizer.Finish();

        Assert.Equal([-first, -second], layout.Parameters.Select(placed => (double)placed.In(parameters)[0]));
    }

    [Fact]
    public void Clipping_InARun_HasTheRecordedBitsOnAnyThreadsAndAcrossCaptures()
    {
        TrainingSpec spec = SmallRuns.Spec with { GradientClipping = new GradientClipping { Norm = 0.5 } };
        RecordedBits.MustBe(ClippedSha256, spec, iterations: 13);
    }

    [Theory]
    [InlineData(ParameterKind.Weight, 0.5, 1)] // decays, and takes the rate as it is
    [InlineData(ParameterKind.Shift, 1, 10)]
    [InlineData(ParameterKind.Scale, 1, 1)]
    public void Step_OfAKindOfParameter_DecaysWeightsAloneAndMovesShiftsByTheirFactor(object kind, double kept, double factor)
    {
        var layout = new ParameterLayout();
        layout.Add(new Parameter("one", (ParameterKind)kind, [1], FanIn: 1));
        var parameters = new FloatBuffer(layout.Length);
        parameters.Span[0] = 8;
        var optimizer = new Optimizer(new SgdMomentum { WeightDecay = 1, ShiftFactor = 10 }, layout, parameters, regularization: 0);
        optimizer.Expect(layout["one"], 1);

        optimizer.Begin(learningRate: 0.5, iteration: 1);
        optimizer.Take(0, [0.25f]);
        optimizer.Finish();

        Assert.Equal(8 * kept - 0.5 * factor * 0.25, parameters.Span[0], 1e-6);
    }

    // The sums of the squared weights, one for each step.
    private static double[] Run(OptimizerSpec rule, FloatBuffer parameters)
    {
        Optimizer optimizer = Create(rule, parameters);
        double[] squares = new double[5];
        for (int step = 0; step < squares.Length; step++)
        {
            optimizer.Begin(0.01, step + 1);
            for (int piece = 0; piece * PieceLength < Length; piece++) optimizer.Take(piece, Gradient(step, piece));
            optimizer.Finish();
            squares[step] = optimizer.SquaredWeights;
        }

        return squares;
    }

    private static Optimizer Create(OptimizerSpec rule, FloatBuffer parameters)
    {
        var optimizer = new Optimizer(rule, Layout(), parameters, regularization: 0.1);
        Assert.Equal(0, optimizer.Expect(Layout()["weight"], PieceLength));
        return optimizer;
    }

    private static ParameterLayout Layout()
    {
        var layout = new ParameterLayout();
        layout.Add(new Parameter("weight", ParameterKind.Weight, [Length], FanIn: 1));
        return layout;
    }

    private static FloatBuffer Parameters() => Layout().Initialize(1, deviation: null);

    private static float[] Gradient(int step, int piece) => RandomTensors.Vector(1 + step * 10 + piece, Math.Min(PieceLength, Length - piece * PieceLength));

    /// <summary>Adam as if it needed the whole gradient.</summary>
    private sealed record Collecting : OptimizerSpec
    {
        private readonly Adam adam = new();

        public override double LearningRate { get; init; }

        internal override IReadOnlyList<string> StateNames => adam.StateNames;

        internal override bool NeedsWholeGradient => true;

        internal override double Update(in ParameterSlice slice, double learningRate, long iteration) => adam.Update(slice, learningRate, iteration);
    }
}
