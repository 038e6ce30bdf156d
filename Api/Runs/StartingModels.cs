using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Training;
using CnnService.Training.Specs;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Runs;

/// <summary>Finds the models that runs start from.</summary>
internal sealed class StartingModels(IDbContextFactory<ServiceDb> databases, ContentStore contents)
{
    /// <summary>
    /// The model, held until it is disposed of, so that nobody removes it before the new run points to it. InvalidInputException tells why there is none.
    /// </summary>
    public async Task<StartingModel> HoldAsync(StartFrom from, CancellationToken cancel)
    {
        if (!Guid.TryParse(from.Run, out Guid run)) throw new InvalidInputException("startFrom.run", $"is \"{from.Run}\", not the id of a run; GET /api/runs lists them.");
        while (true)
        {
            StoredParameters stored = await FindAsync(run, from.Which, cancel);
            if (from.Sha256 is { } wanted && wanted != stored.Sha256)
                throw new InvalidInputException("startFrom.sha256", $"is {wanted}, and the run's parameters have {stored.Sha256}; leave it out to take these.");
            if (await OpenAsync(stored, cancel) is not { } held) continue; // better ones have replaced them since they were found
            try
            {
                byte[] file = new byte[held.Length];
                await held.ReadExactlyAsync(file, cancel);
                return new StartingModel(held, stored, Read(file));
            }
            catch
            {
                await held.DisposeAsync();
                throw;
            }
        }
    }

    private async Task<Stream?> OpenAsync(StoredParameters stored, CancellationToken cancel)
    {
        try
        {
            return await contents.OpenAsync(stored.Content, cancel);
        }
        catch (DamagedContentException e)
        {
            throw new ProblemException(StatusCodes.Status409Conflict, e.Message, "startFrom.run");
        }
    }

    private static Model Read(byte[] file)
    {
        try
        {
            return Model.Read(file);
        }
        catch (InvalidInputException e)
        {
            throw new InvalidInputException("startFrom.run", $"its parameters are not a model that this version reads ({e.Message}); train it again.");
        }
    }

    private async Task<StoredParameters> FindAsync(Guid run, StartingParameters which, CancellationToken cancel)
    {
        try
        {
            await using ServiceDb db = await databases.CreateDbContextAsync(cancel);
            return await StoredParameters.FindAsync(db, run, which == StartingParameters.Best ? WhichParameters.Best : WhichParameters.Last, cancel);
        }
        catch (ProblemException e) when (e.Status is StatusCodes.Status404NotFound or StatusCodes.Status409Conflict)
        {
            throw new InvalidInputException("startFrom.run", e.Message);
        }
    }
}

/// <summary>A model to start from, whose content stays until this is disposed of.</summary>
/// <param name="held">Holds the content.</param>
/// <param name="stored">Where the content is.</param>
/// <param name="model">The model.</param>
internal sealed class StartingModel(Stream held, StoredParameters stored, Model model) : IAsyncDisposable
{
    /// <summary>The model.</summary>
    public Model Model { get; } = model;

    /// <summary>The hash of its file.</summary>
    public string Sha256 { get; } = stored.Sha256;

    /// <summary>The row by which the new run keeps the model.</summary>
    public ParametersRow RowOf(RunRow run) => new() { Run = run.Order, Which = WhichParameters.Start, Iteration = stored.Iteration, Content = stored.Content };

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => held.DisposeAsync();
}
