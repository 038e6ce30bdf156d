using CnnService.Api.Data;
using CnnService.Api.Pictures;
using CnnService.Api.Runs;
using CnnService.Training;
using CnnService.Training.Specs;

namespace CnnService.Api.Models;

/// <summary>
/// The models that were used last, ready to predict, by the hash of their parameters: runs with equal parameters share one, and a run that gets
/// better parameters gets another one. The least recently used go when together they would take more than a fixed number of bytes.
/// </summary>
/// <param name="contents">The store that parameters come from.</param>
/// <param name="best">Which parameters are a run's best.</param>
/// <param name="byteLimit">Bytes of all models together; the one in use is kept even if it alone takes more.</param>
internal sealed class ModelCache(ContentStore contents, BestParameters best, long byteLimit = ModelCache.DefaultByteLimit) : IDisposable
{
    /// <summary>512 MiB: 30 networks of half a million weights, or one of 60 million.</summary>
    public const long DefaultByteLimit = 512L * 1024 * 1024;

    private readonly SemaphoreSlim loading = new(1); // one at a time: two readers of a large model would hold it twice
    private readonly Lock gate = new();
    private readonly Dictionary<string, LoadedModel> models = [];
    private long uses;

    /// <summary>Models held.</summary>
    public int Count
    {
        get
        {
            lock (gate) return models.Count;
        }
    }

    /// <summary>The model of a run's best parameters, with the iteration they come from. A problem: 404 without the run, 409 before its first parameters.</summary>
    public async Task<BestModel> BestAsync(Guid runId, CancellationToken cancel)
    {
        while (true)
        {
            StoredParameters stored = await best.FindAsync(runId, cancel);
            if ((Find(stored.Sha256) ?? await LoadAsync(stored, cancel)) is { } model) return new BestModel(model, stored.Iteration, stored.Fitting);
        }
    }

    /// <summary>Releases what it holds.</summary>
    public void Dispose()
    {
        loading.Dispose();
        foreach (LoadedModel model in models.Values) model.Dispose();
    }

    // Null where better parameters have replaced these since they were found.
    private async Task<LoadedModel?> LoadAsync(StoredParameters stored, CancellationToken cancel)
    {
        await loading.WaitAsync(cancel);
        try
        {
            if (Find(stored.Sha256) is LoadedModel other) return other;
            if (await contents.ReadAsync(stored.Content, cancel) is not { } bytes) return null;
            var loaded = new LoadedModel(Read(bytes));
            Keep(stored.Sha256, loaded);
            return loaded;
        }
        finally
        {
            loading.Release();
        }
    }

    // What the service itself has stored is not a client's fault.
    private static Model Read(byte[] content)
    {
        try
        {
            return Model.Read(content);
        }
        catch (InvalidInputException e)
        {
            throw new DamagedContentException(
                "The run's stored parameters are not a model that this version reads; train the run again.", e);
        }
    }

    private LoadedModel? Find(string sha256)
    {
        lock (gate)
        {
            if (!models.TryGetValue(sha256, out LoadedModel? found)) return null;
            found.LastUse = ++uses;
            return found;
        }
    }

    private void Keep(string sha256, LoadedModel loaded)
    {
        lock (gate)
        {
            while (models.Count > 0 && models.Values.Sum(model => model.Bytes) + loaded.Bytes > byteLimit)
                if (models.Remove(models.MinBy(entry => entry.Value.LastUse).Key, out LoadedModel? oldest)) oldest.Dispose();
            loaded.LastUse = ++uses;
            models[sha256] = loaded;
        }
    }
}

/// <summary>The model of a run's best parameters.</summary>
/// <param name="Model">What predicts.</param>
/// <param name="Iteration">The iteration that the parameters come from.</param>
/// <param name="Fitting">The way in which the pictures that it learned from came to size.</param>
internal sealed record BestModel(LoadedModel Model, long Iteration, Fitting Fitting);
