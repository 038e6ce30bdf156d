namespace CnnService.Training.Tensors;

/// <summary>
/// Exponential, logarithm, cosine and whole powers made of operations that IEEE 754 rounds exactly, so that they have the same bits
/// with every C library and processor; Math.Exp and its kin do not. Errors stay within 3 units in the last place, but for powers.
/// </summary>
internal static class Elementary
{
    private const double Ln2High = 0.693147180369123816490, Ln2Low = 1.90821492927058770002e-10; // fdlibm's split of ln 2
    private const double Log2E = 1.44269504088896340736;

    /// <summary>e^x: Taylor's series after reduction by a power of 2. Infinity above 709.78, 0 below -745.13, NaN for NaN.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x)) return x;
        if (x > 709.782712893384) return double.PositiveInfinity;
        if (x < -745.1332191019412) return 0;

        double k = Math.Round(x * Log2E);
        double r = Math.FusedMultiplyAdd(-k, Ln2Low, Math.FusedMultiplyAdd(-k, Ln2High, x));
        double sum = 1;
        for (int n = 14; n >= 1; n--) sum = Math.FusedMultiplyAdd(sum, r / n, 1);
        int half = (int)k / 2; // in two steps, because 2^k alone can leave the range
        return sum * PowerOfTwo(half) * PowerOfTwo((int)k - half);
    }

    /// <summary>ln x by the series of the inverse hyperbolic tangent: -infinity at 0, NaN below.</summary>
    public static double Log(double x)
    {
        if (double.IsNaN(x) || x < 0) return double.NaN;
        if (x == 0) return double.NegativeInfinity;
        if (double.IsPositiveInfinity(x)) return x;

        int exponent = Math.ILogB(x);
        double m = Math.ScaleB(x, -exponent);
        if (m > 1.4142135623730951)
        {
            m /= 2;
            exponent++;
        }

        double f = (m - 1) / (m + 1), f2 = f * f; // ln m = 2 artanh f = 2 f (1 + f^2 / 3 + f^4 / 5 + ...), |f| < 0.172
        double sum = 0;
        for (int n = 23; n >= 1; n -= 2) sum = Math.FusedMultiplyAdd(sum, f2, 1.0 / n);
        double logarithm = 2 * f * sum;
        return Math.FusedMultiplyAdd(exponent, Ln2High, Math.FusedMultiplyAdd(exponent, Ln2Low, logarithm));
    }

    /// <summary>cos(2 pi t) for t in turns, [0, 1].</summary>
    public static double CosineOfTurns(double t) => CosineOfTurns(t, 0);

    /// <summary>sin(2 pi t) for t in turns, [0, 1].</summary>
    public static double SineOfTurns(double t) => CosineOfTurns(t, 3);

    /// <summary>x^n by repeated squaring, n at least 0; within n units in the last place.</summary>
    public static double Power(double x, long n)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        double result = 1;
        for (; n > 0; n >>= 1, x *= x)
            if ((n & 1) == 1) result *= x;
        return result;
    }

    /// <summary>cos(2 pi (t + quarters / 4)); the quarters are added as whole numbers, so that a small t keeps its digits.</summary>
    private static double CosineOfTurns(double t, int quarters)
    {
        int quarter = (int)Math.Round(4 * t);
        double angle = 2 * Math.PI * (t - quarter / 4.0); // within pi / 4 of 0
        double square = angle * angle;
        return (quarter + quarters & 3) switch
        {
            0 => Cosine(square),
            1 => -angle * SineOverAngle(square),
            2 => -Cosine(square),
            _ => angle * SineOverAngle(square),
        };
    }

    private static double PowerOfTwo(int exponent) => BitConverter.Int64BitsToDouble((long)(exponent + 1023) << 52);

    private static double Cosine(double square)
    {
        double sum = 1;
        for (int n = 16; n >= 2; n -= 2) sum = Math.FusedMultiplyAdd(sum, -square / (n * (n - 1)), 1);
        return sum;
    }

    private static double SineOverAngle(double square)
    {
        double sum = 1;
        for (int n = 17; n >= 3; n -= 2) sum = Math.FusedMultiplyAdd(sum, -square / (n * (n - 1)), 1);
        return sum;
    }
}
