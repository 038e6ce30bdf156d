using System.Text.Json;
using CnnService.Training.Datasets;
using SkiaSharp;

namespace CnnService.Api.Tests.Datasets;

/// <summary>Lists and contact sheets of the images of the built-in dataset, which are known.</summary>
public sealed class DatasetImagesTests(DatasetImagesTests.Service service) : IClassFixture<DatasetImagesTests.Service>
{
    private static readonly Dataset Shapes = ShapesDataset.Create();

    [Theory]
    [InlineData("train")]
    [InlineData("test")]
    public async Task List_PageAfterPage_HasEveryImageOfThePartOnce(string part)
    {
        ImageSet images = part == "test" ? Shapes.Test : Shapes.Train;
        List<(int, string)> found = await AllAsync($"part={part}&limit=1000");
        Assert.Equal(Enumerable.Range(0, images.Count).Select(i => (i, Shapes.Labels[images.Labels[i]])), found);
    }

    [Fact]
    public async Task List_OfAClass_HasThoseAlone()
    {
        string label = Shapes.Labels[1];
        List<(int, string)> found = await AllAsync($"label={label}&limit=7");
        Assert.Equal(Enumerable.Range(0, Shapes.Train.Count).Where(i => Shapes.Train.Labels[i] == 1).Select(i => (i, label)), found);
    }

    [Theory]
    [InlineData("", 16, 8, 0, null)]
    [InlineData("?columns=3&rows=2&offset=5&part=test", 3, 2, 5, null)]
    [InlineData("?columns=1&rows=4&label=", 1, 4, 0, 2)]
    public async Task Sheet_HasTheImagesInTheirPlaces(string query, int columns, int rows, int offset, int? label)
    {
        ImageSet part = query.Contains("part=test", StringComparison.Ordinal) ? Shapes.Test : Shapes.Train;
        int[] indices = [.. Enumerable.Range(0, part.Count).Where(i => label is null || part.Labels[i] == label).Skip(offset).Take(columns * rows)];
        using SKBitmap sheet = await SheetAsync(label is { } wanted ? $"{query}{Shapes.Labels[wanted]}" : query);

        Assert.Equal((32 * columns, 32 * rows), (sheet.Width, sheet.Height));
        foreach ((int place, int index) in indices.Index())
            Assert.True(Tile(sheet, place % columns, place / columns).SequenceEqual(Colours(part[index])), $"place {place}");
    }

    [Fact]
    public async Task Sheet_BehindTheLastImage_IsBlack()
    {
        using SKBitmap sheet = await SheetAsync($"?part=test&columns=2&rows=1&offset={Shapes.Test.Count - 1}");
        Assert.True(Tile(sheet, 0, 0).SequenceEqual(Colours(Shapes.Test[Shapes.Test.Count - 1])));
        Assert.All(Tile(sheet, 1, 0), pixel => Assert.Equal(SKColors.Black, pixel));
    }

    [Fact]
    public async Task Sheet_OfIndices_HasThoseInTheirOrder()
    {
        using SKBitmap sheet = await SheetAsync("?part=test&columns=2&rows=1&offset=1&indices=5,19,0,3");
        Assert.True(Tile(sheet, 0, 0).SequenceEqual(Colours(Shapes.Test[19])));
        Assert.True(Tile(sheet, 1, 0).SequenceEqual(Colours(Shapes.Test[0])));
    }

    private async Task<List<(int Index, string Label)>> AllAsync(string query)
    {
        var all = new List<(int, string)>();
        string after = "";
        while (true)
        {
            JsonElement page = await service.Client.GetJsonAsync($"/api/datasets/shapes/images?{query}{after}");
            all.AddRange(page.GetProperty("items").EnumerateArray().Select(item => (item.GetProperty("index").GetInt32(), item.GetProperty("label").GetString()!)));
            if (!page.TryGetProperty("next", out JsonElement next)) return all;
            after = $"&after={next.GetString()}";
        }
    }

    private async Task<SKBitmap> SheetAsync(string query) =>
        SKBitmap.Decode(await service.Client.GetByteArrayAsync($"/api/datasets/shapes/sheet.png{query}", TestContext.Current.CancellationToken));

    private static SKColor[] Tile(SKBitmap sheet, int column, int row) =>
        [.. Enumerable.Range(0, 32 * 32).Select(i => sheet.GetPixel(32 * column + i % 32, 32 * row + i / 32))];

    private static IEnumerable<SKColor> Colours(ReadOnlySpan<byte> image)
    {
        byte[] planes = image.ToArray();
        return Enumerable.Range(0, 1024).Select(i => new SKColor(planes[i], planes[1024 + i], planes[2048 + i]));
    }

    public sealed class Service : IDisposable
    {
        private readonly ServiceApplication application = new();

        public Service() => Client = application.CreateClient();

        public HttpClient Client { get; }

        public void Dispose() => application.Dispose();
    }
}
