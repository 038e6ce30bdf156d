using CnnService.Training.Kernels;
using CnnService.Training.Tensors;

namespace CnnService.Training.Optimizers;

/// <summary>An update rule at work on one network: its states, and one step over all trained parameters.</summary>
internal sealed class Optimizer
{
    private const int ChunkLength = 4096; // fixed, because the sum of squares is added chunk by chunk
    private readonly OptimizerSpec spec;
    private readonly FloatBuffer parameters, gradients;
    private readonly float regularization;
    private readonly Team team;
    private readonly Chunk[] chunks;
    private readonly double[] squares;
    private readonly Action<int, int> update;
    private double learningRate;
    private long iteration;

    public Optimizer(OptimizerSpec spec, ParameterLayout layout, FloatBuffer parameters, FloatBuffer gradients, double regularization, Team team)
    {
        (this.spec, this.parameters, this.gradients, this.team) = (spec, parameters, gradients, team);
        this.regularization = (float)regularization;
        States = [.. spec.StateNames.Select(_ => new FloatBuffer(layout.Length))];
        chunks = [.. layout.Parameters.Where(p => p.Parameter.IsTrained).SelectMany(Chunk.Cut)];
        squares = new double[chunks.Length];
        update = Update;
    }

    /// <summary>The states in the order of <see cref="OptimizerSpec.StateNames"/>, in the layout of the parameters.</summary>
    public FloatBuffer[] States { get; }

    /// <summary>Updates all trained parameters; returns the sum of the squared weights before the step, as the loss needs it.</summary>
    /// <param name="learningRate">The step size of this epoch.</param>
    /// <param name="iteration">Counted from 1.</param>
    public double Step(double learningRate, long iteration)
    {
        (this.learningRate, this.iteration) = (learningRate, iteration);
        team.Run(chunks.Length, update);
        double sum = 0;
        for (int i = 0; i < chunks.Length; i++)
            if (chunks[i].IsRegularized) sum += squares[i];
        return sum;
    }

    private void Update(int piece, int worker)
    {
        (int start, int length, bool isRegularized) = chunks[piece];
        squares[piece] = spec.Update(
            new ParameterSlice
            {
                Values = parameters.Slice(start, length),
                Gradients = gradients.Slice(start, length),
                First = States.Length > 0 ? States[0].Slice(start, length) : default,
                Second = States.Length > 1 ? States[1].Slice(start, length) : default,
                Regularization = isRegularized ? regularization : 0,
            },
            learningRate,
            iteration);
    }

    private readonly record struct Chunk(int Start, int Length, bool IsRegularized)
    {
        public static IEnumerable<Chunk> Cut(PlacedParameter p)
        {
            for (int i = 0; i < p.Length; i += ChunkLength)
                yield return new Chunk(p.Start + i, Math.Min(ChunkLength, p.Length - i), p.Parameter.Kind == ParameterKind.Weight);
        }
    }
}
