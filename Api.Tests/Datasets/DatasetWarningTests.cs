using System.Net;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Runs;
using static CnnService.Api.Tests.Datasets.Archives;

namespace CnnService.Api.Tests.Datasets;

/// <summary>The report of an upload says what makes its accuracies worth less, and a run of how many pictures its accuracy is taken.</summary>
public sealed class DatasetWarningTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    private readonly HttpClient client = service.CreateClient();

    [Fact]
    public async Task Upload_WithPicturesThatTellLittle_WarnsOfEachKind()
    {
        (string, byte[])[] cats = [.. Enumerable.Range(0, 12).Select(i => ($"train/cats/{i}.png", Colour(i)))];
        JsonElement report = await UploadAsync("warned", Zip([.. cats, ("train/dogs/0.png", Colour(3)), ("test/cats/0.png", Colour(5)), ("test/dogs/1.png", Colour(100))]));

        string[] warnings = [.. report.GetProperty("warnings").EnumerateArray().Select(w => $"{w.GetProperty("code")}: {w.GetProperty("detail")}")];
        Assert.Equal(
            [
                "few-pictures: 1 class has fewer than 10 training pictures, from which little can be learned: \"dogs\" (1).",
                "no-validation-picture: 1 class has no second training picture, and so no part in the validation accuracy: \"dogs\".",
                "equal-pictures-in-classes: 1 training picture is a copy of one in another class, which no network can tell apart: "
                    + "train/cats/3.png (\"cats\") and train/dogs/0.png (\"dogs\").",
                "equal-pictures-in-parts: 1 test picture is a copy of one in the training part, so that the test accuracy tells more than it should: "
                    + "test/cats/0.png is train/cats/5.png.",
            ],
            warnings);
    }

    [Fact]
    public async Task Upload_OfRecordsWithoutFilesOfTheirOwn_WarnsByTheirNumbers()
    {
        byte[] batch = Cifar(8);
        batch.AsSpan(1, 3072).CopyTo(batch.AsSpan(3073 + 1));
        JsonElement report = await UploadAsync("batches", Zip(("data_batch_1.bin", batch), ("test_batch.bin", Cifar(8)[^3073..])));

        string[] details = [.. report.GetProperty("warnings").EnumerateArray().Select(w => w.GetProperty("detail").GetString()!)];
        Assert.Contains(details, detail => detail.EndsWith("training picture 0 (\"0\") and training picture 1 (\"1\").", StringComparison.Ordinal));
        Assert.Contains(details, detail => detail.EndsWith("test picture 0 is training picture 7.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Upload_OfClassesThatAreWrittenAlike_Warns()
    {
        JsonElement report = await UploadAsync(
            "alike", Zip([.. Enumerable.Range(0, 30).Select(i => ($"{(i < 10 ? "Cat" : i < 20 ? "cat" : "dogs")}/{i}.png", Colour(i)))]));
        JsonElement warning = Assert.Single(report.GetProperty("warnings").EnumerateArray());
        Assert.Equal("classes-alike", warning.GetProperty("code").GetString());
        Assert.StartsWith("\"Cat\" and \"cat\" are two classes;", warning.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_OfEnoughPicturesThatAllDiffer_WarnsOfNothing()
    {
        JsonElement report = await UploadAsync("plain", Zip([.. Enumerable.Range(0, 20).Select(i => ($"{(i < 10 ? "cats" : "dogs")}/{i}.png", Colour(i)))]));
        Assert.Equal(0, report.GetProperty("warnings").GetArrayLength());
    }

    [Fact]
    public async Task Run_AndItsEpochs_TellTheNumberOfValidationImages()
    {
        var runs = new RunClient(client);
        Run run = await runs.SubmitAsync(RunClient.Small(1, """ "batchSize":100,"validationFraction":0.25 """));
        Assert.Equal(1000, run.ValidationImages);
        List<RunEvent> events = await runs.StreamAsync(run.Id);
        Assert.All(events, e => Assert.Equal(e.Type == EventType.Epoch ? 1000 : null, e.ValidationImages));
        Assert.Contains(events, e => e.ValidationImages is not null);
    }

    private Task<JsonElement> UploadAsync(string name, byte[] archive) => client.UploadAsync(name, archive).JsonAsync(HttpStatusCode.Created);
}
