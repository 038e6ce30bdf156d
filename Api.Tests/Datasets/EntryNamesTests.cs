using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using static CnnService.Api.Tests.Datasets.Archives;

namespace CnnService.Api.Tests.Datasets;

/// <summary>Names in archives are read in the code page in which they were written, or as well as can be and with a warning.</summary>
public sealed class EntryNamesTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    private readonly HttpClient client = service.CreateClient();

    // As macOS has an accent behind its letter, and Hangul and Kana in parts, where others have one character.
    [Theory]
    [InlineData("Ba\u0308r", "Bär")]
    [InlineData("e\u0323\u0302", "\u1ec7")]
    [InlineData("\u0438\u0306", "й")]
    [InlineData("\u1112\u1161\u11ab\u1100\u1173\u11af", "한글")]
    [InlineData("か\u3099", "が")]
    [InlineData("x\u0308\u0308", "ẍ\u0308")]
    public async Task Upload_OneNameInTwoFormsOfUnicode_IsOneClass(string decomposed, string composed)
    {
        JsonElement report = await client.TakeAsync(Zip(
            ($"train/{decomposed}/1.png", Colour(1)), ($"train/{composed}/2.png", Colour(2)), ("train/A/1.png", Colour(3)), ($"test/{composed}/1.png", Colour(4))));
        Assert.Equal($"A 1 0, {composed} 2 1", report.Classes());
    }

    [Fact]
    public async Task Upload_WithACodePageThatDoesNotReadItsNames_Warns()
    {
        JsonElement report = await client.UploadAsync(
            $"foreign-{Guid.NewGuid():n}", Case("zip-legacy-names/cp866-russian.zip"), parts: ("names", "utf-8")).JsonAsync(HttpStatusCode.Created);
        Assert.Contains(
            report.GetProperty("warnings").EnumerateArray(),
            warning => warning.GetProperty("code").GetString() == "names-guessed"
                && warning.GetProperty("detail").GetString()!.Contains("were read as ibm437", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("gbk", "狗 2 0, 猫 2 0")] // the first name is UTF-8 too, by chance
    [InlineData(null, "狗 2 0, 猫 2 0")]
    [InlineData("cp936", "狗 2 0, 猫 2 0")]
    public async Task Upload_NamesThatAreUtf8ByChance_AreReadAsTheOthers(string? names, string classes)
    {
        byte[] archive = Renamed(
            Zip(("@@/1.png", Colour(1)), ("@@/2.png", Colour(2)), ("&&/1.png", Colour(3)), ("&&/2.png", Colour(4))),
            ("@@/", [0xc3, 0xa8, (byte)'/']), ("&&/", [0xb9, 0xb7, (byte)'/']));
        (string, string)[] parts = names is null ? [] : [("names", names)];
        JsonElement report = await client.UploadAsync($"gbk-{Guid.NewGuid():n}", archive, parts: parts).JsonAsync(HttpStatusCode.Created);

        if (names is not null) Assert.Equal(classes, report.Classes());
        Assert.Equal(names is null, report.GetProperty("warnings").EnumerateArray().Any(known => known.GetProperty("code").GetString() == "names-guessed"));
        Assert.DoesNotContain("è", report.Classes(), StringComparison.Ordinal);
    }

    // One name from another machine among those of one that writes UTF-8 and does not say so.
    [Theory]
    [InlineData("Gr\u00fcn", "ibm437", "1 file name that is not UTF-8 was read as ibm437, Birnen/Grün.png;")]
    [InlineData("B\u00e4r", "iso-8859-1", "1 file name that is not UTF-8 was read as ")]
    [InlineData("\u0433\u0440\u0443\u0448\u0430", "ibm866", "1 file name that is not UTF-8 was read as cp866, Birnen/груша.png;")]
    public async Task Upload_OneNameThatIsNotUtf8_LeavesTheOthersAsTheyAre(string name, string codePage, string words)
    {
        byte[] foreign = Encoded(codePage, name), utf8 = Encoding.UTF8.GetBytes("Äpfel");
        string place = new('#', foreign.Length);
        JsonElement report = await client.TakeAsync(Renamed(
            Zip(("@@@@@@/1.png", Colour(1)), ("@@@@@@/2.png", Colour(2)), ($"Birnen/{place}.png", Colour(3))),
            ("@@@@@@/", [.. utf8, (byte)'/']), ($"{place}.", [.. foreign, (byte)'.'])));

        Assert.Equal("Birnen 1 0, Äpfel 2 0", report.Classes());
        Assert.StartsWith(words, report.WarningOf("names-guessed"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_NamesThatAreUtf8WithoutSayingSo_WarnsOfNone()
    {
        JsonElement report = await client.TakeAsync(Renamed(
            Zip(("@@@@@@/1.png", Colour(1)), ("Birnen/1.png", Colour(2))), ("@@@@@@/", Encoding.UTF8.GetBytes("Äpfel/"))));
        Assert.Equal("Birnen 1 0, Äpfel 1 0", report.Classes());
        Assert.DoesNotContain("names-guessed", report.Warnings());
    }

    [Theory]
    [InlineData("utf-7")]
    [InlineData("utf-8")]
    public async Task Upload_WithACodePageThatIsNoOldOne_NeverFails(string codePage)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent($"page-{codePage}"), "name" }, { new StringContent(codePage), "names" },
            { new ByteArrayContent(Case("zip-legacy-names/cp866-russian.zip")), "file", "a.zip" },
        };
        using HttpResponseMessage answer = await client.PostAsync("/api/datasets", form, TestContext.Current.CancellationToken);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (codePage == "utf-7") Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        else Assert.Equal(3, JsonDocument.Parse(text).RootElement.GetProperty("classes").GetArrayLength());
    }

    [Fact]
    public async Task Upload_WithACodePage_ReadsNamesInIt()
    {
        byte[] archive = Case("zip-legacy-names/cp866-russian.zip");
        using var form = new MultipartFormDataContent
        {
            { new StringContent("named"), "name" }, { new StringContent("ibm850"), "names" }, { new ByteArrayContent(archive), "file", "a.zip" },
        };
        JsonElement report = await client.PostAsync("/api/datasets", form, TestContext.Current.CancellationToken).JsonAsync(HttpStatusCode.Created);
        Assert.Equal("«Γ 3 0, »ñß 3 0, ¬«Γ 3 0".Length, report.Classes().Length); // three classes still, under other names
        Assert.DoesNotContain("кот", report.Classes(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("iso-8859-1", "Nüsse 2 0, Äpfel 2 0", true)]
    [InlineData("iso-8859-1", "Nüsse 2 0, Äpfel 2 0", false)]
    [InlineData("ibm866", "Кошки 2 0, Собаки 2 0", true)]
    public async Task Upload_TarWithNamesThatAreNotUtf8_ReadsThemAsAZip(string codePage, string classes, bool packed)
    {
        string[] labels = [.. classes.Split(", ").Select(label => label.Split(' ')[0])];
        byte[] tar = Tar([.. Enumerable.Range(0, 4).Select(i => (Encoded(codePage, $"{labels[i % 2]}/{i}.png"), Colour(i)))]);

        JsonElement report = await client.TakeAsync(packed ? Gzip(tar) : tar, packed ? "a.tar.gz" : "a.tar");

        Assert.Equal(classes, report.Classes());
        Assert.Contains("names-guessed", report.Warnings());
    }

    [Fact]
    public async Task Upload_GuessedNamesThatMakeNoDataset_SaysThatTheyWereGuessed()
    {
        byte[] archive = Renamed(Zip(("&&/1.png", Colour(1))), ("&&/", [0xb9, 0xb7, (byte)'/']));
        Assert.Matches(
            "1 file name that is not UTF-8 was read as .*/1.png; where it looks wrong, upload it again with the code page",
            await client.UploadAsync("guessed", archive).ProblemAsync(400, "file"));
    }

    [Fact]
    public async Task Upload_WithAnUnknownCodePage_IsRefused()
    {
        using var form = new MultipartFormDataContent { { new StringContent("named"), "name" }, { new StringContent("klingon"), "names" } };
        Assert.Contains("klingon", await client.PostAsync("/api/datasets", form, TestContext.Current.CancellationToken).ProblemAsync(400, "names"), StringComparison.Ordinal);
    }

    // The archive with other bytes in its names, of the same length.
    private static byte[] Renamed(byte[] archive, params (string From, byte[] To)[] names)
    {
        foreach ((string from, byte[] to) in names)
            for (int at; (at = archive.AsSpan().IndexOf(Encoding.ASCII.GetBytes(from))) >= 0;) to.CopyTo(archive, at);
        return archive;
    }

    private static byte[] Encoded(string codePage, string name) =>
        (CodePagesEncodingProvider.Instance.GetEncoding(codePage) ?? Encoding.GetEncoding(codePage)).GetBytes(name);

    // Old headers: a name of bytes, the mode, the size and the checksum in octal.
    private static byte[] Tar(params (byte[] Name, byte[] Content)[] files)
    {
        var tar = new MemoryStream();
        foreach ((byte[] name, byte[] content) in files)
        {
            byte[] header = new byte[512];
            name.CopyTo(header, 0);
            Encoding.ASCII.GetBytes("0000644\0").CopyTo(header, 100);
            Encoding.ASCII.GetBytes(Convert.ToString(content.Length, 8).PadLeft(11, '0')).CopyTo(header, 124);
            header.AsSpan(148, 8).Fill((byte)' ');
            Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(value => value), 8).PadLeft(6, '0') + "\0").CopyTo(header, 148);
            tar.Write(header);
            tar.Write(content);
            tar.Write(new byte[-content.Length & 511]);
        }

        tar.Write(new byte[1024]);
        return tar.ToArray();
    }

    private static byte[] Gzip(byte[] content)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content);
        return packed.ToArray();
    }
}
