using System.Linq.Expressions;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Api.Pictures;
using CnnService.Training.Datasets;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Datasets;

/// <summary>
/// Keeps datasets: a row per name, and a file per content, named by its SHA-256. A file is complete and on the disk before a row names it,
/// and goes with the last row, unless a run that has not ended needs it still.
/// </summary>
internal sealed partial class DatasetStore(
    ContentFiles files, UnclaimedContents unclaimed, IDbContextFactory<ServiceDb> database, DatabaseWriter writer, TimeProvider time,
    ILogger<DatasetStore> log) : IDisposable
{
    /// <summary>The runs that need their dataset still.</summary>
    public static readonly Expression<Func<RunRow, bool>> HasNotEnded =
        run => run.State == RunState.Queued || run.State == RunState.Running || run.State == RunState.Paused;

    private static readonly Lazy<string> BuiltIn = new(() => ShapesDataset.Create().Sha256);
    private readonly SemaphoreSlim changing = new(1); // one upload is read at a time, which also bounds memory
    private readonly Lock loading = new();
    private readonly WeakReference<Dataset?> lastLoaded = new(null);

    /// <summary>Adds or repairs the built-in dataset, and reports contents that no row names, and those that are missing.</summary>
    public async Task PrepareAsync(CancellationToken cancel)
    {
        await using ServiceDb db = await database.CreateDbContextAsync(cancel);
        IQueryable<string> unfinished = db.Runs.Where(HasNotEnded).Select(run => run.DatasetSha256);
        unclaimed.Review(await db.Datasets.Select(row => row.Sha256).Union(unfinished).ToHashSetAsync(cancel));
        if (!await db.Datasets.AnyAsync(row => row.Name == ShapesDataset.Name, cancel)) await AddAsync(ShapesDataset.Name, () => (ShapesDataset.Create(), Fitting.Strict), cancel);
        foreach (DatasetRow row in await db.Datasets.AsNoTracking().OrderBy(row => row.Name).ToListAsync(cancel))
        {
            if (row.Name == ShapesDataset.Name) await RepairBuiltInAsync(row, cancel);
            if (!files.Exists(row.Sha256)) LogMissing(row.Name, row.Sha256);
        }
    }

    /// <summary>
    /// Reads a dataset and keeps it under a name; 409 if the name is taken, unless by the same dataset, whose content is missing or
    /// damaged: then that is repaired. Of a failure nothing stays that was not there before.
    /// </summary>
    public async Task<DatasetRow> AddAsync(string name, Func<(Dataset Dataset, Fitting Fitting)> read, CancellationToken cancel)
    {
        await changing.WaitAsync(cancel);
        try
        {
            await using ServiceDb db = await database.CreateDbContextAsync(cancel);
            DatasetRow? known = await db.Datasets.AsNoTracking().SingleOrDefaultAsync(row => row.Name == name, cancel);
            if (known is not null && await files.IsIntactAsync(known.Sha256, cancel))
                throw new ProblemException(StatusCodes.Status409Conflict, $"The name \"{name}\" is taken; choose another, or delete that dataset first.", "name");
            (Dataset dataset, Fitting fitting) = read();
            if (known is not null) return Repair(known, dataset);
            DatasetRow row = RowOf(name, dataset, fitting);
            await KeepAsync(
                dataset,
                () => writer.WriteAsync(async writing => await writing.AddAsync(row, CancellationToken.None), CancellationToken.None));
            lastLoaded.SetTarget(dataset);
            LogAdded(name, row.Sha256, row.TrainImages, row.TestImages);
            return row;
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>Deletes a name, and the content with the last one; 404 if there is no such name, 409 while a run needs it.</summary>
    public async Task DeleteAsync(string name, CancellationToken cancel)
    {
        await changing.WaitAsync(cancel);
        try
        {
            await using ServiceDb db = await database.CreateDbContextAsync(cancel);
            string sha256 = await db.Datasets.Where(row => row.Name == name).Select(row => row.Sha256).SingleOrDefaultAsync(cancel)
                ?? throw ProblemException.NotFound($"Dataset \"{name}\"");
            IQueryable<RunRow> unfinished = db.Runs.Where(HasNotEnded);
            int deleted = await writer.WriteAsync(
                writing => writing.Datasets
                    .Where(row => row.Name == name && !writing.Runs.Where(HasNotEnded).Any(run => run.Dataset == name))
                    .ExecuteDeleteAsync(cancel),
                cancel);
            if (deleted == 0) throw ProblemException.Conflict($"Dataset \"{name}\" is needed by a run that is queued, running or paused; cancel it or wait for its end.");

            LogDeleted(name);
            await DeleteUnneededAsync(db, sha256);
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>Looks whether a dataset's content is intact.</summary>
    /// <exception cref="DamagedContentException">The content is missing, damaged or cannot be read.</exception>
    /// <exception cref="ProblemException">409: the content is not to be used, and no row names it any more.</exception>
    public async Task CheckAsync(string sha256, CancellationToken cancel)
    {
        try
        {
            await files.CheckAsync(sha256, cancel);
        }
        catch (UnusableContentException e)
        {
            throw RefusalOf(sha256, e);
        }
    }

    /// <summary>The dataset with that content: the one loaded last is shared while anyone holds it.</summary>
    /// <exception cref="DamagedContentException">The content is missing, damaged or cannot be read.</exception>
    /// <exception cref="ProblemException">409: the content is not to be used, and no row names it any more.</exception>
    public Dataset Load(string sha256)
    {
        lock (loading)
        {
            return Read(sha256, file =>
            {
                if (lastLoaded.TryGetTarget(out Dataset? last) && last.Sha256 == sha256) return last;
                var dataset = Dataset.ReadFrom(file);
                if (dataset.Sha256 != sha256) throw new InvalidDataException("The bytes do not have the hash that the file's name tells.");
                lastLoaded.SetTarget(dataset);
                return dataset;
            });
        }
    }

    /// <summary>Reads something of a part without loading the rest.</summary>
    /// <exception cref="DamagedContentException">The content is missing, damaged or cannot be read.</exception>
    /// <exception cref="ProblemException">409: the content is not to be used, and no row names it any more.</exception>
    public async Task<T> ReadPartAsync<T>(string sha256, bool test, Func<StoredPart, T> read, CancellationToken cancel)
    {
        await CheckAsync(sha256, cancel);
        return Read(sha256, file => read(StoredPart.Open(file, test)));
    }

    /// <inheritdoc/>
    public void Dispose() => changing.Dispose();

    private T Read<T>(string sha256, Func<Stream, T> read)
    {
        try
        {
            return files.Read(sha256, read);
        }
        catch (UnusableContentException e)
        {
            throw RefusalOf(sha256, e);
        }
    }

    // What the database names is not gone for good; of what it does not name, nobody expects that it is there.
    private Exception RefusalOf(string sha256, UnusableContentException fault)
    {
        using ServiceDb db = database.CreateDbContext();
        string? name = db.Datasets.Where(row => row.Sha256 == sha256).OrderBy(row => row.CreatedAt).Select(row => row.Name).FirstOrDefault()
            ?? db.Runs.Where(HasNotEnded).Where(run => run.DatasetSha256 == sha256).Select(run => run.Dataset).FirstOrDefault();
        if (name is null)
            return ProblemException.Conflict("The dataset's images are deleted; upload the same dataset again to have them back.");
        LogUnusable(fault, name, sha256);
        string remedy = name == ShapesDataset.Name && sha256 == BuiltIn.Value
            ? "start the service again, which draws them anew"
            : $"put the file {sha256} back from a backup, or upload the same dataset again";
        return new DamagedContentException($"The stored images of dataset \"{name}\" {fault.Message}; {remedy}.", fault);
    }

    private DatasetRow Repair(DatasetRow known, Dataset dataset)
    {
        if (dataset.Sha256 != known.Sha256)
        {
            throw new ProblemException(
                StatusCodes.Status409Conflict,
                $"The name \"{known.Name}\" is taken by another dataset, whose stored images are missing or damaged; "
                    + "upload that one to repair it, or choose another name.",
                "name");
        }

        files.Write(dataset);
        LogRepaired(known.Name, known.Sha256);
        return known;
    }

    // A service that cannot repair it, as on a full disk, starts all the same.
    private async Task RepairBuiltInAsync(DatasetRow row, CancellationToken cancel)
    {
        try
        {
            if (!await files.IsIntactAsync(row.Sha256, cancel) && row.Sha256 == BuiltIn.Value) Repair(row, ShapesDataset.Create());
        }
        catch (Exception e) when (e is ProblemException or IOException or UnauthorizedAccessException)
        {
            LogUnusable(e, row.Name, row.Sha256);
        }
    }

    /// <summary>
    /// Writes the content, unless it is there and intact, and then the row; the database's own flush keeps the file's new name too.
    /// </summary>
    private async Task KeepAsync(Dataset dataset, Func<Task> writeRow)
    {
        bool isNew = !files.Exists(dataset.Sha256);
        if (!await files.IsIntactAsync(dataset.Sha256, CancellationToken.None)) files.Write(dataset);
        unclaimed.Claim(dataset.Sha256);
        try
        {
            await writeRow();
        }
        catch when (isNew)
        {
            await using ServiceDb db = await database.CreateDbContextAsync(CancellationToken.None);
            await DeleteUnneededAsync(db, dataset.Sha256);
            throw;
        }
    }

    private async Task DeleteUnneededAsync(ServiceDb db, string sha256)
    {
        if (!await db.Datasets.AnyAsync(row => row.Sha256 == sha256, CancellationToken.None)
            && !await db.Runs.Where(HasNotEnded).AnyAsync(run => run.DatasetSha256 == sha256, CancellationToken.None))
            files.Delete(sha256);
    }

    private DatasetRow RowOf(string name, Dataset dataset, Fitting fitting)
    {
        int[] train = CountByLabel(dataset.Train, dataset.Labels.Count), test = CountByLabel(dataset.Test, dataset.Labels.Count);
        return new DatasetRow
        {
            Name = name,
            Sha256 = dataset.Sha256,
            Channels = dataset.Shape.Channels,
            Classes = JsonSerializer.Serialize(dataset.Labels.Select((label, i) => new ClassCounts(label, train[i], test[i])), ApiJson.Options),
            TrainImages = dataset.Train.Count,
            TestImages = dataset.Test.Count,
            Mean = JsonSerializer.Serialize(dataset.Mean, ApiJson.Options),
            StandardDeviation = JsonSerializer.Serialize(dataset.StandardDeviation, ApiJson.Options),
            Fitting = fitting.ToJson(),
            CreatedAt = time.GetUtcNow().UtcDateTime,
        };
    }

    private static int[] CountByLabel(ImageSet images, int classes)
    {
        int[] counts = new int[classes];
        foreach (int label in images.Labels) counts[label]++;
        return counts;
    }

    [LoggerMessage(LogLevel.Information, "Dataset {Name} added: {Sha256}, {TrainImages} training and {TestImages} test images.")]
    private partial void LogAdded(string name, string sha256, int trainImages, int testImages);

    [LoggerMessage(LogLevel.Information, "Dataset {Name} deleted.")]
    private partial void LogDeleted(string name);

    [LoggerMessage(LogLevel.Warning, "The stored images of dataset {Name} are missing: there is no file {Sha256} in the folder datasets.")]
    private partial void LogMissing(string name, string sha256);

    [LoggerMessage(LogLevel.Error, "The stored images of dataset {Name}, in the file {Sha256}, cannot be used.")]
    private partial void LogUnusable(Exception exception, string name, string sha256);

    [LoggerMessage(LogLevel.Warning, "The stored images of dataset {Name}, in the file {Sha256}, were unusable, and are written anew.")]
    private partial void LogRepaired(string name, string sha256);
}
