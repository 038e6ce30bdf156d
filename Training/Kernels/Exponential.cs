using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CnnService.Training.Kernels;

/// <summary>e^x in float from exactly rounded operations, so with the same bits everywhere; within 2 units in the last place.</summary>
internal static class Exponential
{
    private const float Log2E = 1.44269504f, Ln2High = 0.693359375f, Ln2Low = -2.12194440e-4f; // Cephes' split of ln 2
    private const float Lowest = -87f, Highest = 88f;  // beyond them 2^k leaves the normal numbers
    private const float RoundingShift = 12582912f;     // 1.5 * 2^23: adding and subtracting it rounds to whole numbers

    /// <summary>e^x with x held within [-87, 88]; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x)
    {
        x = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(Lowest)), Vector512.Create(Lowest), x);
        x = Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512.Create(Highest)), Vector512.Create(Highest), x);
        Vector512<float> shifted = Vector512.FusedMultiplyAdd(x, Vector512.Create(Log2E), Vector512.Create(RoundingShift));
        Vector512<float> k = shifted - Vector512.Create(RoundingShift);
        Vector512<float> r = Vector512.FusedMultiplyAdd(k, Vector512.Create(-Ln2Low), Vector512.FusedMultiplyAdd(k, Vector512.Create(-Ln2High), x));

        Vector512<float> sum = Vector512.Create(1f / 5040); // Taylor's series: the next term is below 6e-9
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(1f / 720));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(1f / 120));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(1f / 24));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(1f / 6));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(0.5f));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512<float>.One);
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512<float>.One);
        Vector512<int> exponent = (shifted.AsInt32() - Vector512.Create(RoundingShift).AsInt32() + Vector512.Create(127)) << 23;
        return sum * exponent.AsSingle();
    }
}
