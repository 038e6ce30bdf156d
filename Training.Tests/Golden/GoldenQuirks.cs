using CnnService.Training.Reference;

namespace CnnService.Training.Tests.Golden;

/// <summary>
/// Where the recorded functions are at fault or made a choice, and what we do. Outputs with a recorded correction are compared with that.
/// </summary>
internal static class GoldenQuirks
{
    /// <summary>By the name that the files give.</summary>
    public static IReadOnlyDictionary<string, GoldenQuirk> All { get; } = new Dictionary<string, GoldenQuirk>
    {
        ["pad0_dx_empty"] = new("Without padding the original returns an empty dx: ours is the correction."),
        ["floor"] = new("Rows and columns that no full step reaches are not read: our rule too, so compared as recorded."),
        ["column_major_input"] = new("The original misreads column-major memory: ours has one memory order, and gives the correction."),
        ["ties_full"] = new("The original gives each tied maximum the whole gradient; ours goes to the first.", NotDx, FirstMaximumTakesAll),
        ["ties_split"] = new("The original splits the gradient among tied maxima; ours goes to the first.", NotDx, FirstMaximumTakesAll),
        ["running_var_starts_at_0"] = new("Where the running statistics start is the caller's choice: started at 0, compared as recorded."),
        ["log_of_underflow"] = new("The original takes the logarithm of 0: log-sum-exp gives the correction."),
        ["dout_overwritten"] = new("The original writes into the caller's dout: ours only reads it."),
        ["special_values"] = new(
            "NaN and infinity pass through ReLU: ours too, so compared as recorded, but for numbers that float cannot hold.",
            _ => false,
            AgreesWithinRange),
        ["fractional_epoch"] = new(
            "The original counts fractions of iterations and misses epoch ends; whole epochs agree with it until the first one ends.",
            output => output.StartsWith("params_after_step1.", StringComparison.Ordinal),
            AgreesInFirstEpoch),
        ["no_parameters_left"] = new(
            "Never above accuracy 0, the original ends without best parameters; ours are the first measured.",
            _ => true,
            FirstParametersAreBest),
    };

    private static bool NotDx(string output) => output != "dx";

    private static void AgreesWithinRange(GoldenFile file, GoldenResults results, double tolerance)
    {
        bool inFloat = tolerance == file.FloatTolerance;
        bool Held(double x) => !inFloat || (double.IsInfinity(x) == float.IsInfinity((float)x) && (x == 0) == ((float)x == 0));
        GoldenTensor Part(GoldenTensor all) => GoldenTensor.From<double>([.. all.Values.Where((_, i) => Held(file["x"].Values[i]))]);

        foreach (string output in file.Outputs)
            Assert.Null(GoldenComparison.Difference(Part(file.Original(output)), Part(results[output]), tolerance));
    }

    /// <summary>Where the maximum is unique, as recorded; where it is not, dout at the first maximum and 0 at the others.</summary>
    private static void FirstMaximumTakesAll(GoldenFile file, GoldenResults results, double tolerance)
    {
        Tensor4<double> x = file["x"].Images<double>(), dout = file["dout"].Images<double>(), dx = results["dx"].Images<double>();
        Tensor4<double> recorded = file.Original("dx").Images<double>();
        int height = file.Integer("pool_height"), width = file.Integer("pool_width"), stride = file.Integer("stride");
        for (int n = 0; n < dout.N; n++)
            for (int c = 0; c < dout.C; c++)
                for (int i = 0; i < dout.H; i++)
                    for (int j = 0; j < dout.W; j++)
                    {
                        (int Row, int Column)[] window = [.. from p in Enumerable.Range(i * stride, height)
                                                             from q in Enumerable.Range(j * stride, width)
                                                             select (p, q)];
                        double largest = window.Max(at => x[n, c, at.Row, at.Column]);
                        (int Row, int Column)[] ties = [.. window.Where(at => x[n, c, at.Row, at.Column] == largest)];
                        foreach ((int row, int column) in window)
                        {
                            bool first = (row, column) == ties[0];
                            double expected = ties.Length == 1 ? recorded[n, c, row, column] : first ? dout[n, c, i, j] : 0;
                            Assert.Equal(expected, dx[n, c, row, column], tolerance * dout.Data.Max(Math.Abs));
                        }
                    }
    }

    /// <summary>The losses before the first update of the second epoch, and the accuracies after the first step.</summary>
    private static void AgreesInFirstEpoch(GoldenFile file, GoldenResults results, double tolerance)
    {
        int iterationsPerEpoch = (int)Math.Ceiling(file["X_train"].Shape[0] / file.Number("batch_size"));
        GoldenTensor First(GoldenTensor history, int count) => new([count], history.Values[..count]);

        Assert.Null(GoldenComparison.Difference(
            First(file.Original("loss_history"), iterationsPerEpoch), First(results["loss_history"], iterationsPerEpoch), tolerance));
        foreach (string history in (string[])["train_acc_history", "val_acc_history"])
            Assert.Null(GoldenComparison.Difference(First(file.Original(history), 1), First(results[history], 1), 0));
    }

    private static void FirstParametersAreBest(GoldenFile file, GoldenResults results, double tolerance)
    {
        foreach (string parameter in (string[])["W1", "b1", "W2", "b2", "W3", "b3"])
        {
            GoldenTensor first = file.Original($"params_after_step1.{parameter}");
            Assert.Null(GoldenComparison.Difference(first, results[$"params.{parameter}"], tolerance));
        }
    }
}

/// <summary>How files of one quirk are compared.</summary>
/// <param name="Reason">What the original does and what we do.</param>
/// <param name="Comparing">Which outputs are compared as in any file; all, if not given.</param>
/// <param name="Instead">What is checked beside them.</param>
internal sealed record GoldenQuirk(
    string Reason, Func<string, bool>? Comparing = null, Action<GoldenFile, GoldenResults, double>? Instead = null)
{
    /// <summary>Whether this output is compared as in any file.</summary>
    public bool Compares(string output) => Comparing?.Invoke(output) ?? true;
}
