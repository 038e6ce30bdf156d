using CnnService.Training.Optimizers;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Layers;

namespace CnnService.Training.Tests.Optimizers;

/// <summary>The steps of an update rule over a network's pieces.</summary>
public sealed class OptimizerTests
{
    private const int Length = 100, PieceLength = 33;

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
