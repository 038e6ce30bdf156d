using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Datasets;
using CnnService.Api.Hosting;
using CnnService.Api.Pictures;
using CnnService.Api.Runs;
using CnnService.Training;
using CnnService.Training.Datasets;
using CnnService.Training.Layers;
using CnnService.Training.Running;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace CnnService.Api.Tests.Models;

/// <summary>A service whose database holds runs that the library has trained on a few built-in pictures.</summary>
public sealed class TrainedService : IAsyncLifetime
{
    private readonly ServiceApplication service = new();

    /// <summary>The dataset that the runs learned from.</summary>
    internal Dataset Dataset { get; } = ShapesDataset.Create(trainCount: 120, testCount: 20);

    /// <summary>What was asked of <see cref="Run"/>.</summary>
    internal RunSpec Spec { get; } = new() { Dataset = "drawings", Model = new ThreeLayerConvNet { Filters = 8 }, BatchSize = 20, Epochs = 1, Seed = 7, ValidationFraction = 0.3 };

    /// <summary>A completed run of <see cref="Spec"/>.</summary>
    public Guid Run { get; } = Guid.CreateVersion7();

    /// <summary>A completed run without a convolution, whose dataset is gone.</summary>
    public Guid PlainRun { get; } = Guid.CreateVersion7();

    /// <summary>A run that was paused before its first iteration.</summary>
    public Guid NewRun { get; } = Guid.CreateVersion7();

    /// <summary>What <see cref="Run"/> found best.</summary>
    internal Model Best { get; private set; } = null!;

    /// <summary>What <see cref="Run"/> ended with.</summary>
    internal Model Last { get; private set; } = null!;

    /// <summary>The accuracy of <see cref="Best"/>.</summary>
    internal double BestValidationAccuracy { get; private set; }

    /// <summary>The iteration of <see cref="Best"/>.</summary>
    internal long BestIteration { get; private set; }

    /// <summary>Speaks to the service.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>The database.</summary>
    internal ServiceDb OpenDatabase() => Services.GetRequiredService<IDbContextFactory<ServiceDb>>().CreateDbContext();

    /// <summary>The service's parts.</summary>
    internal IServiceProvider Services => service.Services;

    public async ValueTask InitializeAsync()
    {
        using var trainer = new Trainer(Spec, Dataset, threads: 1);
        foreach (IterationReport _ in trainer.Run(TestContext.Current.CancellationToken)) { }
        (Best, Last, BestValidationAccuracy, BestIteration) = (trainer.BestModel(), trainer.LastModel(), trainer.BestValidationAccuracy, trainer.BestIteration);
        using var plain = new Trainer(new TrainingSpec { Model = new LayerList { Layers = [new Affine()] } }, Dataset, threads: 1);

        Client = service.CreateClient();
        await service.Services.GetRequiredService<DatasetStore>().AddAsync("drawings", () => (Dataset, Fitting.Strict), TestContext.Current.CancellationToken);
        await InsertAsync(Run, RunState.Completed, Dataset.Sha256, (WhichParameters.Best, BestIteration, Best), (WhichParameters.Last, trainer.Iteration, Last));
        await InsertAsync(PlainRun, RunState.Completed, "gone", (WhichParameters.Best, 1, plain.BestModel()));
        await InsertAsync(NewRun, RunState.Paused, Dataset.Sha256);
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();

    internal async Task InsertAsync(Guid id, RunState state, string datasetSha256, params (WhichParameters Which, long Iteration, Model Model)[] parameters)
    {
        await using ServiceDb db = OpenDatabase();
        string spec = JsonSerializer.Serialize(Spec, ApiJson.Options);
        var run = new RunRow { Id = id, Name = "a", State = state, Dataset = "drawings", DatasetSha256 = datasetSha256, Spec = spec };
        db.Runs.Add(run);
        await db.SaveChangesAsync();
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync();
        foreach ((WhichParameters which, long iteration, Model model) in parameters)
        {
            ContentRow content = await ContentStore.AddAsync(db, model.WriteTo);
            db.Parameters.Add(new ParametersRow { Run = run.Order, Which = which, Iteration = iteration, Content = content.Key });
        }

        await db.SaveChangesAsync();
        await transaction.CommitAsync();
    }
}
