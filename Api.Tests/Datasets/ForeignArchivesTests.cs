using System.Formats.Tar;
using System.Net;
using System.Text.Json;
using static CnnService.Api.Tests.Datasets.Archives;

namespace CnnService.Api.Tests.Datasets;

/// <summary>Archives as other programs and other people make them are read for what they are, and no file of them goes without a word.</summary>
public sealed class ForeignArchivesTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    private readonly HttpClient client = service.CreateClient();

    /// <summary>The file, then the counts of each class, then how many files are refused.</summary>
    [Theory]
    [InlineData("nested-folders/doubled.zip", "cats 3 2, dogs 3 2", 0)]
    [InlineData("nested-folders/repository.zip", "cats 3 0, dogs 3 0", 1)]
    [InlineData("first-file-decides/labels-txt-first.zip", "cats 3 0, dogs 3 0", 1)]
    [InlineData("first-file-decides/labels-txt-last.zip", "cats 3 0, dogs 3 0", 1)]
    [InlineData("first-file-decides/weights-first.zip", "cats 3 0, dogs 3 0", 1)]
    [InlineData("first-file-decides/picture-in-mnist.zip", "0 2 1, 1 2 1, 2 2 1, 3 2 1, 4 2 1, 5 2 1, 6 2 1, 7 2 1, 8 2 1, 9 2 1", 1)]
    [InlineData("content-not-name/mnist-unpacked-but-named-gz.zip", "0 2 0, 1 2 0, 2 2 0, 3 2 0, 4 2 0, 5 2 0, 6 2 0, 7 2 0, 8 2 0, 9 2 0", 0)]
    [InlineData("content-not-name/pets", "cats 3 0, dogs 3 0", 0)]
    [InlineData("val-folder/train-val.zip", "cats 3 2, dogs 3 2", 0)]
    [InlineData("val-folder/train-valid-test.zip", "cats 5 2, dogs 5 2", 0)]
    [InlineData("val-folder/training-testing.zip", "cats 3 2, dogs 3 2", 0)]
    [InlineData("zip-legacy-names/cp850-umlauts.zip", "möde 3 0, müde 3 0, wach 3 0", 0)]
    [InlineData("zip-legacy-names/cp866-russian.zip", "кот 3 0, ом 3 0, пёс 3 0", 0)]
    [InlineData("zip-legacy-names/file-names-only.zip", "cats 3 0, dogs 3 0", 0)]
    [InlineData("tar-that-others-read/global-header.tar.gz", "cats 3 0, dogs 3 0", 0)]
    [InlineData("tar-that-others-read/hard-link-to-a-picture.tar.gz", "cats 3 0, dogs 3 0", 1)]
    [InlineData("tar-that-others-read/plain.tar", "cats 3 0, dogs 3 0", 0)]
    [InlineData("tar-that-others-read/uid-4294967294.tar.gz", "cats 3 0, dogs 3 0", 0)]
    [InlineData("tar-that-others-read/zero-padded.tar.gz", "cats 3 0, dogs 3 0", 0)]
    [InlineData("tar-that-others-read/git-archive.tar.gz", "cats 6 0, dogs 6 0", 0)]
    public async Task Upload_OfAnotherProgram_IsReadForWhatItIs(string file, string classes, int refused)
    {
        JsonElement report = await UploadAsync(Case(file), Path.GetFileName(file), resize: file.Contains("git", StringComparison.Ordinal));

        Assert.Equal(classes, Classes(report));
        Assert.Equal(refused, report.GetProperty("refusedCount").GetInt32());
    }

    [Theory]
    [InlineData("flat-train-test/flat.zip", "names a part and no class", "train.csv", "is a table")]
    [InlineData("class-lost-reason/class-of-40x40.zip", "dogs/0.png, is 40x40, not 32x32", "dogs/1.png", "resize=true")]
    [InlineData("endings-dropped/mixed-endings.zip", "owls/0.tif, is a TIFF", "dogs/c.heic", "is a HEIC")]
    public async Task Upload_ThatMakesNoDataset_SaysWhatBecameOfEveryFile(string file, string detail, string refused, string reason)
    {
        JsonElement problem = await client.UploadAsync("none", Case(file)).JsonAsync(HttpStatusCode.BadRequest);

        Assert.Contains(detail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains(reason, Refused(problem)[refused], StringComparison.Ordinal);
        Assert.Equal(problem.GetProperty("refusedCount").GetInt32(), Refused(problem).Count);
    }

    [Fact]
    public async Task Upload_PicturesWithoutOrWithOtherEndings_AreReadByTheirBytes()
    {
        JsonElement report = await UploadAsync(Zip(("cats/a", Colour(1)), ("cats/b.png.bak", Colour(2)), ("dogs/c.jpg", Colour(3)), ("dogs/d.jfif", Colour(4))));
        Assert.Equal("cats 2 0, dogs 2 0", Classes(report));
    }

    [Fact]
    public async Task Upload_StrayOfAnotherSize_IsRefusedForItsPlace()
    {
        JsonElement report = await UploadAsync(Zip(
            ("r/cats/1.png", Colour(1)), ("r/dogs/1.png", Colour(2)), ("r/dogs/2.png", Colour(3, 40)), ("r/docs/page/shot.png", Colour(4, 64))));

        Assert.Equal("cats 1 0, dogs 1 0", Classes(report));
        Assert.Contains("does not lie in a class folder", Refused(report)["r/docs/page/shot.png"], StringComparison.Ordinal);
        Assert.Contains("is 40x40", Refused(report)["r/dogs/2.png"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_WithWhatSystemsLeave_CountsIt()
    {
        JsonElement report = await UploadAsync(Zip(
            ("cats/1.png", Colour(1)), ("dogs/1.png", Colour(2)), ("cats/.DS_Store", [1]), ("dogs/Thumbs.db", [1]), ("desktop.ini", [1]),
            ("__MACOSX/cats/._1.png", [1])));
        Assert.Equal((4, 0), (report.GetProperty("ignored").GetInt32(), report.GetProperty("refusedCount").GetInt32()));
    }

    [Fact]
    public async Task Upload_TarOfTheFolderItself_HasNoClassOfThatFolder()
    {
        TarEntry[] entries =
        [
            new PaxTarEntry(TarEntryType.Directory, "./"), new PaxTarEntry(TarEntryType.Directory, "./cats/"), Picture("./cats/1.png", 1),
            new PaxTarEntry(TarEntryType.Directory, "./dogs/"), Picture("./dogs/1.png", 2),
        ];
        Assert.Equal("cats 1 0, dogs 1 0", Classes(await UploadAsync(TarGz(entries), "a.tgz")));

        static PaxTarEntry Picture(string path, int number) => new(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(Colour(number)) };
    }

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
        JsonElement report = await UploadAsync(Zip(
            ($"train/{decomposed}/1.png", Colour(1)), ($"train/{composed}/2.png", Colour(2)), ("train/A/1.png", Colour(3)), ($"test/{composed}/1.png", Colour(4))));
        Assert.Equal($"A 1 0, {composed} 2 1", Classes(report));
    }

    [Theory]
    [InlineData("<!DOCTYPE html><html></html>", "a.zip", "a web page")]
    [InlineData("\uFEFF  <html></html>", "a.tar.gz", "a web page")]
    [InlineData("{\"error\":\"expired\"}", "a.tar", "JSON")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:1", "a.zip", "a pointer of Git LFS")]
    public async Task Upload_WhatWasSavedInPlaceOfADownload_IsSaidToBeThat(string text, string name, string words) => Assert.Contains(
        $"it is no archive but {words}",
        await client.UploadAsync("none", System.Text.Encoding.UTF8.GetBytes(text), name).ProblemAsync(400, "file"),
        StringComparison.Ordinal);

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

    [Fact]
    public async Task Upload_ZipWithOneDamagedPicture_IsReadWithoutIt()
    {
        byte[] archive = Zip(("cats/1.png", Colour(1)), ("cats/2.png", Colour(2)), ("dogs/1.png", Colour(3)));
        archive[archive.AsSpan().IndexOf("cats/2.png"u8) + 50] ^= 0x10; // in its content

        JsonElement report = await UploadAsync(archive);
        Assert.Equal("cats 1 0, dogs 1 0", Classes(report));
        Assert.StartsWith("is damaged", Assert.Single(Refused(report)).Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_FileTwice_IsTakenOnceAndSaysSo()
    {
        JsonElement report = await UploadAsync(Zip(
            ("cats/1.png", Colour(1)), ("cats/1.png", Colour(1)), ("dogs/1.png", Colour(2)), ("dogs/1.png", Colour(3))));
        Assert.Equal("cats 1 0, dogs 2 0", Classes(report)); // what shows something else is another picture
        Assert.Contains("with the same content", Refused(report)["cats/1.png"], StringComparison.Ordinal);
        Assert.Equal(1, report.GetProperty("refusedCount").GetInt32());

        JsonElement turned = await UploadAsync(Zip(
            ("dogs/1.png", Colour(3)), ("dogs/1.png", Colour(2)), ("cats/1.png", Colour(1)), ("cats/1.png", Colour(1))));
        Assert.Equal(report.GetProperty("sha256").GetString(), turned.GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task Upload_ChecksumsAndOtherBinariesBesideBatches_AreRefusedAlone()
    {
        JsonElement cifar = await UploadAsync(TarGz(("data_batch_1.bin", Cifar(20)), ("weights.bin", new byte[1000]), ("MD5SUM.md5", [1])), "a.tar.gz");
        Assert.Equal(2, cifar.GetProperty("refusedCount").GetInt32());
        Assert.Contains("whole number of records", Refused(cifar)["weights.bin"], StringComparison.Ordinal);

        JsonElement idx = await UploadAsync(Zip(
            ("train-images-idx3-ubyte", IdxImages(20)), ("train-images-idx3-ubyte.md5", [1, 2, 3]), ("train-labels-idx1-ubyte", IdxLabels(20)),
            ("train-labels-idx1-ubyte.gz.sha256", [1, 2, 3])));
        Assert.Equal(2, idx.GetProperty("refusedCount").GetInt32());
        string detail = await client.UploadAsync("none", TarGz(("data_batch_1.bin", Cifar(20)), ("data_batch_2.bin", Cifar(20)[..5000])), "a.tar.gz").ProblemAsync(400, "file");
        Assert.Contains("data_batch_2.bin: it has 5000 bytes", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_ArchiveInAnArchive_IsRefusedAlone()
    {
        JsonElement report = await UploadAsync(Zip(("cats/1.png", Colour(1)), ("dogs/1.png", Colour(2)), ("train.zip", CatsAndDogs), ("more.tgz", TarGz(("a", [1])))));
        Assert.Contains("archive itself", Refused(report)["train.zip"], StringComparison.Ordinal);
        Assert.Contains("archive itself", Refused(report)["more.tgz"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train_images/1.png,test_images/2.png")]
    [InlineData("data/train/1.png,data/val/2.png")]
    [InlineData("training/1.png,Testing/2.png,validation/3.png")]
    public async Task Upload_PartsWithoutClasses_IsRefused(string paths)
    {
        byte[] archive = Zip([.. paths.Split(',').Select((path, i) => (path, Colour(i)))]);
        Assert.Contains("names a part and no class", await client.UploadAsync("flat", archive).ProblemAsync(400, "file"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train/a/1.png train/b/1.png val/a/1.png", "class folders below train/ and val/; val/ became the test part")]
    [InlineData("d/train/a/1.png d/train/b/1.png d/valid/a/1.png d/test/b/1.png", "class folders in d/ below train/ and valid/ and test/; valid/ became a part of the training part")]
    [InlineData("x/y/a/1.png x/y/b/1.png", "class folders in x/y/")]
    [InlineData("train/a/1.png train/b/1.png dev/a/1.png", "class folders in train/")]
    public async Task Upload_Layout_IsToldInWords(string paths, string words)
    {
        JsonElement report = await UploadAsync(Zip([.. paths.Split(' ').Select((path, i) => (path, Colour(i)))]));
        Assert.Equal(words, report.GetProperty("layout").GetString());
    }

    // The folders, those without a picture with / at their end; then the classes.
    [Theory]
    [InlineData("r/train/a/1.png r/train/b/1.png r/test/a/1.png r/src/ r/train/ r/", "a 1 1, b 1 0")]
    [InlineData("s_train/s_train/a/1.png s_train/s_train/b/1.png s_test/s_test/a/1.png s_train/ s_train/s_train/ s_test/", "a 1 1, b 1 0")]
    [InlineData("r/train/a/1.png r/train/b/1.png r/test/a/1.png r/docs/logo.png", "a 1 1, b 1 0")]
    [InlineData("Training/Apple/1.png Training/Pear/1.png Test/Apple/1.png test-multiple_fruits/x.png", "Apple 1 1, Pear 1 0")]
    [InlineData("vehicles/car/1.png vehicles/bus/1.png vehicles/train/1.png", "bus 1 0, car 1 0, train 1 0")]
    [InlineData("positive_test/1.png negative_test/1.png", "negative_test 1 0, positive_test 1 0")]
    [InlineData("pets-test-main/cats/1.png pets-test-main/dogs/1.png pets-test-main/demo.png", "cats 1 0, dogs 1 0")]
    [InlineData("cats/1.png dogs/1.png test/cats/1.png", "cats 1 1, dogs 1 0")]
    [InlineData("train/bus/1.png train/car/1.png train/train/1.png test/bus/1.png test/train/1.png", "bus 1 1, car 1 0, train 1 1")]
    [InlineData("train/valid/1.png train/invalid/1.png test/valid/1.png test/invalid/1.png", "invalid 1 1, valid 1 1")]
    [InlineData("train/control/1.png train/test/1.png test/control/1.png", "control 1 1, test 1 0")]
    [InlineData("train/a/1.png train/b/1.png test/a/1.png unlabeled/1.png unlabeled/2.png unlabeled/3.png", "a 1 1, b 1 0")]
    [InlineData("data/a/1.png data/b/1.png raw/1.png raw/2.png raw/3.png", "a 1 0, b 1 0")]
    [InlineData(".keras/flowers/a/1.png a/1.png b/1.png", "a 1 0, b 1 0")]
    public async Task Upload_FoldersOfAllKinds_FindsTheClasses(string paths, string classes)
    {
        JsonElement report = await UploadAsync(Zip([.. paths.Split(' ').Select((path, i) => (path, path.EndsWith('/') ? [] : Colour(i)))]));

        Assert.Equal(classes, Classes(report));
        int pictures = report.GetProperty("trainImages").GetInt32() + report.GetProperty("testImages").GetInt32();
        Assert.Equal(paths.Split(' ').Count(path => !path.EndsWith('/')), pictures + report.GetProperty("refusedCount").GetInt32());
    }

    [Theory]
    [InlineData("d/train/a/1.png d/train/b/1.png d/val/a/1.png d/d/train/a/1.png", "1 picture lies elsewhere than the class folders in d/ below train/ and val/ and was left out, as d/d/train/a/1.png")]
    [InlineData("part1/a/1.png part1/b/1.png part2/a/1.png part2/b/1.png", "2 pictures lie elsewhere than the class folders in part1/ and were left out, as part2/a/1.png")]
    [InlineData("train/a/1.png train/b/1.png dev/a/1.png", "1 picture lies elsewhere than the class folders in train/ and was left out, as dev/a/1.png")]
    public async Task Upload_WholeFoldersLeftOut_Warns(string paths, string words)
    {
        JsonElement report = await UploadAsync(Zip([.. paths.Split(' ').Select((path, i) => (path, Colour(i)))]));
        JsonElement warning = report.GetProperty("warnings").EnumerateArray().Single(known => known.GetProperty("code").GetString() == "folders-left-out");
        Assert.StartsWith(words, warning.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.All(Refused(report).Values, reason => Assert.Contains("which are class folders in", reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cats/persian/1.png cats/siamese/1.png dogs/pug/1.png", 201, "folders-left-out")]
    [InlineData("cats/persian/1.png dogs/pug/1.png", 400, "put all class folders beside each other")]
    [InlineData("train/Cat/1.png train/dog/1.png test/cat/1.png", 400, "The class \"Cat\" is written otherwise; where they are one, give both folders that name.")]
    public async Task Upload_ClassesThatDoNotStandBesideEachOther_SaysWhatHelps(string paths, int status, string words)
    {
        byte[] archive = Zip([.. paths.Split(' ').Select((path, i) => (path, Colour(i)))]);
        using HttpResponseMessage answer = await client.UploadAsync($"apart-{Guid.NewGuid():n}", archive);
        Assert.Equal(status, (int)answer.StatusCode);
        string text = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Replace("\\u0022", "\"", StringComparison.Ordinal);
        Assert.Contains(words, text.Replace("\\\"", "\"", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gbk", "狗 2 0, 猫 2 0")] // the first name is UTF-8 too, by chance
    [InlineData(null, "狗 2 0, 猫 2 0")]
    [InlineData("cp936", "狗 2 0, 猫 2 0")]
    public async Task Upload_NamesThatAreUtf8ByChance_AreReadAsTheOthers(string? names, string classes)
    {
        byte[] archive = Renamed(
            Zip(("@@/1.png", Colour(1)), ("@@/2.png", Colour(2)), ("&&/1.png", Colour(3)), ("&&/2.png", Colour(4))), ("@@", [0xc3, 0xa8]), ("&&", [0xb9, 0xb7]));
        (string, string)[] parts = names is null ? [] : [("names", names)];
        JsonElement report = await client.UploadAsync($"gbk-{Guid.NewGuid():n}", archive, parts: parts).JsonAsync(HttpStatusCode.Created);

        if (names is not null) Assert.Equal(classes, Classes(report));
        Assert.Equal(names is null, report.GetProperty("warnings").EnumerateArray().Any(known => known.GetProperty("code").GetString() == "names-guessed"));
        Assert.DoesNotContain("è", Classes(report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_FieldsOfAFormThatAreLeftEmpty_AreNotGiven()
    {
        JsonElement report = await client.UploadAsync("empty-fields", CatsAndDogs, parts: [("resize", ""), ("background", ""), ("names", "")]).JsonAsync(HttpStatusCode.Created);
        Assert.Equal("cats 2 0, dogs 2 0", Classes(report));
    }

    [Fact]
    public async Task Upload_PicturesInAHiddenFolder_AreRefusedWithTheReason()
    {
        JsonElement report = await UploadAsync(Zip((".cat/1.png", Colour(1)), ("dog/1.png", Colour(2)), ("bird/1.png", Colour(3)), (".git/config", [1])));
        Assert.Contains("hidden folder .cat/", Refused(report)[".cat/1.png"], StringComparison.Ordinal);
        Assert.Equal(1, report.GetProperty("ignored").GetInt32());
    }

    [Fact]
    public async Task Upload_BrokenFileInAnArchive_IsRefusedAlone()
    {
        JsonElement report = await UploadAsync(Zip(
            ("cats/1.png", Colour(1)), ("dogs/1.png", Colour(2)), ("cats/broken.png.gz", [0x1f, 0x8b, 8, 0]), ("tests/broken.gz", [0x1f, 0x8b, 1, 2, 3])));
        Assert.Equal(["cats/broken.png.gz", "tests/broken.gz"], Refused(report).Keys);
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

    [Theory]
    [InlineData("a/", 200)]
    [InlineData("abcdefghij", 500)]
    public async Task Upload_PathThatIsLongOrDeep_IsRefused(string part, int times)
    {
        byte[] archive = Zip((string.Concat(Enumerable.Repeat(part, times)) + "/1.png", Colour(1)));
        Assert.Contains("has a path of over", await client.UploadAsync("deep", archive).ProblemAsync(400, "file"), StringComparison.Ordinal);
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
        Assert.Equal("«Γ 3 0, »ñß 3 0, ¬«Γ 3 0".Length, Classes(report).Length); // three classes still, under other names
        Assert.DoesNotContain("кот", Classes(report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_WithAnUnknownCodePage_IsRefused()
    {
        using var form = new MultipartFormDataContent { { new StringContent("named"), "name" }, { new StringContent("klingon"), "names" } };
        Assert.Contains("klingon", await client.PostAsync("/api/datasets", form, TestContext.Current.CancellationToken).ProblemAsync(400, "names"), StringComparison.Ordinal);
    }

    private static byte[] Case(string file) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Datasets", "Cases", file));

    // The archive with other bytes in its names, of the same length.
    private static byte[] Renamed(byte[] archive, params (string From, byte[] To)[] names)
    {
        foreach ((string from, byte[] to) in names)
            for (int at; (at = archive.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes($"{from}/"))) >= 0;) to.CopyTo(archive, at);
        return archive;
    }

    private Task<JsonElement> UploadAsync(byte[] archive, string fileName = "a.zip", bool resize = false) =>
        client.UploadAsync($"foreign-{Guid.NewGuid():n}", archive, fileName, resize).JsonAsync(HttpStatusCode.Created);

    private static string Classes(JsonElement report) => string.Join(", ", report.GetProperty("classes").EnumerateArray()
        .Select(found => $"{found.GetProperty("label").GetString()} {found.GetProperty("train").GetInt32()} {found.GetProperty("test").GetInt32()}"));

    private static Dictionary<string, string> Refused(JsonElement answer) => answer.GetProperty("refused").EnumerateArray()
        .ToDictionary(file => file.GetProperty("file").GetString()!, file => file.GetProperty("reason").GetString()!);
}
