using System.Globalization;

namespace CnnService.Training.Tests.Golden;

/// <summary>The list of all golden files, so that a lost file is a failure and not a silent pass.</summary>
internal static class GoldenManifest
{
    /// <summary>Where the vectors lie beside the test program.</summary>
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Golden", "vectors");

    /// <summary>The manifest's own file.</summary>
    public static string ListPath { get; } = Path.Combine(Folder, "MANIFEST.tsv");

    /// <summary>One entry per line after the heading.</summary>
    public static IReadOnlyList<GoldenEntry> Entries { get; } = [.. File.ReadLines(ListPath).Skip(1).Select(Parse)];

    /// <summary>One theory row per file.</summary>
    public static TheoryData<string> Rows => [.. Entries.Select(entry => entry.Path)];

    /// <summary>The file of a row.</summary>
    public static GoldenFile Read(string path) => GoldenFile.Read(Entries.Single(entry => entry.Path == path));

    private static GoldenEntry Parse(string line)
    {
        string[] fields = line.Split('\t');
        return new(fields[0], fields[1], long.Parse(fields[2], CultureInfo.InvariantCulture), fields[3]);
    }
}

/// <summary>What the manifest says of a file.</summary>
/// <param name="Path">Function and case, with a slash between.</param>
/// <param name="Kind"><c>regular</c> or <c>quirk</c>.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its digest, lower-case hexadecimal.</param>
internal sealed record GoldenEntry(string Path, string Kind, long Bytes, string Sha256)
{
    /// <summary>Where it lies.</summary>
    public string FullPath => System.IO.Path.Combine(GoldenManifest.Folder, Path.Replace('/', System.IO.Path.DirectorySeparatorChar));
}
