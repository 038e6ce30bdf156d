using System.Globalization;

namespace CnnService.Api.Plots;

/// <summary>The values along a side of a panel, and the round ones among them that are marked.</summary>
/// <param name="From">The value at its beginning.</param>
/// <param name="To">The value at its end, above <paramref name="From"/>.</param>
/// <param name="Ticks">The marked values, rising.</param>
/// <param name="IsLogarithmic">Whether equal distances are equal factors.</param>
internal sealed record Axis(double From, double To, IReadOnlyList<Tick> Ticks, bool IsLogarithmic = false)
{
    private const int MostTicks = 7, MostDecadesInSteps = 3;
    private static readonly double[] Steps = [1, 2, 5];

    /// <summary>From 0 to the last of some iterations, marked at whole numbers; the end is not rounded, so that the curves fill the width.</summary>
    public static Axis OfIterations(long last)
    {
        (double step, int exponent) = StepOf(0, last, 10);
        if (exponent < 0) (step, exponent) = (1, 0);
        return new Axis(0, last, TicksOf(0, last, step, exponent, value => value.ToString("N0", CultureInfo.InvariantCulture)));
    }

    /// <summary>Round ends around a range, and equal steps of 1, 2 or 5 times a power of ten between them.</summary>
    public static Axis Linear(double from, double to)
    {
        if (!(to - from > Math.Max(1e-9 * Math.Abs(to), 1e-100))) to = from + Math.Max(Math.Abs(from), 1); // a flat line
        (double step, int exponent) = StepOf(from, to, MostTicks);
        (double first, double last) = (Math.Floor(from / step), Math.Ceiling(to / step));
        Tick[] ticks = TicksOf(first * step, last * step, step, exponent, value => LabelOf(value, exponent));
        return new Axis(ticks[0].Value, ticks[^1].Value, ticks);
    }

    /// <summary>Round ends around a range of positive numbers, and steps of 1, 2 and 5 times a power of ten, or of powers alone.</summary>
    public static Axis Logarithmic(double from, double to)
    {
        int lowest = (int)Math.Floor(Math.Log10(from)) - 1, highest = (int)Math.Ceiling(Math.Log10(to)) + 1;
        (double Value, int Exponent)[] round =
            [.. Enumerable.Range(lowest, highest - lowest + 1).SelectMany(exponent => Steps.Select(step => (Scale(step, exponent), exponent)))];
        (double first, double last) = (round.Last(value => value.Value <= from).Value, round.First(value => value.Value >= to && value.Value > from).Value);
        double decades = Math.Log10(last / first);
        int every = (int)Math.Ceiling(decades / MostTicks);
        return new Axis(
            first,
            last,
            [
                .. round.Where(value => value.Value >= first && value.Value <= last)
                    .Where((value, _) => decades <= MostDecadesInSteps || (value.Value == Scale(1, value.Exponent) && value.Exponent % every == 0))
                    .Select(value => new Tick(value.Value, LabelOf(value.Value, value.Exponent))),
            ],
            IsLogarithmic: true);
    }

    /// <summary>Where a value lies: 0 at the beginning, 1 at the end, and beyond them no further than another length.</summary>
    public double PlaceOf(double value)
    {
        double place = IsLogarithmic ? Math.Log(value / From) / Math.Log(To / From) : (value - From) / (To - From);
        return double.IsNaN(place) ? -1 : Math.Clamp(place, -1, 2); // a logarithmic axis has no place for 0 and below
    }

    private static (double Step, int Exponent) StepOf(double from, double to, int mostTicks)
    {
        int exponent = (int)Math.Floor(Math.Log10((to - from) / mostTicks));
        double step = Steps.Append(10).First(step => Scale(step, exponent) * mostTicks >= (to - from) * (1 - 1e-9));
        return (Scale(step, exponent), step == 10 ? exponent + 1 : exponent);
    }

    private static Tick[] TicksOf(double from, double to, double step, int exponent, Func<double, string> label)
    {
        long first = (long)Math.Ceiling(from / step - 1e-9), last = (long)Math.Floor(to / step + 1e-9);
        double digit = Math.Round(step / Scale(1, exponent));
        return [.. Enumerable.Range(0, (int)(last - first + 1)).Select(i => Scale((first + i) * digit, exponent)).Select(value => new Tick(value, label(value)))];
    }

    // A quotient is the double that is nearest to 0.3, a product of 3 and 0.1 is not.
    private static double Scale(double digits, int exponent) => exponent < 0 ? digits / Math.Pow(10, -exponent) : digits * Math.Pow(10, exponent);

    private static string LabelOf(double value, int exponent) => value != 0 && Math.Abs(value) is >= 1e6 or < 1e-4
        ? value.ToString("0.##e0", CultureInfo.InvariantCulture)
        : value.ToString($"N{Math.Clamp(-exponent, 0, 6)}", CultureInfo.InvariantCulture);
}

/// <summary>A marked value.</summary>
/// <param name="Value">The value.</param>
/// <param name="Label">The words for it.</param>
internal readonly record struct Tick(double Value, string Label);
