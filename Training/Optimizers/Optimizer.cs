using CnnService.Training.Tensors;

namespace CnnService.Training.Optimizers;

/// <summary>
/// An update rule at work on one network, with its states. Parameters are updated as their gradients arrive: they, and the gradients, need not come from
/// memory a second time.
/// </summary>
internal sealed class Optimizer(OptimizerSpec spec, ParameterLayout layout, FloatBuffer parameters, double regularization) : IGradientSink
{
    private readonly List<Piece> pieces = [];
    private readonly FloatBuffer[] states = [.. spec.StateNames.Select(_ => new FloatBuffer(layout.Length))];
    private double[] squares = [];
    private double learningRate;
    private long iteration;

    /// <summary>The states by their names, in the layout of the parameters.</summary>
    public IEnumerable<(string Name, FloatBuffer Values)> States => spec.StateNames.Zip(states);

    /// <summary>The sum of the squared weights before the last step, as the loss needs it.</summary>
    public double SquaredWeights
    {
        get
        {
            double sum = 0;
            for (int i = 0; i < pieces.Count; i++)
                if (pieces[i].IsRegularized) sum += squares[i];
            return sum;
        }
    }

    /// <summary>Begins a step: every piece is then taken once.</summary>
    /// <param name="learningRate">The step size of this epoch.</param>
    /// <param name="iteration">Counted from 1.</param>
    public void Begin(double learningRate, long iteration)
    {
        (this.learningRate, this.iteration) = (learningRate, iteration);
        if (squares.Length != pieces.Count) squares = new double[pieces.Count];
    }

    public int Expect(PlacedParameter parameter, int pieceLength)
    {
        int first = pieces.Count;
        for (int i = 0; i < parameter.Length; i += pieceLength) pieces.Add(new Piece(parameter.Start + i, parameter.Parameter.Kind == ParameterKind.Weight));
        return first;
    }

    public void Take(int piece, ReadOnlySpan<float> gradient)
    {
        ((int start, bool isRegularized), int length) = (pieces[piece], gradient.Length);
        squares[piece] = spec.Update(
            new ParameterSlice
            {
                Values = parameters.Slice(start, length),
                Gradients = gradient,
                First = states.Length > 0 ? states[0].Slice(start, length) : default,
                Second = states.Length > 1 ? states[1].Slice(start, length) : default,
                Regularization = isRegularized ? (float)regularization : 0,
            },
            learningRate,
            iteration);
    }

    private readonly record struct Piece(int Start, bool IsRegularized);
}
