using CnnService.Api.Data;
using CnnService.Api.Datasets;
using CnnService.Api.Pictures;
using CnnService.Api.Tests.Runs;
using CnnService.Training.Datasets;
using Microsoft.Extensions.DependencyInjection;

namespace CnnService.Api.Tests.Plots;

/// <summary>A service that has trained runs under names, and on a dataset with classes, that are no HTML.</summary>
public sealed class PlottedService : IAsyncLifetime
{
    /// <summary>A name that would run if it got into a page as it is.</summary>
    public const string Script = "<script>alert(1)</script>";

    private readonly ServiceApplication application = new();

    /// <summary>The classes of the dataset: those of shapes under names of which most mean something in HTML.</summary>
    public static string[] Labels { get; } = ["a & b", "\"quoted\"", "it's", "<img src=x onerror=alert(2)>", "</style><b>bold</b>", "&amp;", "日本", "plus+", "{0}", "ß"];

    /// <summary>A client.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>A completed run of that name on that dataset.</summary>
    public Guid Trained { get; private set; }

    /// <summary>A completed run with another seed on shapes.</summary>
    public Guid Other { get; private set; }

    /// <summary>A run whose loss was no number in the end.</summary>
    public Guid Diverged { get; private set; }

    /// <summary>A run that was paused before its first iteration.</summary>
    public Guid Waiting { get; private set; }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Http = application.CreateClient();
        var shapes = ShapesDataset.Create(trainCount: 400, testCount: 20);
        var dataset = new Dataset(Labels, shapes.Train, shapes.Test);
        await application.Services.GetRequiredService<DatasetStore>().AddAsync("hostile", () => (dataset, Fitting.Strict), TestContext.Current.CancellationToken);

        var client = new RunClient(Http);
        Trained = (await client.SubmitAsync(RunClient.Small(3, $"\"name\":\"{Script}\",\"batchSize\":20,\"validationFraction\":0.3").Replace("\"shapes\"", "\"hostile\"", StringComparison.Ordinal))).Id;
        Other = (await client.SubmitAsync(RunClient.Small(2, "\"name\":\"other\",\"seed\":3"))).Id;
        Diverged = (await client.SubmitAsync(RunClient.Small(5, "\"name\":\"diverged\",\"optimizer\":{\"type\":\"sgd\",\"learningRate\":1000}"))).Id;
        Guid busy = (await client.SubmitAsync(RunClient.Endless)).Id;
        Waiting = (await client.SubmitAsync(RunClient.Small())).Id;
        await client.DoAsync(Waiting, "pause");
        await client.DoAsync(busy, "cancel");
        await client.UntilAsync(Trained, RunState.Completed);
        await client.UntilAsync(Other, RunState.Completed);
        await client.UntilAsync(Diverged, RunState.Failed);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => application.DisposeAsync();
}
