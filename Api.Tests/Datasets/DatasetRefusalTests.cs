using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using static CnnService.Api.Tests.Datasets.Archives;

namespace CnnService.Api.Tests.Datasets;

/// <summary>Requests that are refused: each answer says what is wrong, and an upload leaves nothing behind.</summary>
public sealed class DatasetRefusalTests : IClassFixture<DatasetRefusalTests.SmallService>
{
    private readonly SmallService service;
    private readonly HttpClient client;

    public DatasetRefusalTests(SmallService service) => (this.service, client) = (service, service.CreateClient());

    /// <summary>What is uploaded, under which file name, and a word that the refusal must have.</summary>
    private static readonly Dictionary<string, (byte[] File, string FileName, string Reason)> Bad = new()
    {
        ["truncated zip"] = (CatsAndDogs[..^30], "a.zip", "zip archive"),
        ["zip cut early"] = (CatsAndDogs[..10], "a.zip", "zip archive"),
        ["empty file"] = ([], "a.zip", "it is empty"),
        ["empty zip"] = (Zip(), "a.zip", "it is empty, it holds no file"),
        ["empty tar"] = (new byte[10_240], "a.tar", "it is empty, it holds no file"),
        ["folders alone"] = (Zip(("cats/", []), ("dogs/", [])), "a.zip", "it is empty, it holds no file"),
        ["junk alone"] = (Zip(("cats/.DS_Store", [1])), "a.zip", "it holds no file but what systems leave, such as .DS_Store (1)"),
        ["text as zip"] = (Encoding.UTF8.GetBytes("no archive"), "a.zip", "zip archive"),
        ["damaged entry"] = (Damaged(Zip(("data_batch_1.bin", Cifar(2)))), "a.zip", "damaged"),
        ["truncated tar.gz"] = (TarGz(("data_batch_1.bin", Cifar(2)))[..^30], "a.tar.gz", "cut off"),
        ["unknown ending"] = ([1, 2, 3], "a.rar", "known"),
        ["bomb"] = (Zip(("data_batch_1.bin", new byte[3073 * 9000])), "a.zip", "200 times"),
        ["bomb in tar"] = (TarGz(("data_batch_1.bin", new byte[3073 * 9000])), "a.tar.gz", "200 times"),
        ["traversal"] = (Zip(("../cats/1.png", Colour(1))), "a.zip", "leads out"),
        ["traversal by backslash"] = (Zip(("a\\..\\..\\1.png", Colour(1))), "a.zip", "leads out"),
        ["absolute path"] = (Zip(("/cats/1.png", Colour(1))), "a.zip", "absolute"),
        ["drive"] = (Zip(("C:/cats/1.png", Colour(1))), "a.zip", "absolute"),
        ["traversal in tar"] = (TarGz(("cats/../../1.png", Colour(1))), "a.tgz", "leads out"),
        ["nested archive"] = (Zip(("cats/1.zip", CatsAndDogs)), "a.zip", "archive itself"),
        ["link in zip"] = (ZipWithLink(), "a.zip", "link"),
        ["link in tar"] = (TarGz(new PaxTarEntry(TarEntryType.SymbolicLink, "cats/1.png") { LinkName = "/etc/passwd" }), "a.tar.gz", "symbolic link"),
        ["hard link in tar"] = (TarGz(new PaxTarEntry(TarEntryType.HardLink, "cats/1.png") { LinkName = "a" }), "a.tar.gz", "hard link"),
        ["one class"] = (Zip(("cats/1.png", Colour(1)), ("cats/2.png", Colour(2))), "a.zip", "at least 2"),
        ["no folders"] = (Zip(("1.png", Colour(1)), ("2.png", Colour(2))), "a.zip", "class folder"),
        ["class without readable pictures"] = (Zip(("cats/1.png", Colour(1)), ("dogs/1.png", Colour(2)), ("owls/1.png", [1])), "a.zip", "\"owls\""),
        ["one class and an empty folder"] = (Zip(("cats/1.png", Colour(1)), ("owls/", [])), "a.zip", "\"owls\" beside it holds no picture"),
        ["class in test only"] = (Zip(("train/a/1.png", Colour(1)), ("train/b/1.png", Colour(2)), ("test/c/1.png", Colour(3))), "a.zip", "\"c\""),
        ["nothing readable"] = (Zip(("cats/1.png", [1]), ("dogs/1.png", [2])), "a.zip", "none of its 2 pictures"),
        ["too many classes"] = (Zip([.. Enumerable.Range(0, 257).Select(i => ($"c{i}/1.png", Grey(1)))]), "a.zip", "257"),
        ["wrong label"] = (Zip(("data_batch_1.bin", Cifar(2, label: 10))), "a.zip", "label"),
        ["part of a record"] = (Zip(("data_batch_1.bin", Cifar(2)[..^1])), "a.zip", "records"),
        ["images without labels"] = (Zip(("train-images-idx3-ubyte", IdxImages(2))), "a.zip", "no labels"),
        ["fewer labels than images"] = (Zip(("train-images-idx3-ubyte", IdxImages(3)), ("train-labels-idx1-ubyte", IdxLabels(2))), "a.zip", "2 labels"),
        ["test part alone"] = (Zip(("test_batch.bin", Cifar(2))), "a.zip", "training images"),
    };

