using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Apply<TRule>(TRule rule, float regularization, Span<float> w, ReadOnlySpan<float> dw, Span<float> first, Span<float> second)
        where TRule : struct, IUpdateRule
    {
        if (dw.Length != w.Length || (!first.IsEmpty && first.Length != w.Length) || (!second.IsEmpty && second.Length != w.Length))
            throw new ArgumentException($"{w.Length} parameters do not go with {dw.Length} gradients and states of {first.Length} and {second.Length}.", nameof(dw));
        var squares = new LaneSums();
        int i = 0;
        for (; i <= w.Length - Lanes; i += Lanes)
        {
            Vector512<float> value = At(w, i), a = At(first, i), b = At(second, i);
            squares.Add(value * value);
            Vector512<float> next = rule.Step(value, Vector512.FusedMultiplyAdd(Vector512.Create(regularization), value, At(dw, i)), ref a, ref b);
            Put(next, w, i);
            Put(a, first, i);
            Put(b, second, i);
        }

        if (i < w.Length)
        {
            Vector512<float> value = Elementwise.Load(w[i..]), a = first.IsEmpty ? default : Elementwise.Load(first[i..]), b = second.IsEmpty ? default : Elementwise.Load(second[i..]);
            squares.Add(value * value); // lanes past the end are 0
            Vector512<float> next = rule.Step(value, Vector512.FusedMultiplyAdd(Vector512.Create(regularization), value, Elementwise.Load(dw[i..])), ref a, ref b);
            Elementwise.Store(next, w[i..]);
            if (!first.IsEmpty) Elementwise.Store(a, first[i..]);
            if (!second.IsEmpty) Elementwise.Store(b, second[i..]);
        }

        return squares.Total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> At(ReadOnlySpan<float> source, int i) =>
        source.IsEmpty ? default : Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(source), (nuint)i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(Vector512<float> vector, Span<float> destination, int i)
    {
        if (!destination.IsEmpty) vector.StoreUnsafe(ref MemoryMarshal.GetReference(destination), (nuint)i);
    }
}
