using CnnService.Api.Data;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Runs;

namespace CnnService.Api.Tests.Browser;

public sealed class SwaggerTests
{
    [Fact]
    public async Task Open_RunningService_ShowsTheOperationsWithoutErrors()
    {
        await using SwaggerPage swagger = await SwaggerPage.OpenAsync();

        Assert.Equal("CnnService", await swagger.Page.TitleAsync());
        Assert.Empty(swagger.Errors);
    }

    [Fact]
    public async Task TryItOut_SubmitWithTheOfferedExample_IsAccepted()
    {
        await using SwaggerPage swagger = await SwaggerPage.OpenAsync();

        Operation submit = await swagger.TryAsync("post", "/api/runs");

        await submit.ExecuteAsync(202);
        Assert.Empty(swagger.Errors);
    }

    [Theory]
    [InlineData("image/png")]
    [InlineData("multipart/form-data")]
    public async Task TryItOut_PredictWithAChosenFile_IsAnswered(string contentType)
    {
        await using SwaggerPage swagger = await SwaggerPage.OpenAsync();
        var runs = new RunClient(swagger.Service.Client);
        Run run = await runs.SubmitAsync(RunClient.Small());
        await runs.UntilAsync(run.Id, RunState.Completed);
        byte[] picture = await runs.Http.GetByteArrayAsync("/api/datasets/shapes/images/0.png", TestContext.Current.CancellationToken);

        await swagger.ReloadAsync(); // with the run as example
        Operation predict = await swagger.TryAsync("post", "/api/runs/{id}/predict");
        await predict.ChooseAsync(contentType);
        await predict.ChooseFileAsync("shape.png", "image/png", picture);

        await predict.ExecuteAsync(200);
        Assert.Empty(swagger.Errors);
    }

    [Theory]
    [InlineData("/api/runs/{id}")]
    [InlineData("/api/runs/{id}/events")]
    [InlineData("/api/runs/{id}/confusion")]
    [InlineData("/api/datasets")]
    [InlineData("/api/datasets/{name}/images/{index}.png")]
    public async Task TryItOut_AsItOpens_IsAnswered(string path)
    {
        await using SwaggerPage swagger = await SwaggerPage.OpenAsync();
        var runs = new RunClient(swagger.Service.Client);
        await runs.UntilAsync((await runs.SubmitAsync(RunClient.Small())).Id, RunState.Completed);
        await swagger.ReloadAsync();

        Operation operation = await swagger.TryAsync("get", path);

        await operation.ExecuteAsync(200);
        Assert.Empty(swagger.Errors);
    }

    [Fact]
    public async Task TryItOut_DatasetUploadWithAnUnusableFile_IsRefusedForTheFile()
    {
        await using SwaggerPage swagger = await SwaggerPage.OpenAsync();

        Operation upload = await swagger.TryAsync("post", "/api/datasets");
        await upload.FillAsync("name", "mine");
        await upload.ChooseFileAsync("mine.zip", "application/zip", [1, 2, 3]);

        await upload.ExecuteAsync(400);
        Assert.Contains("\"file\":", await upload.Block.Locator(".live-responses-table").InnerTextAsync(), StringComparison.Ordinal);
    }
}