    public static TheoryData<string> BadFiles => [.. Bad.Keys];

    [Theory]
    [MemberData(nameof(BadFiles))]
    public async Task Upload_BadFile_IsRefusedAndLeavesNothing(string kind)
    {
        (byte[] file, string fileName, string reason) = Bad[kind];
        Assert.Contains(reason, await client.UploadAsync("bad", file, fileName).ProblemAsync(400, "file"), StringComparison.Ordinal);
        await AssertNothingIsLeft("bad");
    }

    [Theory]
    [InlineData("")]
    [InlineData("-a")]
    [InlineData("A")]
    [InlineData("a_b")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("../a")]
    [InlineData("a\n")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234")]
    public async Task Upload_BadName_IsRefused(string name) =>
        Assert.Contains("1 to 63", await client.UploadAsync(name, CatsAndDogs).ProblemAsync(400, "name"), StringComparison.Ordinal);

    [Theory]
    [InlineData("name", "file")]
    [InlineData("file", "name")]
    [InlineData("name,name,file", "name")]
    [InlineData("file,name,file", "file")]
    [InlineData("resize,name,resize,file", "resize")]
    [InlineData("name,file,colour", "colour")]
    public async Task Upload_PartsMissingTwiceOrUnknown_AreNamed(string parts, string field)
    {
        using var form = new MultipartFormDataContent();
        foreach (string part in parts.Split(',')) Add(form, part);
        await Post(form).ProblemAsync(400, field);
        await AssertNothingIsLeft("parts");
    }

    [Fact]
    public async Task Upload_ResizeThatIsNoTruthValue_IsRefused()
    {
        using var form = new MultipartFormDataContent { { new StringContent("yes"), "resize" } };
        Assert.Contains("\"yes\"", await Post(form).ProblemAsync(400, "resize"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Upload_FileWithoutNameWhoseBytesDoNotTellItsFormat_IsAskedForIt(bool packed)
    {
        using MultipartFormDataContent form = Nameless("parts", packed ? Gzip(Cifar(2)) : Cifar(2));
        Assert.Contains("has no file name, which tells its format", await Post(form).ProblemAsync(400, "file"), StringComparison.Ordinal);
        await AssertNothingIsLeft("parts");
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("tar.gz")]
    public async Task Upload_ArchiveWithoutName_IsKnownByItsBytes(string kind)
    {
        byte[] archive = kind == "zip" ? CatsAndDogs : TarGz(("cats/1.png", Colour(1)), ("dogs/1.png", Colour(2)));
        using MultipartFormDataContent form = Nameless("nameless", archive);
        Assert.StartsWith("cats ", (await Post(form).JsonAsync(HttpStatusCode.Created)).Classes(), StringComparison.Ordinal);
        await client.DeleteAsync("/api/datasets/nameless", TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("multipart/form-data", 400)]
    [InlineData("multipart/form-data; boundary=x", 400)]
    [InlineData("application/zip", 415)]
    [InlineData("application/json", 415)]
    [InlineData(null, 415)]
    public async Task Upload_BodyThatIsNoMultipart_IsRefused(string? type, int status)
    {
        using var body = new ByteArrayContent("--y\r\nno parts"u8.ToArray());
        body.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        await Post(body).ProblemAsync(status);
    }

    [Fact]
    public async Task Upload_MultipartCutOff_IsRefused()
    {
        using var whole = new MultipartFormDataContent("edge");
        foreach (string part in (string[])["name", "file"]) Add(whole, part);
        byte[] bytes = await whole.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        foreach (int length in (int[])[bytes.Length - 10, bytes.Length - 300, bytes.Length / 2, 60, 10, 0])
        {
            using var body = new ByteArrayContent(bytes[..length]);
            body.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=edge");
            await Post(body).ProblemAsync(400);
        }

        await AssertNothingIsLeft("parts");
    }

    [Fact]
    public async Task Upload_OverTheLimit_Is413()
    {
        Assert.Contains("1 MB", await client.UploadAsync("large", new byte[(1 << 20) + 1]).ProblemAsync(413, "file"), StringComparison.Ordinal);
        await AssertNothingIsLeft("large");
    }

    [Fact]
    public async Task Upload_OverTheLimitWithoutLength_Is413()
    {
        using var form = new MultipartFormDataContent { { new StringContent("large"), "name" }, { new ByteArrayContent(new byte[(1 << 20) + 1]), "file", "a.zip" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/datasets") { Content = form };
        request.Headers.TransferEncodingChunked = true;
        await client.SendAsync(request, TestContext.Current.CancellationToken).ProblemAsync(413, "file");
        await AssertNothingIsLeft("large");
    }

    [Fact]
    public async Task Upload_NameTaken_Is409AndKeepsTheFirst()
    {
        string first = (await client.UploadAsync("taken", CatsAndDogs).JsonAsync(HttpStatusCode.Created)).GetProperty("sha256").GetString()!;
        byte[] other = Zip(("a/1.png", Grey(1)), ("b/1.png", Grey(2)));
        Assert.Contains("\"taken\"", await client.UploadAsync("taken", other).ProblemAsync(409, "name"), StringComparison.Ordinal);
        Assert.Equal(first, (await client.GetJsonAsync("/api/datasets/taken")).GetProperty("sha256").GetString());
        await client.DeleteAsync("/api/datasets/taken", TestContext.Current.CancellationToken);
        await AssertNothingIsLeft("taken");
    }

    [Theory]
    [InlineData("0", "limit")]
    [InlineData("1001", "limit")]
    [InlineData("-1", "limit")]
    [InlineData("ten", null)]
    public async Task List_BadLimit_IsRefused(string limit, string? field) => await client.GetAsync($"/api/datasets?limit={limit}", TestContext.Current.CancellationToken).ProblemAsync(400, field);

    [Theory]
    [InlineData("GET", "/api/datasets/none", 404)]
    [InlineData("DELETE", "/api/datasets/none", 404)]
    [InlineData("GET", "/api/datasets/none/images/0.png", 404)]
    [InlineData("GET", "/api/datasets/shapes/images/4000.png", 404)]
    [InlineData("GET", "/api/datasets/shapes/images/-1.png", 404)]
    [InlineData("GET", "/api/datasets/shapes/images/1000.png?part=test", 404)]
    [InlineData("GET", "/api/datasets/shapes/images/0.png?part=validation", 400)]
    public async Task Request_ForWhatIsNotThere_IsAProblem(string method, string address, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        await client.SendAsync(request, TestContext.Current.CancellationToken).ProblemAsync(status);
    }

    private static MultipartFormDataContent Nameless(string name, byte[] file) =>
        new() { { new ByteArrayContent(file), "file" }, { new StringContent(name), "name" } };

    private static byte[] Gzip(byte[] content)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content);
        return packed.ToArray();
    }

    private Task<HttpResponseMessage> Post(HttpContent body) => client.PostAsync("/api/datasets", body, TestContext.Current.CancellationToken);

    private static void Add(MultipartFormDataContent form, string part)
    {
        if (part == "file") form.Add(new ByteArrayContent(CatsAndDogs), "file", "a.zip");
        else form.Add(new StringContent(part == "name" ? "parts" : "true"), part);
    }

    private async Task AssertNothingIsLeft(string name)
    {
        HttpResponseMessage response = await client.GetAsync($"/api/datasets/{name}", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(service.DataDirectory, "spool")));
        Assert.Single(Directory.EnumerateFileSystemEntries(Path.Combine(service.DataDirectory, "datasets"))); // the built-in one
    }

    private static byte[] Damaged(byte[] archive)
    {
        archive[archive.Length / 2] ^= 0xFF;
        return archive;
    }

    /// <summary>A service that takes 1 MB.</summary>
    public sealed class SmallService : IDisposable
    {
        private readonly ServiceApplication application = new() { Settings = { ["Uploads:DatasetMegabytes"] = "1" } };

        public string DataDirectory => application.DataDirectory;

        public HttpClient CreateClient() => application.CreateClient();

        public void Dispose() => application.Dispose();
    }
}
