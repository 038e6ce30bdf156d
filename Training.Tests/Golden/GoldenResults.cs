using System.Numerics;
using CnnService.Training.Reference;

namespace CnnService.Training.Tests.Golden;

/// <summary>How an implementation computes what the files of one function record, from their inputs.</summary>
internal delegate GoldenResults GoldenCheck(GoldenFile file);

/// <summary>What an implementation returned for a golden file, by the names of the file's outputs.</summary>
internal sealed class GoldenResults : Dictionary<string, GoldenTensor>
{
    /// <summary>Images, filters or rows.</summary>
    public void Add<T>(string output, Tensor4<T> value)
        where T : IFloatingPointIeee754<T> => Add(output, GoldenTensor.From(value));

    /// <summary>A vector.</summary>
    public void Add<T>(string output, T[] value)
        where T : IFloatingPointIeee754<T> => Add(output, GoldenTensor.From(value));

    /// <summary>A scalar.</summary>
    public void Add(string output, double value) => Add(output, GoldenTensor.From(value));

    /// <summary>
    /// Fails unless every output that the file records is there and agrees with it; outputs of a quirk are compared as
    /// <see cref="GoldenQuirks"/> says.
    /// </summary>
    /// <param name="file">The file whose inputs were used.</param>
    /// <param name="tolerance">The file's double or float tolerance, whichever the results were computed in.</param>
    public void MustMatch(GoldenFile file, double tolerance)
    {
        GoldenQuirk? quirk = file.Quirk is null ? null : GoldenQuirks.All[file.Quirk];
        foreach (string output in file.Outputs.Where(output => quirk?.Compares(output) ?? true))
        {
            Assert.True(TryGetValue(output, out GoldenTensor? actual), $"{file.Path}: there is no {output}.");
            string? difference = GoldenComparison.Difference(
                file.Expected(output), actual, file.IsExact(output) ? 0 : tolerance, file.IsZero(output));
            Assert.True(difference is null, $"{file.Path}: {output}: {difference}.");
        }

        quirk?.Instead?.Invoke(file, this, tolerance);
    }
}
