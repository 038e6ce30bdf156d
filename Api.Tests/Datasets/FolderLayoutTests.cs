using System.Formats.Tar;
using System.Text.Json;
using static CnnService.Api.Tests.Datasets.Archives;

namespace CnnService.Api.Tests.Datasets;

/// <summary>Which folders are classes and which are parts is found whatever lies beside them, and told in words.</summary>
public sealed class FolderLayoutTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    private readonly HttpClient client = service.CreateClient();

    [Fact]
    public async Task Upload_StrayOfAnotherSize_IsRefusedForItsPlace()
    {
        JsonElement report = await client.TakeAsync(Zip(
            ("r/cats/1.png", Colour(1)), ("r/dogs/1.png", Colour(2)), ("r/dogs/2.png", Colour(3, 40)), ("r/docs/page/shot.png", Colour(4, 64))));

        Assert.Equal("cats 1 0, dogs 1 0", report.Classes());
        Assert.Contains("lies in r/docs/page/, not in one of the class folders in r/", report.Refused()["r/docs/page/shot.png"], StringComparison.Ordinal);
        Assert.Contains("is 40x40", report.Refused()["r/dogs/2.png"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_TarOfTheFolderItself_HasNoClassOfThatFolder()
    {
        TarEntry[] entries =
        [
            new PaxTarEntry(TarEntryType.Directory, "./"), new PaxTarEntry(TarEntryType.Directory, "./cats/"), Picture("./cats/1.png", 1),
            new PaxTarEntry(TarEntryType.Directory, "./dogs/"), Picture("./dogs/1.png", 2),
        ];
        Assert.Equal("cats 1 0, dogs 1 0", (await client.TakeAsync(TarGz(entries), "a.tgz")).Classes());

        static PaxTarEntry Picture(string path, int number) => new(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(Colour(number)) };
    }

    [Theory]
    [InlineData("train_images/1.png,test_images/2.png")]
    [InlineData("data/train/1.png,data/val/2.png")]
    [InlineData("training/1.png,Testing/2.png,validation/3.png")]
    [InlineData("train/cat.0.png,train/dog.0.png,test1/1.png")]
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
    [InlineData("Train/a/1.png Train/b/1.png train/a/2.png test/a/1.png", "class folders below Train/ and train/ and test/")]
    [InlineData("a/1.png b/1.png test/a/1.png test/b/1.png", "class folders at the top and below test/")]
    [InlineData("r/a/1.png r/b/1.png r/val/a/1.png", "class folders in r/ itself and below val/; val/ became the test part")]
    public async Task Upload_Layout_IsToldInWords(string paths, string words)
    {
        JsonElement report = await client.TakeAsync(Zip([.. paths.Split(' ').Select((path, i) => (path, Colour(i)))]));
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
    [InlineData("asl_train/asl_train/A/1.png asl_train/asl_train/B/1.png asl_test/asl_test/A_test.png", "A 1 0, B 1 0")]
    [InlineData("a/1.png b/1.png c/a/1.png c/b/1.png", "a 1 0, b 1 0")]
    [InlineData(".keras/flowers/a/1.png a/1.png b/1.png", "a 1 0, b 1 0")]
    public async Task Upload_FoldersOfAllKinds_FindsTheClasses(string paths, string classes)
    {
        JsonElement report = await client.TakeAsync(Zip([.. paths.Split(' ').Select((path, i) => (path, path.EndsWith('/') ? [] : Colour(i)))]));

        Assert.Equal(classes, report.Classes());
        int pictures = report.GetProperty("trainImages").GetInt32() + report.GetProperty("testImages").GetInt32();
        Assert.Equal(paths.Split(' ').Count(path => !path.EndsWith('/')), pictures + report.GetProperty("refusedCount").GetInt32());
    }

    [Theory]
    [InlineData("d/train/a/1.png d/train/b/1.png d/val/a/1.png d/d/train/a/1.png", "1 picture lies elsewhere than the class folders in d/ below train/ and val/ and was left out, as d/d/train/a/1.png")]
    [InlineData("part1/a/1.png part1/b/1.png part2/a/1.png part2/b/1.png", "2 pictures lie elsewhere than the class folders in part1/ and were left out, as part2/a/1.png")]
    [InlineData("train/a/1.png train/b/1.png dev/a/1.png", "1 picture lies elsewhere than the class folders in train/ and was left out, as dev/a/1.png")]
    public async Task Upload_WholeFoldersLeftOut_Warns(string paths, string words)
    {
        JsonElement report = await client.TakeAsync(Zip([.. paths.Split(' ').Select((path, i) => (path, Colour(i)))]));
        Assert.StartsWith(words, report.WarningOf("folders-left-out"), StringComparison.Ordinal);
        Assert.All(report.Refused().Values, reason => Assert.Contains("not in one of the class folders in", reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Upload_FoldersOfAProjectBesideTheClasses_AreNoClasses()
    {
        JsonElement report = await client.TakeAsync(Zip(
            ("r/", []), ("r/cats/", []), ("r/cats/1.png", Colour(1)), ("r/dogs/", []), ("r/dogs/1.png", Colour(2)),
            ("r/src/", []), ("r/src/net/", []), ("r/src/net/train.py", [35]), ("r/notebooks/", []), ("r/notebooks/a.ipynb", [123])));

        Assert.Equal("cats 1 0, dogs 1 0", report.Classes());
        Assert.Equal(["r/notebooks/a.ipynb", "r/src/net/train.py"], report.Refused().Keys.Order(StringComparer.Ordinal));
        Assert.Equal("\"notebooks\", \"src\" beside the class folders hold no picture and are no classes.", report.WarningOf("folders-without-pictures"));
    }

    // Whatever is in it instead, and whether the archive lists it or not.
    [Theory]
    [InlineData("owls/")]
    [InlineData("owls/ owls/.DS_Store")]
    [InlineData("owls/.DS_Store")]
    [InlineData("owls/Thumbs.db")]
    [InlineData("owls/@eaDir/1.png/SYNOPHOTO_THUMB_M.jpg")]
    [InlineData("owls/readme.txt")]
    [InlineData("owls/ owls/readme.txt")]
    [InlineData("owls/notes/ owls/notes/readme.txt")]
    public async Task Upload_FolderWithoutPictures_IsNoClassAndWarns(string entries)
    {
        (string, byte[])[] others = [.. entries.Split(' ').Select(entry => (entry, entry.EndsWith('/') ? [] : new byte[] { 1 }))];
        JsonElement report = await client.TakeAsync(Zip([("cats/1.png", Colour(1)), ("dogs/1.png", Colour(2)), .. others]));

        Assert.Equal("cats 1 0, dogs 1 0", report.Classes());
        Assert.Equal("\"owls\" beside the class folders holds no picture and is no class.", report.WarningOf("folders-without-pictures"));
    }

    [Theory]
    [InlineData("cats/1.png dogs/1.png new/ owls/", "\"new\", \"owls\" beside the class folders hold no picture and are no classes.")]
    [InlineData("train/cat/1.png train/dog/1.png test/cat/1.png test/dog/", "\"test/dog\" holds no picture.")]
    [InlineData("train/cat/1.png train/dog/1.png test/cat/1.png test/dog/Thumbs.db", "\"test/dog\" holds no picture.")]
    [InlineData("train/a/1.png train/b/1.png train/c/ test/a/1.png test/c/a.txt", "\"c\" beside the class folders holds no picture and is no class.")]
    [InlineData("d/train/cat/1.png d/train/dog/1.png d/test/cat/ d/test/dog/ d/docs/a.txt", "\"d/test\" holds no picture.")]
    [InlineData("cats/1.png dogs/1.png birds/owls/1.png", null)] // left out for its place, which is told
    [InlineData("cats/1.png dogs/1.png .git/config __MACOSX/owls/._1.png", null)]
    [InlineData("train/cat/1.png train/dog/1.png docs/a.txt src/net/a.py", null)] // not beside the classes
    public async Task Upload_FoldersWithoutPictures_AreNamedByTheirPlace(string paths, string? words)
    {
        JsonElement report = await client.TakeAsync(Zip([.. paths.Split(' ').Select((path, i) => (path, ContentOf(path, i)))]));
        if (words is null) Assert.DoesNotContain("folders-without-pictures", report.Warnings());
        else Assert.Equal(words, report.WarningOf("folders-without-pictures"));

        static byte[] ContentOf(string path, int number) =>
            path.EndsWith('/') ? [] : path.EndsWith("/1.png", StringComparison.Ordinal) ? Colour(number) : [1];
    }

    [Fact]
    public async Task Upload_PicturesOfAnySizeAboveTheClasses_AreAllCounted()
    {
        JsonElement report = await client.TakeAsync(Zip(
            ("cats/1.png", Colour(1)), ("dogs/1.png", Colour(2)), ("1.png", Colour(3)), ("2.png", Colour(4, 40)), ("3.png", Colour(5, 64))));
        Assert.StartsWith("3 pictures lie elsewhere", report.WarningOf("folders-left-out"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_OnePicture_IsToldFromAnArchive() => Assert.Equal(
        "a.png: it is a picture and no archive; pack folders of pictures, one for each class, as a .zip or .tar.gz.",
        await client.UploadAsync("one", Colour(1), "a.png").ProblemAsync(400, "file"));

    [Theory]
    [InlineData("cats/persian/1.png cats/siamese/1.png dogs/pug/1.png", 201, "folders-left-out")]
    [InlineData("cats/persian/1.png dogs/pug/1.png", 400, "put all class folders beside each other")]
    [InlineData("Train/a/1.png Train/b/1.png train/a/2.png", 201, "Train/ and train/ are one part by their names")]
    [InlineData("a/1.png b/1.png c/a/1.png", 201, "deeper than the other class folders")]
    [InlineData("train/a/1.png train/b/1.png test/a/1.png test/c/1.png", 400, "Its pictures are all of the test part, as test/c/1.png.")]
    [InlineData("train/Cat/1.png train/dog/1.png test/cat/1.png", 400, "The class \"Cat\" is written otherwise; where they are one, give both folders that name.")]
    public async Task Upload_ClassesThatDoNotStandBesideEachOther_SaysWhatHelps(string paths, int status, string words)
    {
        byte[] archive = Zip([.. paths.Split(' ').Select((path, i) => (path, Colour(i)))]);
        using HttpResponseMessage answer = await client.UploadAsync($"apart-{Guid.NewGuid():n}", archive);
        Assert.Equal(status, (int)answer.StatusCode);
        string text = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Replace("\\u0022", "\"", StringComparison.Ordinal);
        Assert.Contains(words, text.Replace("\\\"", "\"", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_PicturesInAHiddenFolder_AreRefusedWithTheReason()
    {
        JsonElement report = await client.TakeAsync(Zip((".cat/1.png", Colour(1)), ("dog/1.png", Colour(2)), ("bird/1.png", Colour(3)), (".git/config", [1])));
        Assert.Contains("hidden folder .cat/", report.Refused()[".cat/1.png"], StringComparison.Ordinal);
        Assert.Equal(1, report.GetProperty("ignored").GetInt32());
    }

    [Fact]
    public async Task Upload_PicturesWhoseNamesBeginWithADot_AreRefusedAndNotCountedAsJunk()
    {
        JsonElement report = await client.TakeAsync(Zip(
            ("rock/...And Justice for All.png", Colour(1)), ("rock/.jpg", Colour(2)), ("rock/1.png", Colour(3)), ("pop/1.png", Colour(4)), ("pop/._1.png", [0, 5, 22, 7])));
        Assert.Equal(["rock/...And Justice for All.png", "rock/.jpg"], report.Refused().Keys.Order(StringComparer.Ordinal));
        Assert.All(report.Refused().Values, reason => Assert.Contains("begins with a dot", reason, StringComparison.Ordinal));
        Assert.Equal(1, report.GetProperty("ignored").GetInt32());
    }

    [Fact]
    public async Task Upload_FolderWithABlankName_IsRefusedAlone()
    {
        JsonElement report = await client.TakeAsync(Zip(("cat/1.png", Colour(1)), ("dog/1.png", Colour(2)), (" /1.png", Colour(3)), ("\u3000/2.png", Colour(4))));
        Assert.Equal([" /1.png", "\u3000/2.png"], report.Refused().Keys.Order(StringComparer.Ordinal));
        Assert.All(report.Refused().Values, reason => Assert.Contains("whose name is blank", reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a/", 200)]
    [InlineData("abcdefghij", 500)]
    public async Task Upload_PathThatIsLongOrDeep_IsRefused(string part, int times)
    {
        byte[] archive = Zip((string.Concat(Enumerable.Repeat(part, times)) + "/1.png", Colour(1)));
        Assert.Contains("has a path of over", await client.UploadAsync("deep", archive).ProblemAsync(400, "file"), StringComparison.Ordinal);
    }
}
