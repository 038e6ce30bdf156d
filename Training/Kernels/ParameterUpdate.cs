using System.Runtime.Intrinsics;

namespace CnnService.Training.Kernels;

/// <summary>An update rule on sixteen parameters: the next values from the values, their gradient and up to two states.</summary>
internal interface IUpdateRule
{
    /// <summary>The next parameters; the states are updated in place.</summary>
    Vector512<float> Step(Vector512<float> w, Vector512<float> dw, ref Vector512<float> first, ref Vector512<float> second);
}

/// <summary>One walk over parameters, gradients and states.</summary>
internal static class ParameterUpdate
{
    private const int Lanes = 16;

    /// <summary>
    /// Applies the rule to dw + regularization * w and returns the sum of the squared parameters before the update. States that a rule does not
    /// have are empty.
    /// </summary>
    public static double Apply<TRule>(TRule rule, float regularization, Span<float> w, ReadOnlySpan<float> dw, Span<float> first, Span<float> second)
        where TRule : struct, IUpdateRule
    {
        if (dw.Length != w.Length || (!first.IsEmpty && first.Length != w.Length) || (!second.IsEmpty && second.Length != w.Length))
            throw new ArgumentException($"{w.Length} parameters do not go with {dw.Length} gradients and states of {first.Length} and {second.Length}.", nameof(dw));
        double squares = Sums.Of(new SquaredDeviationTerm(0), w, w);
        for (int i = 0; i < w.Length; i += Lanes)
        {
            int count = Math.Min(Lanes, w.Length - i);
            Vector512<float> value = Elementwise.Load(w.Slice(i, count));
            Vector512<float> gradient = Vector512.FusedMultiplyAdd(Vector512.Create(regularization), value, Elementwise.Load(dw.Slice(i, count)));
            Vector512<float> a = first.IsEmpty ? default : Elementwise.Load(first.Slice(i, count));
            Vector512<float> b = second.IsEmpty ? default : Elementwise.Load(second.Slice(i, count));
            Elementwise.Store(rule.Step(value, gradient, ref a, ref b), w.Slice(i, count));
            if (!first.IsEmpty) Elementwise.Store(a, first.Slice(i, count));
            if (!second.IsEmpty) Elementwise.Store(b, second.Slice(i, count));
        }

        return squares;
    }
}
