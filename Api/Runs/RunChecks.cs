using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Datasets;
using CnnService.Api.Hosting;
using CnnService.Api.Pictures;
using CnnService.Training;
using CnnService.Training.Presets;
using CnnService.Training.Running;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace CnnService.Api.Runs;

/// <summary>All that can be known of a run before it is accepted: its dataset is there, its network fits, its memory suffices.</summary>
internal sealed class RunChecks(IDbContextFactory<ServiceDb> databases, DatasetStore datasets, IOptions<TrainingOptions> options)
{
    /// <summary>The run as it will be trained. An exception names the field at fault.</summary>
    /// <param name="submitted">What was asked.</param>
    /// <param name="start">The model that it is to start from.</param>
    /// <param name="cancel">Ends the attempt.</param>
    public async Task<CheckedRun> CheckAsync(SubmittedRun submitted, StartingModel? start, CancellationToken cancel)
    {
        RunSpec spec = submitted.Spec;
        await using ServiceDb db = await databases.CreateDbContextAsync(cancel);
        DatasetRow dataset = await db.Datasets.AsNoTracking().SingleOrDefaultAsync(row => row.Name == spec.Dataset, cancel)
            ?? throw new InvalidInputException("dataset", $"there is no dataset \"{spec.Dataset}\"; GET /api/datasets lists those that are there.");
        int[] perClass = [.. JsonSerializer.Deserialize<DatasetClassCount[]>(dataset.Classes, ApiJson.Options)!.Select(counts => counts.Train)];
        PresetInput facts = FactsOf(dataset);
        spec = submitted.FilledFor(facts);
        var network = new Network(spec.Model, facts.Shape, facts.Classes);
        if (start is not null) (spec, network) = StartedFrom(start, spec, network);
        int images = spec.TrainingImages(perClass);
        if (!submitted.Has("batchSize")) spec = spec with { BatchSize = Math.Min(spec.BatchSize, images) };
        network.CheckBatchSize(spec.BatchSize);
        if (spec.BatchSize > images) throw new InvalidInputException("batchSize", $"is {spec.BatchSize}, but {images} training images are left after the validation split; give at most that.");
        long bytes = MemoryEstimate.OfRun(spec, network, (long)(dataset.TrainImages + dataset.TestImages) * network.Input.Length);
        if (bytes > options.Value.MemoryLimitMegabytes * 1_000_000L)
            throw new InvalidInputException("model", $"the run needs about {bytes / 1_000_000} MB, and {options.Value.MemoryLimitMegabytes} MB is the limit; use a smaller network or batchSize.");
        long iterations = (long)spec.Epochs * spec.IterationsPerEpoch(network, images);
        long checkpoint = MemoryEstimate.OfCheckpoint(spec, network, iterations);
        if (checkpoint > Array.MaxLength)
            throw new InvalidInputException(
                "model",
                $"a checkpoint of the run would have {checkpoint / 1_000_000} MB, and {Array.MaxLength / 1_000_000} MB is the most; "
                + "use a smaller network.");
        return new CheckedRun(spec, dataset, network, iterations, dataset.TrainImages - images, bytes);
    }

    /// <summary>Floating-point operations that are left of a run, by the plain formulas.</summary>
    public static double OperationsLeft(RunRow row, DatasetRow dataset)
    {
        RunSpec spec = Run.SpecOf(row);
        PresetInput facts = FactsOf(dataset);
        var network = new Network(spec.Model, facts.Shape, facts.Classes);
        return (double)(row.TotalIterations - row.Iteration) * spec.BatchSize * network.TrainingOperationsPerImage;
    }

    /// <summary>The facts of a dataset that a preset is fitted to.</summary>
    public static PresetInput FactsOf(DatasetRow dataset)
    {
        int size = Fitting.Of(dataset.Fitting).Size, classes = JsonSerializer.Deserialize<DatasetClassCount[]>(dataset.Classes, ApiJson.Options)!.Length;
        return new PresetInput(new Shape(dataset.Channels, size, size), classes, dataset.TrainImages);
    }

    private static (RunSpec Spec, Network Network) StartedFrom(StartingModel start, RunSpec spec, Network network)
    {
        StartFrom asked = spec.StartFrom!;
        if (network.CountShared(start.Model) == 0)
            throw new InvalidInputException(
                "startFrom.run", $"no parameter of run {asked.Run} has the place and shape of one of this network's; train the same model, or leave startFrom out.");
        if (asked.Freeze >= network.Layers.Count)
            throw new InvalidInputException(
                "startFrom.freeze", $"is {asked.Freeze}, and the network has {network.Layers.Count} layers; leave at least the last one free.");
        spec = spec with { Model = spec.Model.Freeze(asked.Freeze, network.Input), StartFrom = asked with { Sha256 = start.Sha256 } };
        return (spec, new Network(spec.Model, network.Input, network.Classes));
    }

    /// <summary>Looks whether the dataset's images are there and intact; a problem (409) tells what helps if they are not.</summary>
    public async Task CheckContentAsync(DatasetRow dataset, CancellationToken cancel)
    {
        try
        {
            await datasets.CheckAsync(dataset.Sha256, cancel);
        }
        catch (DamagedContentException e)
        {
            throw new ProblemException(StatusCodes.Status409Conflict, e.Message, "dataset");
        }
    }

    private sealed record DatasetClassCount(string Label, int Train, int Test);
}

/// <summary>A run that can be accepted.</summary>
/// <param name="Spec">The run as it will be trained, where a batch size that was not given is at most the training images.</param>
/// <param name="Dataset">Its dataset.</param>
/// <param name="Network">The network's structure.</param>
/// <param name="Iterations">Iterations of the whole run, unless it stops early.</param>
/// <param name="ValidationImages">The images that validate.</param>
/// <param name="Bytes">Bytes of memory that it needs.</param>
internal sealed record CheckedRun(RunSpec Spec, DatasetRow Dataset, Network Network, long Iterations, int ValidationImages, long Bytes);
