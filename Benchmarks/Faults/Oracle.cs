using System.Text.Json;

namespace CnnService.Benchmarks.Faults;

/// <summary>
/// The right answers: a few small runs, trained once without any fault. The data directory in which they were trained is copied for every
/// injection, so that each begins with the same runs, and with models to predict with.
/// </summary>
internal sealed class Oracle
{
    private const int PictureCount = 12;

    // Three kinds of state to lose: Adam's moments, dropout's and the shuffle's place, batch norm's running statistics.
    private static readonly string[] Specs =
    [
        """
        "dataset":"shapes","epochs":8,"batchSize":10,"seed":4,
        "model":{"type":"three-layer-conv-net","filters":2,"filterSize":3,"hiddenUnits":8,"weightScale":0.05}
        """,
        """
        "dataset":"shapes","epochs":4,"batchSize":20,"seed":5,
        "model":{"type":"three-layer-conv-net","filters":8,"filterSize":5,"hiddenUnits":32,"weightScale":0.05}
        """,
        """
        "dataset":"shapes","epochs":4,"batchSize":20,"seed":6,"sampling":"replacement","optimizer":{"type":"sgd-momentum"},
        "model":{"type":"layers","layers":[{"type":"convolution","filters":4,"size":3,"padding":1},{"type":"batch-norm"},{"type":"relu"},
        {"type":"max-pool","size":2},{"type":"dropout","keep":0.8},{"type":"affine"}]}
        """,
    ];

    private Oracle(string template) => Template = template;

    /// <summary>The data directory to copy.</summary>
    public string Template { get; }

    /// <summary>The undisturbed runs.</summary>
    public List<Expected> Runs { get; } = [];

    /// <summary>Pictures of the built-in dataset, as PNG.</summary>
    public List<byte[]> Pictures { get; } = [];

    /// <summary>The hash of the built-in dataset, which is also the name of its file.</summary>
    public string DatasetSha256 { get; private set; } = "";

    /// <summary>Trains the runs in a folder of its own.</summary>
    public static async Task<Oracle> PrepareAsync(string folder, Tally tally)
    {
        var oracle = new Oracle(Path.Combine(folder, "template"));
        await using var world = World.New(oracle.Template, oracle, tally);
        await world.StartAsync(new Launch { CheckpointSeconds = 3600, Threads = Environment.ProcessorCount });
        oracle.DatasetSha256 = (await Need(world, "/api/datasets/shapes")).Json.GetProperty("sha256").GetString()!;
        for (int i = 0; i < PictureCount; i++) oracle.Pictures.Add((await Need(world, $"/api/datasets/shapes/images/{i}.png")).Body);
        foreach (string spec in Specs) oracle.Runs.Add(await TrainAsync(world, spec));
        if (await world.Service.TerminateAsync() is null || world.Service.ExitCode != 0)
            throw new InvalidOperationException("The service did not stop.");
        return oracle;
    }

    /// <summary>The text of what a run says of each picture; null where it does not answer.</summary>
    public async Task<string?> PredictionAsync(World world, Guid run, int picture) =>
        PredictionOf(await world.PredictAsync(run, Pictures[picture]));

    /// <summary>The text of "predictions" in an answer, or null if it is no prediction.</summary>
    public static string? PredictionOf(Answer? answer) =>
        answer is { Status: 200 } ? answer.Json.GetProperty("predictions").GetRawText() : null;

    private static async Task<Expected> TrainAsync(World world, string spec)
    {
        Submission run = await world.SubmitAsync(spec);
        Guid id = run.Id ?? throw new InvalidOperationException("A run was not accepted.");
        await world.UntilEndedAsync(run);
        JsonElement ended = (await Need(world, $"/api/runs/{id}")).Json;
        if (ended.GetProperty("state").GetString() != "completed")
            throw new InvalidOperationException($"A run that nothing disturbed ended as {ended}.");
        Answer events = await Need(world, $"/api/runs/{id}/events?limit=10000");
        var predictions = new List<string>();
        for (int i = 0; i < PictureCount; i++) predictions.Add((await world.Oracle.PredictionAsync(world, id, i))!);
        return new Expected
        {
            Spec = spec,
            Id = id,
            Sha256 = ended.GetProperty("parametersSha256").GetString()!,
            Events = ToldEvent.ListOf(events),
            Predictions = predictions,
        };
    }

    private static async Task<Answer> Need(World world, string path) =>
        await world.Client.GetAsync(path) is { Status: 200 } answer
            ? answer
            : throw new InvalidOperationException($"{path} does not answer.");
}
