using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace CnnService.Training.Kernels;

/// <summary>An operation on each number alone.</summary>
internal interface IUnary
{
    /// <summary>Sixteen results at once.</summary>
    Vector512<float> Invoke(Vector512<float> x);
}

/// <summary>An operation on pairs of numbers.</summary>
internal interface IBinary
{
    /// <summary>Sixteen results at once.</summary>
    Vector512<float> Invoke(Vector512<float> x, Vector512<float> y);
}

/// <summary>
/// Traversals of operations on each number alone. The last few numbers go through the same vector operation as all others, so that each formula
/// is written once.
/// </summary>
internal static class Elementwise
{
    private const int Lanes = 16;

    /// <summary>destination[i] = operation(x[i]); the spans may be the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<TOperation>(TOperation operation, ReadOnlySpan<float> x, Span<float> destination)
        where TOperation : struct, IUnary
    {
        if (x.Length != destination.Length) throw new ArgumentException($"{x.Length} numbers do not go into {destination.Length}.", nameof(destination));
        ref float from = ref MemoryMarshal.GetReference(x), to = ref MemoryMarshal.GetReference(destination);
        int i = 0;
        for (; i <= x.Length - Lanes; i += Lanes) operation.Invoke(Vector512.LoadUnsafe(ref from, (nuint)i)).StoreUnsafe(ref to, (nuint)i);
        if (i < x.Length) Store(operation.Invoke(Load(x[i..])), destination[i..]);
    }

    /// <summary>destination[i] = operation(x[i], y[i]); the spans may be the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<TOperation>(TOperation operation, ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> destination)
        where TOperation : struct, IBinary
    {
        if (x.Length != y.Length || x.Length != destination.Length)
            throw new ArgumentException($"{x.Length} and {y.Length} numbers do not go into {destination.Length}.", nameof(destination));
        ref float left = ref MemoryMarshal.GetReference(x), right = ref MemoryMarshal.GetReference(y), to = ref MemoryMarshal.GetReference(destination);
        int i = 0;
        for (; i <= x.Length - Lanes; i += Lanes)
            operation.Invoke(Vector512.LoadUnsafe(ref left, (nuint)i), Vector512.LoadUnsafe(ref right, (nuint)i)).StoreUnsafe(ref to, (nuint)i);
        if (i < x.Length) Store(operation.Invoke(Load(x[i..]), Load(y[i..])), destination[i..]);
    }

    /// <summary>The first numbers of a span, up to sixteen; lanes beyond its end are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(ReadOnlySpan<float> source) => source.Length >= Lanes ? Vector512.Create(source) : LoadPart(source);

    /// <summary>Stores as many lanes as the destination holds, up to sixteen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> vector, Span<float> destination)
    {
        if (destination.Length >= Lanes) vector.CopyTo(destination);
        else StorePart(vector, destination);
    }

    /// <summary>max(x, 0); NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Relu(Vector512<float> x) =>
        Vector512.ConditionalSelect(Vector512.LessThanOrEqual(x, Vector512<float>.Zero), Vector512<float>.Zero, x);

    // Apart, because what takes memory from the stack is never inlined into a loop.
    private static Vector512<float> LoadPart(ReadOnlySpan<float> source)
    {
        Span<float> whole = stackalloc float[Lanes];
        whole.Clear();
        source.CopyTo(whole);
        return Vector512.Create<float>(whole);
    }

    private static void StorePart(Vector512<float> vector, Span<float> destination)
    {
        Span<float> whole = stackalloc float[Lanes];
        vector.CopyTo(whole);
        whole[..destination.Length].CopyTo(destination);
    }
}

/// <summary>max(x, 0); NaN stays NaN.</summary>
internal readonly struct ReluOperation : IUnary
{
    public Vector512<float> Invoke(Vector512<float> x) => Elementwise.Relu(x);
}

/// <summary>The gradient of ReLU from its input, or from its output: dy where that is above 0 or NaN, else 0.</summary>
internal readonly struct ReluGradientOperation : IBinary
{
    public Vector512<float> Invoke(Vector512<float> x, Vector512<float> y) =>
        Vector512.ConditionalSelect(Vector512.LessThanOrEqual(x, Vector512<float>.Zero), Vector512<float>.Zero, y);
}

/// <summary>x * y.</summary>
internal readonly struct MultiplyOperation : IBinary
{
    public Vector512<float> Invoke(Vector512<float> x, Vector512<float> y) => x * y;
}

/// <summary>factor * x.</summary>
internal readonly struct FactorOperation(float factor) : IUnary
{
    public Vector512<float> Invoke(Vector512<float> x) => Vector512.Create(factor) * x;
}

/// <summary>factor * x + addend.</summary>
internal readonly struct LineOperation(float factor, float addend) : IUnary
{
    public Vector512<float> Invoke(Vector512<float> x) => Vector512.FusedMultiplyAdd(Vector512.Create(factor), x, Vector512.Create(addend));
}

/// <summary>kept * x + (1 - kept) * y.</summary>
internal readonly struct MixOperation(float kept) : IBinary
{
    private readonly float taken = 1 - kept;

    public Vector512<float> Invoke(Vector512<float> x, Vector512<float> y) =>
        Vector512.FusedMultiplyAdd(Vector512.Create(taken), y, Vector512.Create(kept) * x);
}

/// <summary>x + y.</summary>
internal readonly struct AddOperation : IBinary
{
    public Vector512<float> Invoke(Vector512<float> x, Vector512<float> y) => x + y;
}
