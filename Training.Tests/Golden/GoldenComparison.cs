namespace CnnService.Training.Tests.Golden;

/// <summary>
/// When a result agrees with a recorded one: equal shapes, and max|actual - expected| at most tolerance * scale, where scale is
/// max|expected|, or 1 where that is 0 or the output is known to be 0 up to rounding. NaN equals NaN, infinities must agree in sign. Errors
/// are measured against the whole tensor because a sum that nearly cancels has a large error of its own in any order of summation.
/// </summary>
internal static class GoldenComparison
{
    /// <summary>What is different, or null.</summary>
    public static string? Difference(GoldenTensor expected, GoldenTensor actual, double tolerance, bool isZero = false)
    {
        if (!Extents(expected).SequenceEqual(Extents(actual)))
            return $"its shape is ({string.Join(", ", actual.Shape)}), expected ({string.Join(", ", expected.Shape)})";

        double largest = expected.Values.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        double scale = isZero || largest == 0 ? 1 : largest;
        for (int i = 0; i < expected.Values.Length; i++)
        {
            double e = expected.Values[i], a = actual.Values[i];
            if (!Agrees(e, a, tolerance * scale)) return $"number {i} is {a:R}, expected {e:R}, tolerance {tolerance * scale:R}";
        }

        return null;
    }

    private static bool Agrees(double expected, double actual, double bound) =>
        double.IsFinite(expected) ? Math.Abs(actual - expected) <= bound : expected.Equals(actual);

    private static IEnumerable<long> Extents(GoldenTensor tensor) =>
        tensor.Shape.Take(Array.FindLastIndex(tensor.Shape, extent => extent != 1) + 1);
}
