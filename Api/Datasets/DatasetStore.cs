using System.Linq.Expressions;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Training.Datasets;
using CnnService.Training.Tensors;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Datasets;

/// <summary>
/// Keeps datasets: a row per name, and a file per content, named by its SHA-256. A file is complete and on the disk before a row names it, and goes
/// with the last row, unless a run that has not ended needs it still.
/// </summary>
internal sealed partial class DatasetStore(
    DataDirectory directory, UnclaimedContents unclaimed, IDbContextFactory<ServiceDb> database, DatabaseWriter writer, TimeProvider time,
    ILogger<DatasetStore> log) : IDisposable
{
    private static readonly Expression<Func<RunRow, bool>> HasNotEnded =
        run => run.State == RunState.Queued || run.State == RunState.Running || run.State == RunState.Paused;

    private readonly SemaphoreSlim changing = new(1); // one upload is read at a time, which also bounds memory
    private readonly Lock loading = new();
    private readonly WeakReference<Dataset?> lastLoaded = new(null);

    /// <summary>Reports contents that no row names, and adds the built-in dataset if it is not there.</summary>
    public async Task PrepareAsync(CancellationToken cancel)
    {
        await using ServiceDb db = await database.CreateDbContextAsync(cancel);
        IQueryable<string> needed = db.Datasets.Select(row => row.Sha256).Union(db.Runs.Where(HasNotEnded).Select(run => run.DatasetSha256));
        unclaimed.Review(await needed.ToHashSetAsync(cancel));
        if (!await db.Datasets.AnyAsync(row => row.Name == ShapesDataset.Name, cancel)) await AddAsync(ShapesDataset.Name, () => ShapesDataset.Create(), cancel);
    }

    /// <summary>Reads a dataset and keeps it under a name; 409 if the name is taken. Of a failure nothing stays.</summary>
    public async Task<DatasetRow> AddAsync(string name, Func<Dataset> read, CancellationToken cancel)
    {
        await changing.WaitAsync(cancel);
        try
        {
            await using ServiceDb db = await database.CreateDbContextAsync(cancel);
            if (await db.Datasets.AnyAsync(row => row.Name == name, cancel))
                throw new ProblemException(StatusCodes.Status409Conflict, $"The name \"{name}\" is taken; choose another, or delete that dataset first.", "name");
            Dataset dataset = read();
            DatasetRow row = RowOf(name, dataset);
            await KeepAsync(dataset, () => writer.WriteAsync(async writing => await writing.AddAsync(row, CancellationToken.None), CancellationToken.None));
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
                writing => writing.Datasets.Where(row => row.Name == name && !writing.Runs.Where(HasNotEnded).Any(run => run.Dataset == name)).ExecuteDeleteAsync(cancel), cancel);
            if (deleted == 0) throw ProblemException.Conflict($"Dataset \"{name}\" is needed by a run that is queued, running or paused; cancel it or wait for its end.");

            LogDeleted(name);
            if (!await db.Datasets.AnyAsync(row => row.Sha256 == sha256, CancellationToken.None)
                && !await unfinished.AnyAsync(run => run.DatasetSha256 == sha256, CancellationToken.None))
                File.Delete(ContentFile(sha256));
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>The dataset with that content: the one loaded last is shared while anyone holds it. 409 if its content is deleted.</summary>
    /// <exception cref="InvalidDataException">The file's bytes are not those that its name is the hash of.</exception>
    public Dataset Load(string sha256)
    {
        lock (loading)
        {
            if (lastLoaded.TryGetTarget(out Dataset? last) && last.Sha256 == sha256) return last;
            using FileStream file = Open(sha256);
            var dataset = Dataset.ReadFrom(file);
            if (dataset.Sha256 != sha256) throw new InvalidDataException("The stored content of the dataset is damaged.");
            lastLoaded.SetTarget(dataset);
            return dataset;
        }
    }

    /// <summary>One image, found without loading the others; null where there is none.</summary>
    public (Shape Shape, byte[] Pixels)? ReadImage(string sha256, bool test, int index)
    {
        using FileStream file = Open(sha256);
        return Dataset.ReadImage(file, test, index);
    }

    /// <inheritdoc/>
    public void Dispose() => changing.Dispose();

    private string ContentFile(string sha256) => Path.Combine(directory.Datasets, sha256);

    private FileStream Open(string sha256)
    {
        try
        {
            return new FileStream(ContentFile(sha256), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1 << 16);
        }
        catch (FileNotFoundException)
        {
            throw ProblemException.Conflict("The dataset's images are deleted; upload the same dataset again to have them back.");
        }
    }

    /// <summary>Writes the content, unless it is there under another name, and then the row; the database's own flush keeps the file's new name too.</summary>
    private async Task KeepAsync(Dataset dataset, Func<Task> writeRow)
    {
        string file = ContentFile(dataset.Sha256);
        bool isNew = !File.Exists(file);
        try
        {
            if (isNew) Write(dataset, file);
            unclaimed.Claim(dataset.Sha256);
            await writeRow();
        }
        catch when (isNew)
        {
            File.Delete(file);
            throw;
        }
    }

    private void Write(Dataset dataset, string file)
    {
        DiskSpace.Require(directory, (dataset.Train.Count + dataset.Test.Count) * (dataset.Shape.Length + (long)sizeof(int)));
        string unfinished = Path.Combine(directory.Spool, $"{Guid.CreateVersion7():n}.content");
        try
        {
            using (var stream = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                dataset.WriteTo(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(unfinished, file);
        }
        catch (Exception e)
        {
            File.Delete(unfinished);
            if (DiskSpace.IsFull(e)) throw DiskSpace.Refusal();
            throw;
        }
    }

    private DatasetRow RowOf(string name, Dataset dataset)
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
}
