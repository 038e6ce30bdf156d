using System.Net;
using System.Text;
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
        JsonElement report = await client.TakeAsync(Case(file), Path.GetFileName(file), resize: file.Contains("git", StringComparison.Ordinal));

        Assert.Equal(classes, report.Classes());
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
        Assert.Contains(reason, problem.Refused()[refused], StringComparison.Ordinal);
        Assert.Equal(problem.GetProperty("refusedCount").GetInt32(), problem.Refused().Count);
    }

    [Fact]
    public async Task Upload_PicturesWithoutOrWithOtherEndings_AreReadByTheirBytes()
    {
        JsonElement report = await client.TakeAsync(Zip(("cats/a", Colour(1)), ("cats/b.png.bak", Colour(2)), ("dogs/c.jpg", Colour(3)), ("dogs/d.jfif", Colour(4))));
        Assert.Equal("cats 2 0, dogs 2 0", report.Classes());
    }

    [Fact]
    public async Task Upload_WithWhatSystemsLeave_CountsIt()
    {
        JsonElement report = await client.TakeAsync(Zip(
            ("cats/1.png", Colour(1)), ("dogs/1.png", Colour(2)), ("cats/.DS_Store", [1]), ("dogs/Thumbs.db", [1]), ("desktop.ini", [1]),
            ("__MACOSX/cats/._1.png", [1])));
        Assert.Equal((4, 0), (report.GetProperty("ignored").GetInt32(), report.GetProperty("refusedCount").GetInt32()));
    }

    // As they leave deleted pictures, thumbnails and copies on a disk that they share.
    [Theory]
    [InlineData("#recycle/cats/9.png")]
    [InlineData("@Recycle/9.png")]
    [InlineData("cats/#recycle/9.png")]
    [InlineData("$RECYCLE.BIN/9.png")]
    [InlineData("System Volume Information/9.png")]
    [InlineData("cats/@eaDir/9.png")]
    [InlineData("cats/_DS_Store")]
    [InlineData("cats/Picasa.ini")]
    [InlineData("cats/.picasa.ini")]
    public async Task Upload_WithWhatAServerOrAViewerLeaves_CountsIt(string file)
    {
        byte[] content = file.EndsWith("png", StringComparison.Ordinal) ? Colour(9) : [1];
        JsonElement report = await client.TakeAsync(Zip(("cats/1.png", Colour(1)), ("dogs/1.png", Colour(2)), (file, content)));
        Assert.Equal("cats 1 0, dogs 1 0", report.Classes());
        Assert.Equal((1, 0), (report.GetProperty("ignored").GetInt32(), report.GetProperty("refusedCount").GetInt32()));
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:1", "is a pointer of Git LFS; fetch the file itself (git lfs pull).")]
    [InlineData("<!DOCTYPE html><html></html>", "is a web page or XML")]
    [InlineData("{\"error\":\"expired\"}", "is JSON, perhaps an error of the server")]
    [InlineData("", "is empty;")]
    public async Task Upload_PicturesInPlaceOfWhichSomethingElseWasSaved_AreToldWhatTheyAre(string text, string words)
    {
        byte[] content = Encoding.UTF8.GetBytes(text);
        JsonElement report = await client.TakeAsync(Zip(("cats/1.png", Colour(1)), ("dogs/1.png", Colour(2)), ("cats/2.jpg", content)));
        Assert.StartsWith(words, report.Refused()["cats/2.jpg"], StringComparison.Ordinal);

        string detail = await client.UploadAsync("none", Zip(("cats/1.png", content), ("dogs/1.png", content))).ProblemAsync(400, "file");
        Assert.Contains($"none of its 2 pictures can be used; the first of them, cats/1.png, {words}", detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("weights.h5")]
    [InlineData("labels.csv")]
    [InlineData("data_batch_1.bin")]
    public async Task Upload_PointersOfGitLfs_AreToldInEveryPlace(string file)
    {
        byte[] pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n"u8.ToArray();
        JsonElement report = await client.TakeAsync(Zip(("cats/1.png", Colour(1)), ("dogs/1.png", Colour(2)), (file, pointer)));
        Assert.Contains("is a pointer of Git LFS; fetch the file itself (git lfs pull).", report.Refused()[file], StringComparison.Ordinal);
        string detail = await client.UploadAsync("none", Zip((file, pointer))).ProblemAsync(400, "file");
        Assert.Contains("is a pointer of Git LFS", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_PathsThatStayInside_AreRead()
    {
        JsonElement report = await client.TakeAsync(Zip(
            ("./cats//1.png", Colour(1)), ("cats\\new\\..\\2.png", Colour(2)), ("./dogs/../dogs/1.png", Colour(3)),
            ("cats/../dogs/2.png", Colour(4))));
        Assert.Equal("cats 2 0, dogs 2 0", report.Classes());
    }

    [Theory]
    [InlineData("<!DOCTYPE html><html></html>", "a.zip", "a web page")]
    [InlineData("\uFEFF  <html></html>", "a.tar.gz", "a web page")]
    [InlineData("{\"error\":\"expired\"}", "a.tar", "JSON")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:1", "a.zip", "a pointer of Git LFS")]
    public async Task Upload_WhatWasSavedInPlaceOfADownload_IsSaidToBeThat(string text, string name, string words) => Assert.Contains(
        $"it is no archive but {words}",
        await client.UploadAsync("none", Encoding.UTF8.GetBytes(text), name).ProblemAsync(400, "file"),
        StringComparison.Ordinal);

    [Fact]
    public async Task Upload_ZipWithOneDamagedPicture_IsReadWithoutIt()
    {
        byte[] archive = Zip(("cats/1.png", Colour(1)), ("cats/2.png", Colour(2)), ("dogs/1.png", Colour(3)));
        archive[archive.AsSpan().IndexOf("cats/2.png"u8) + 50] ^= 0x10; // in its content

        JsonElement report = await client.TakeAsync(archive);
        Assert.Equal("cats 1 0, dogs 1 0", report.Classes());
        Assert.StartsWith("is damaged", Assert.Single(report.Refused()).Value, StringComparison.Ordinal);
    }

    // Damage is met where the kind of a file is looked for, in its first bytes.
    [Theory]
    [InlineData("cats/2.png", 0, "cats 1 0, dogs 1 0")]
    [InlineData("cats/2.png", 12, "cats 1 0, dogs 1 0")]
    [InlineData("notes.txt", 0, "cats 2 0, dogs 1 0")]
    public async Task Upload_ZipWithOneSmallDamagedFile_IsReadWithoutIt(string damaged, int at, string classes)
    {
        byte[] archive = Zip(("cats/1.png", Grey(1)), ("cats/2.png", Grey(2)), ("dogs/1.png", Grey(3)), ("notes.txt", "to be read"u8.ToArray()));
        int content = archive.AsSpan().IndexOf(Encoding.UTF8.GetBytes(damaged)) + damaged.Length;
        archive[content + at] ^= 0x06; // of its deflated block

        JsonElement report = await client.TakeAsync(archive);
        Assert.Equal(classes, report.Classes());
        Assert.StartsWith("is damaged", report.Refused()[damaged], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_FileTwice_IsTakenOnceAndSaysSo()
    {
        JsonElement report = await client.TakeAsync(Zip(
            ("cats/1.png", Colour(1)), ("cats/1.png", Colour(1)), ("dogs/1.png", Colour(2)), ("dogs/1.png", Colour(3))));
        Assert.Equal("cats 1 0, dogs 2 0", report.Classes()); // what shows something else is another picture
        Assert.Contains("with the same content", report.Refused()["cats/1.png"], StringComparison.Ordinal);
        Assert.Equal(1, report.GetProperty("refusedCount").GetInt32());

        JsonElement turned = await client.TakeAsync(Zip(
            ("dogs/1.png", Colour(3)), ("dogs/1.png", Colour(2)), ("cats/1.png", Colour(1)), ("cats/1.png", Colour(1))));
        Assert.Equal(report.GetProperty("sha256").GetString(), turned.GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task Upload_ChecksumsAndOtherBinariesBesideBatches_AreRefusedAlone()
    {
        JsonElement cifar = await client.TakeAsync(TarGz(("data_batch_1.bin", Cifar(20)), ("weights.bin", new byte[1000]), ("MD5SUM.md5", [1])), "a.tar.gz");
        Assert.Equal(2, cifar.GetProperty("refusedCount").GetInt32());
        Assert.Contains("whole number of CIFAR's records", cifar.Refused()["weights.bin"], StringComparison.Ordinal);

        JsonElement idx = await client.TakeAsync(Zip(
            ("train-images-idx3-ubyte", IdxImages(20)), ("train-images-idx3-ubyte.md5", [1, 2, 3]), ("train-labels-idx1-ubyte", IdxLabels(20)),
            ("train-labels-idx1-ubyte.gz.sha256", [1, 2, 3])));
        Assert.Equal(2, idx.GetProperty("refusedCount").GetInt32());
        string detail = await client.UploadAsync("none", TarGz(("data_batch_1.bin", Cifar(20)), ("data_batch_2.bin", Cifar(20)[..5000])), "a.tar.gz").ProblemAsync(400, "file");
        Assert.Contains("data_batch_2.bin: it has 5000 bytes", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_ArchiveInAnArchive_IsRefusedAlone()
    {
        JsonElement report = await client.TakeAsync(Zip(("cats/1.png", Colour(1)), ("dogs/1.png", Colour(2)), ("train.zip", CatsAndDogs), ("more.tgz", TarGz(("a", [1])))));
        Assert.Contains("archive itself", report.Refused()["train.zip"], StringComparison.Ordinal);
        Assert.Contains("archive itself", report.Refused()["more.tgz"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("licence.docx", "is a document, and is not read here")] // a zip archive by its bytes
    [InlineData("weights.pt", "is no picture, and .pt is not read")]
    [InlineData("cats/1.ppm", "is a picture of a kind that is not read (.ppm); save it as PNG or JPEG")]
    [InlineData("cats/1.JP2", "is a picture of a kind that is not read (.jp2)")]
    public async Task Upload_FilesOfOtherPrograms_AreRefusedForWhatTheyAre(string file, string reason)
    {
        byte[] content = file.StartsWith("cats", StringComparison.Ordinal) ? [1, 2, 3] : Zip(("word/document.xml", [1]));
        JsonElement report = await client.TakeAsync(Zip(("cats/1.png", Colour(1)), ("dogs/1.png", Colour(2)), (file, content)));
        Assert.Contains(reason, report.Refused()[file], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_FieldsOfAFormThatAreLeftEmpty_AreNotGiven()
    {
        JsonElement report = await client.UploadAsync("empty-fields", CatsAndDogs, parts: [("resize", ""), ("background", ""), ("names", "")]).JsonAsync(HttpStatusCode.Created);
        Assert.Equal("cats 2 0, dogs 2 0", report.Classes());
    }

    [Fact]
    public async Task Upload_BrokenFileInAnArchive_IsRefusedAlone()
    {
        JsonElement report = await client.TakeAsync(Zip(
            ("cats/1.png", Colour(1)), ("dogs/1.png", Colour(2)), ("cats/broken.png.gz", [0x1f, 0x8b, 8, 0]), ("tests/broken.gz", [0x1f, 0x8b, 1, 2, 3])));
        Assert.Equal(["cats/broken.png.gz", "tests/broken.gz"], report.Refused().Keys);
    }
}
