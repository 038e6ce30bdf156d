using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using CnnService.Api.Data;
using CnnService.Api.Description;
using CnnService.Api.Hosting;
using CnnService.Api.Pictures;
using CnnService.Training.Datasets;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CnnService.Api.Datasets;

/// <summary>The images of a dataset, as they are stored: one, a list of them, and many side by side in a picture.</summary>
internal static class DatasetImagesApi
{
    private const string PartWords = "The part of the dataset.", LabelWords = "The class whose images are meant; left out, all.";

    /// <summary>The routes below that of the datasets.</summary>
    public static void MapDatasetImages(this IEndpointRouteBuilder datasets)
    {
        datasets.MapGet("/{name}/images/{index:int}.png", Image).WithName("getDatasetImage").WithSummary("Shows one image as it is stored.")
            .Produces(200, contentType: "image/png").Refuses(404, 500);
        datasets.MapGet("/{name}/images", List).WithName("listDatasetImages").WithSummary("Lists the images of a part in their order, all or those of a class.")
            .Refuses(404, 500);
        datasets.MapGet("/{name}/sheet.png", Sheet).WithName("getDatasetSheet")
            .WithSummary("Shows many images side by side, row by row, without anything between them; where there are no more, it is black.")
            .Produces(200, contentType: "image/png").Refuses(404, 500);
    }

    private static async Task<FileContentHttpResult> Image(
        ServiceDb db, DatasetStore store, [Description(DatasetsApi.NameWords)] string name,
        [Description("The place of the image in its part, from 0.")] int index, CancellationToken cancel,
        [Description(PartWords)][AllowedValues("train", "test")] string part = "train")
    {
        return TypedResults.Bytes(await ReadAsync(db, store, name, part, Encode, cancel), "image/png");

        byte[] Encode(StoredPart images) => images.ReadImage(index) is { } pixels
            ? PictureEncoder.ToPng(pixels, images.Shape)
            : throw ProblemException.NotFound($"Image {index} of {images.Count}, counted from 0,");
    }

    private static async Task<Ok<DatasetImageList>> List(
        ServiceDb db, DatasetStore store, [Description(DatasetsApi.NameWords)] string name, CancellationToken cancel,
        [Description(PartWords)][AllowedValues("train", "test")] string part = "train", [Description(LabelWords)] string? label = null,
        [Description("The next of the page before.")] int? after = null, [Description("The most items of a page.")][Range(1, 1000)] int limit = 100)
    {
        if (limit is < 1 or > 1000) throw new ProblemException(StatusCodes.Status400BadRequest, $"limit is {limit}; it is 1 to 1000.", "limit");
        return TypedResults.Ok(await ReadAsync(db, store, name, part, Page, cancel));

        DatasetImageList Page(StoredPart images)
        {
            int[] labels = images.ReadLabels(), found = [.. IndicesOf(images, label).Where(index => !(index <= after)).Take(limit + 1)];
            DatasetImage[] items = [.. found.Take(limit).Select(index => new DatasetImage(index, images.Classes[labels[index]]))];
            return new DatasetImageList(items, found.Length > limit ? $"{items[^1].Index}" : null);
        }
    }

    private static async Task<FileContentHttpResult> Sheet(
        ServiceDb db, DatasetStore store, [Description(DatasetsApi.NameWords)] string name, CancellationToken cancel,
        [Description(PartWords)][AllowedValues("train", "test")] string part = "train", [Description(LabelWords)] string? label = null,
        [Description("Images beside each other.")][Range(1, ContactSheet.LongestSide)] int columns = 16,
        [Description("Images below each other; columns times rows is at most 1,024.")][Range(1, ContactSheet.LongestSide)] int rows = 8,
        [Description("How many images are left out before the first.")][Range(0, int.MaxValue)] int offset = 0,
        [Description("The places of the images in their part, with commas between them, such as those of mistakes; left out, all of the part or class.")] string? indices = null)
    {
        foreach ((string field, int value) in ((string, int)[])[("columns", columns), ("rows", rows)])
        {
            if (value is < 1 or > ContactSheet.LongestSide)
                throw new ProblemException(StatusCodes.Status400BadRequest, $"{field} is {value}; it is 1 to {ContactSheet.LongestSide}.", field);
        }

        if (columns * rows > ContactSheet.MostImages)
            throw new ProblemException(StatusCodes.Status400BadRequest, $"rows is {rows}; with {columns} columns it is at most {ContactSheet.MostImages / columns}.", "rows");
        if (offset < 0) throw new ProblemException(StatusCodes.Status400BadRequest, $"offset is {offset}; it is at least 0.", "offset");
        return TypedResults.Bytes(
            await ReadAsync(db, store, name, part, images => ContactSheet.ToPng(images, [.. Chosen(images).Skip(offset).Take(columns * rows)], columns, rows), cancel),
            "image/png");

        IEnumerable<int> Chosen(StoredPart images) => indices is null ? IndicesOf(images, label) : label is null ? ParseIndices(indices, images.Count)
            : throw new ProblemException(StatusCodes.Status400BadRequest, "label is given with indices; give one of them.", "label");
    }

    private static int[] ParseIndices(string indices, int count) =>
    [
        .. indices.Split(',', StringSplitOptions.TrimEntries).Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < count
            ? index
            : throw new ProblemException(StatusCodes.Status400BadRequest, $"indices has \"{text}\"; give numbers from 0 to {count - 1} with commas between them.", "indices")),
    ];

    private static async Task<T> ReadAsync<T>(ServiceDb db, DatasetStore store, string name, string part, Func<StoredPart, T> read, CancellationToken cancel)
    {
        if (part is not ("train" or "test")) throw new ProblemException(StatusCodes.Status400BadRequest, $"part is \"{part}\"; it is train or test.", "part");
        DatasetRow row = await DatasetsApi.FindAsync(db, name, cancel);
        return await store.ReadPartAsync(row.Sha256, part == "test", read, cancel);
    }

    private static IEnumerable<int> IndicesOf(StoredPart images, string? label)
    {
        if (label is null) return Enumerable.Range(0, images.Count);
        int wanted = images.Classes.Index().Where(known => known.Item == label).Select(known => known.Index).FirstOrDefault(-1);
        if (wanted < 0) throw new ProblemException(StatusCodes.Status400BadRequest, $"label is \"{label}\", which is no class of the dataset.", "label");
        return images.ReadLabels().Index().Where(image => image.Item == wanted).Select(image => image.Index);
    }
}

/// <summary>An image of a part.</summary>
/// <param name="Index">Its place in the part, from 0.</param>
/// <param name="Label">Its class.</param>
public sealed record DatasetImage(int Index, string Label);

/// <summary>A page of images.</summary>
/// <param name="Items">Images in the order of the part.</param>
/// <param name="Next">What to give as <c>after</c> for the next page; absent at the end.</param>
public sealed record DatasetImageList(IReadOnlyList<DatasetImage> Items, string? Next);
