using System.Diagnostics;
using CnnService.Training.Kernels;
using CnnService.Training.Tensors;

namespace CnnService.Training.Optimizers;

/// <summary>
/// An update rule at work on one network, with its states. Parameters are updated as their gradients arrive: they, and the gradients, need not come from
/// memory a second time. A rule that has to know the whole gradient first gets it collected, and updates at the end of the step.
/// </summary>
internal sealed class Optimizer : IGradientSink
{
    private readonly OptimizerSpec rule;
    private readonly FloatBuffer parameters;
    private readonly FloatBuffer[] states;
    private readonly FloatBuffer? collected; // the whole gradient, in the layout of the parameters
    private readonly double regularization;
    private readonly double? longest;
    private readonly List<Piece> pieces = [];
    private double[] squares = [];
    private bool[] taken = []; // in this step, to assert that each piece comes once
    private double learningRate;
    private long iteration;

    /// <summary>Puts a rule to work.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="layout">Where each parameter lies.</param>
    /// <param name="parameters">The parameters' block.</param>
    /// <param name="regularization">The factor of the L2 term in the loss, which the gradients of weights join.</param>
    /// <param name="clipping">The longest gradient, if there is one.</param>
    public Optimizer(OptimizerSpec rule, ParameterLayout layout, FloatBuffer parameters, double regularization, GradientClipping? clipping = null)
    {
        (this.rule, this.parameters, this.regularization, longest) = (rule, parameters, regularization, clipping?.Norm);
        states = [.. rule.StateNames.Select(_ => new FloatBuffer(layout.Length))];
        collected = rule.NeedsWholeGradient || clipping is not null ? new FloatBuffer(layout.Length) : null;
    }

    /// <summary>The states by their names, in the layout of the parameters.</summary>
    public IEnumerable<(string Name, FloatBuffer Values)> States => rule.StateNames.Zip(states);

    /// <summary>The sum of the squared weights before the last step, as the loss needs it.</summary>
    public double SquaredWeights
    {
        get
        {
            double sum = 0;
            for (int i = 0; i < pieces.Count; i++)
                if (pieces[i].Kind == ParameterKind.Weight) sum += squares[i];
            return sum;
        }
    }

    /// <summary>Begins a step: every piece is then taken once, and <see cref="Finish"/> ends it.</summary>
    /// <param name="learningRate">The step size of this iteration.</param>
    /// <param name="iteration">Counted from 1.</param>
    public void Begin(double learningRate, long iteration)
    {
        (this.learningRate, this.iteration) = (learningRate, iteration);
        if (squares.Length != pieces.Count) (squares, taken) = (new double[pieces.Count], new bool[pieces.Count]);
        taken.AsSpan().Clear();
    }

    public int Expect(PlacedParameter parameter, int pieceLength)
    {
        int first = pieces.Count;
        for (int i = 0; i < parameter.Length; i += pieceLength)
            pieces.Add(new Piece(parameter.Start + i, Math.Min(pieceLength, parameter.Length - i), parameter.Parameter.Kind));
        return first;
    }

    public void Take(int piece, ReadOnlySpan<float> gradient)
    {
        Debug.Assert(!taken[piece] && gradient.Length == pieces[piece].Length, "A piece is taken once a step, as it was announced.");
        taken[piece] = true;
        if (collected is null) Update(piece, gradient);
        else gradient.CopyTo(collected.Slice(pieces[piece].Start, gradient.Length));
    }

    /// <summary>Ends a step: all parameters are updated.</summary>
    public void Finish()
    {
        Debug.Assert(!taken.AsSpan().Contains(false), "Every piece is taken in a step.");
        if (collected is null) return;
        if (longest is { } norm) Clip(norm);
        for (int piece = 0; piece < pieces.Count; piece++) Update(piece, collected.Slice(pieces[piece].Start, pieces[piece].Length));
    }

    // Piece by piece, as the sum's order must not depend on threads; between the pieces are zeros.
    private void Clip(double norm)
    {
        double squares = 0;
        foreach (Piece piece in pieces)
        {
            Span<float> gradient = collected!.Slice(piece.Start, piece.Length);
            squares += Sums.Of(default(ProductTerm), gradient, gradient);
        }

        double length = Math.Sqrt(squares);
        if (!(length > norm)) return; // a gradient that is not a number stays, so that it is seen
        var shorten = new FactorOperation((float)(norm / length));
        foreach (Piece piece in pieces)
            Elementwise.Apply(shorten, collected!.Slice(piece.Start, piece.Length), collected.Slice(piece.Start, piece.Length));
    }

    private void Update(int piece, ReadOnlySpan<float> gradient)
    {
        (int start, int length, ParameterKind kind) = pieces[piece];
        var slice = new ParameterSlice(states, start)
        {
            Kind = kind,
            Values = parameters.Slice(start, length),
            Gradients = gradient,
            Regularization = kind == ParameterKind.Weight ? (float)regularization : 0,
        };
        squares[piece] = rule.Update(slice, kind == ParameterKind.Shift ? learningRate * rule.ShiftFactor : learningRate, iteration);
    }

    private readonly record struct Piece(int Start, int Length, ParameterKind Kind);
}
