using System.Net;
using System.Text;
using System.Text.Json;
using CnnService.Api.Tests.Pictures;
using SkiaSharp;
using static CnnService.Api.Tests.Datasets.Archives;

namespace CnnService.Api.Tests.Datasets;

public sealed class DatasetUploadTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    private readonly HttpClient client = service.CreateClient();

    [Fact]
    public async Task Upload_ClassFolders_IsReportedAsTheContractSays()
    {
        HttpResponseMessage response = await client.UploadAsync("pets", CatsAndDogs);
        JsonElement report = await Task.FromResult(response).JsonAsync(HttpStatusCode.Created);

        Assert.Equal("/api/datasets/pets", response.Headers.Location?.OriginalString);
        Assert.Equal("pets", report.GetProperty("name").GetString());
        Assert.Equal(3, report.GetProperty("channels").GetInt32());
        Assert.Equal("""[{"label":"cats","train":2,"test":0},{"label":"dogs","train":2,"test":0}]""", report.GetProperty("classes").GetRawText());
        Assert.Equal(4, report.GetProperty("trainImages").GetInt32());
        Assert.Equal(0, report.GetProperty("testImages").GetInt32());
        Assert.Equal(3, report.GetProperty("mean").GetArrayLength());
        Assert.Equal(3, report.GetProperty("standardDeviation").GetArrayLength());
        Assert.EndsWith("Z", report.GetProperty("createdAt").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, report.GetProperty("refusedCount").GetInt32());
        Assert.Equal("[]", report.GetProperty("refused").GetRawText());
    }

    [Fact]
    public async Task Upload_SameFilesInOtherPackings_IsTheSameContent()
    {
        (string Name, byte[] Content)[] files = [("cats/1.png", Colour(1)), ("cats/2.png", Colour(2)), ("dogs/1.png", Colour(3))];
        string[] hashes =
        [
            await Sha256(client.UploadAsync("packed-zip", Zip(files))),
            await Sha256(client.UploadAsync("packed-backwards", Zip([.. files.Reverse()]))),
            await Sha256(client.UploadAsync("packed-tar", TarGz(files), "pictures.tar.gz")),
            await Sha256(client.UploadAsync("packed-top", Zip([.. files.Select(file => ($"top/{file.Name}", file.Content))]), "UP.ZIP")),
            await Sha256(client.UploadAsync("packed-train", Zip([("__MACOSX/cats/._1.png", [1]), .. files.Select(file => ($"top/train/{file.Name}", file.Content))]))),
        ];
        Assert.Single(hashes.Distinct());
        Assert.Single(Directory.GetFiles(Path.Combine(service.DataDirectory, "datasets"), hashes[0]));
    }

    [Fact]
    public async Task Upload_TrainAndTestFolders_AreTheParts()
    {
        byte[] archive = Zip(("train/a/1.png", Colour(1)), ("train/b/1.png", Colour(2)), ("test/b/1.png", Colour(3)));
        JsonElement report = await client.UploadAsync("parts", archive).JsonAsync(HttpStatusCode.Created);
        Assert.Equal("""[{"label":"a","train":1,"test":0},{"label":"b","train":1,"test":1}]""", report.GetProperty("classes").GetRawText());
    }

    [Theory]
    [InlineData("cifar.zip")]
    [InlineData("cifar.tar.gz")]
    public async Task Upload_Cifar_HasItsPartsAndNames(string fileName)
    {
        byte[] names = Encoding.UTF8.GetBytes("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
        (string, byte[])[] files = [("c/data_batch_1.bin", Cifar(20)), ("c/test_batch.bin", Cifar(10)), ("c/batches.meta.txt", names)];
        byte[] archive = fileName.EndsWith(".zip", StringComparison.Ordinal) ? Zip(files) : TarGz(files);
        JsonElement report = await client.UploadAsync($"cifar-{archive.Length}", archive, fileName).JsonAsync(HttpStatusCode.Created);
        Assert.Equal("""{"label":"j","train":2,"test":1}""", report.GetProperty("classes")[9].GetRawText());
    }

    [Theory]
    [InlineData("idx.zip")]
    [InlineData("idx.tar.gz")]
    public async Task Upload_Idx_IsGrey(string fileName)
    {
        (string, byte[])[] files = [("train-images-idx3-ubyte", IdxImages(20)), ("train-labels-idx1-ubyte", IdxLabels(20))];
        byte[] archive = fileName.EndsWith(".zip", StringComparison.Ordinal) ? Zip(files) : TarGz(files);
        JsonElement report = await client.UploadAsync($"idx-{archive.Length}", archive, fileName).JsonAsync(HttpStatusCode.Created);
        Assert.Equal(1, report.GetProperty("channels").GetInt32());
        Assert.Equal(20, report.GetProperty("trainImages").GetInt32());
    }

    [Fact]
    public async Task Upload_PicturesThatCannotBeUsed_AreRefusedOneByOne()
    {
        byte[] archive = Zip(
            ("a/1.png", Colour(1)), ("a/large.png", Colour(2, size: 40)), ("a/text.png", Encoding.UTF8.GetBytes("no picture")), ("a/cut.png", Colour(3)[..200]),
            ("b/1.png", Colour(4)), ("b/deeper/1.png", Colour(5)), ("top.png", Colour(6)), ("b/empty.png", []), ("b/notes.txt", [1]));
        JsonElement report = await client.UploadAsync("refusals", archive).JsonAsync(HttpStatusCode.Created);

        Assert.Equal(2, report.GetProperty("trainImages").GetInt32());
        Assert.Equal(7, report.GetProperty("refusedCount").GetInt32());
        Dictionary<string, string> refused = report.GetProperty("refused").EnumerateArray()
            .ToDictionary(file => file.GetProperty("file").GetString()!, file => file.GetProperty("reason").GetString()!);
        Assert.Equal(["a/cut.png", "a/large.png", "a/text.png", "b/deeper/1.png", "b/empty.png", "b/notes.txt", "top.png"], refused.Keys);
        Assert.Contains("40x40", refused["a/large.png"], StringComparison.Ordinal);
        Assert.Contains("class folder", refused["top.png"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_ManyRefusals_ListsTheFirstHundred()
    {
        var bad = Enumerable.Range(0, 150).Select(i => ($"a/{i:d3}.png", new byte[] { 1 }));
        JsonElement report = await client.UploadAsync("many", Zip([.. bad, ("a/x.png", Colour(1)), ("b/x.png", Colour(2))])).JsonAsync(HttpStatusCode.Created);
        Assert.Equal(150, report.GetProperty("refusedCount").GetInt32());
        Assert.Equal(100, report.GetProperty("refused").GetArrayLength());
        Assert.Equal("a/099.png", report.GetProperty("refused")[99].GetProperty("file").GetString());
    }

    [Fact]
    public async Task Upload_WithResize_TakesOtherSizes()
    {
        byte[] archive = Zip(("a/1.png", Colour(1, size: 40)), ("b/1.png", Colour(2, size: 5)));
        JsonElement report = await client.UploadAsync("resized", archive, resize: true).JsonAsync(HttpStatusCode.Created);
        Assert.Equal(2, report.GetProperty("trainImages").GetInt32());
    }

    [Fact]
    public async Task Upload_GreyPictures_HaveOneChannelOnlyIfAllAreGrey()
    {
        JsonElement grey = await client.UploadAsync("grey", Zip(("a/1.png", Grey(10)), ("b/1.png", Grey(20)))).JsonAsync(HttpStatusCode.Created);
        JsonElement mixed = await client.UploadAsync("mixed", Zip(("a/1.png", Grey(10)), ("b/1.png", Colour(1)))).JsonAsync(HttpStatusCode.Created);
        Assert.Equal(1, grey.GetProperty("channels").GetInt32());
        Assert.Equal(3, mixed.GetProperty("channels").GetInt32());
    }

    [Fact]
    public async Task Image_OfAnUpload_HasThePixelsOfItsPicture()
    {
        byte[] first = Colour(1), second = PictureFiles.Png(0, PictureFiles.Greys);
        await client.UploadAsync("round", Zip(("train/a/1.png", first), ("train/b/1.png", Grey(9)), ("test/b/1.png", second))).JsonAsync(HttpStatusCode.Created);
        Assert.Equal(Pixels(first), Pixels(await ImageAsync("round", "0.png")));
        Assert.Equal(Pixels(second), Pixels(await ImageAsync("round", "0.png?part=test")));

        await client.UploadAsync("round-grey", Zip(("a/1.png", second), ("b/1.png", Grey(9)))).JsonAsync(HttpStatusCode.Created);
        Assert.Equal(Pixels(second), Pixels(await ImageAsync("round-grey", "0.png?part=train")));
    }

    private async Task<byte[]> ImageAsync(string name, string image)
    {
        HttpResponseMessage response = await client.GetAsync($"/api/datasets/{name}/images/{image}", TestContext.Current.CancellationToken);
        Assert.Equal("image/png", response.Content.Headers.ContentType?.MediaType);
        return await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<string> Sha256(Task<HttpResponseMessage> uploading) =>
        (await uploading.JsonAsync(HttpStatusCode.Created)).GetProperty("sha256").GetString()!;

    private static SKColor[] Pixels(byte[] png)
    {
        using var bitmap = SKBitmap.Decode(png);
        return bitmap.Pixels;
    }
}
