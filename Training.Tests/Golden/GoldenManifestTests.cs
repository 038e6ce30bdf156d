using System.Security.Cryptography;

namespace CnnService.Training.Tests.Golden;

/// <summary>All golden files are there, unchanged, and each is checked.</summary>
public sealed class GoldenManifestTests
{
    private const int FileCount = 408, QuirkCount = 46;

    [Fact]
    public void Entries_Counted_AreAllFilesAndAllRows()
    {
        Assert.Equal(FileCount, GoldenManifest.Entries.Count);
        Assert.Equal(FileCount, GoldenManifest.Entries.Select(entry => entry.Path).Distinct().Count());
        Assert.Equal(FileCount, GoldenReferenceTests.Files.Count);
        Assert.Equal(QuirkCount, GoldenManifest.Entries.Count(entry => entry.Kind == "quirk"));
    }

    [Fact]
    public void Folder_Walked_HoldsExactlyTheListedFiles()
    {
        string[] found = [.. Directory.EnumerateFiles(GoldenManifest.Folder, "*", SearchOption.AllDirectories)
            .Where(path => path != GoldenManifest.ListPath).Order(StringComparer.Ordinal)];

        Assert.Equal([.. GoldenManifest.Entries.Select(entry => entry.FullPath).Order(StringComparer.Ordinal)], found);
    }

    [Fact]
    public void Files_Read_HaveListedSizesAndDigests()
    {
        Assert.All(GoldenManifest.Entries, entry =>
        {
            byte[] bytes = File.ReadAllBytes(entry.FullPath);
            Assert.Equal(entry.Bytes, bytes.LongLength);
            Assert.Equal(entry.Sha256, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        });
    }

    [Fact]
    public void Files_Read_SayWhatTheirPlaceSays()
    {
        Assert.All(GoldenManifest.Entries, entry =>
        {
            GoldenFile file = GoldenFile.Read(entry);
            Assert.Equal(entry.Path, $"{file.Function}/{file.Text("case")}.safetensors");
            Assert.Equal(entry.Kind, file.Text("kind"));
            Assert.Equal(entry.Kind == "quirk", file.Quirk is not null);
        });
    }

    [Fact]
    public void Folders_Compared_AreTheFunctionsThatAreChecked() =>
        Assert.Equal(
            GoldenManifest.Entries.Select(entry => entry.Path.Split('/')[0]).Distinct().Order(),
            ReferenceChecks<double>.All.Keys.Order());

    [Fact]
    public void Quirks_Compared_AreExactlyThoseOfTheTable() =>
        Assert.Equal(
            GoldenManifest.Entries.Select(entry => GoldenFile.Read(entry).Quirk).OfType<string>().Distinct().Order(),
            GoldenQuirks.All.Keys.Order());
}
