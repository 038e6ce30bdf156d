using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;

namespace CnnService.Api.Data;

/// <summary>
/// The one way to write. SQLite has one writer at a time, and its own waiting holds a thread: 40 requests that waited took every thread of
/// the pool, and health checks hung for 29 seconds. Writers wait here instead, in their order and without a thread, for those of this
/// process and for other processes.
/// </summary>
internal sealed class DatabaseWriter(IDbContextFactory<ServiceDb> databases, TimeProvider time) : IDisposable
{
    // A statement that changes nothing, and still needs the right to write.
    private const string TakeLock = "DELETE FROM Runs WHERE 0";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5), Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan NotWorthTelling = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>The reason why the last write failed or the present one waits; null while writes succeed.</summary>
    public StorageFailure? Failure { get; private set; }

    /// <summary>
    /// Does some work in one transaction that holds the database for writing, saves what the context has gathered, and commits; an
    /// exception undoes all of it. <see cref="DatabaseBusyException"/> if the turn does not come within 5 seconds.
    /// </summary>
    public async Task<T> WriteAsync<T>(Func<ServiceDb, Task<T>> work, CancellationToken cancel)
    {
        long start = time.GetTimestamp();
        if (!await turn.WaitAsync(Patience, cancel)) throw new DatabaseBusyException();
        return await WriteInTurnAsync(work, Patience - time.GetElapsedTime(start), cancel);
    }

    /// <summary>The same for work without a result.</summary>
    public Task WriteAsync(Func<ServiceDb, Task> work, CancellationToken cancel) => WriteAsync(async db =>
    {
        await work(db);
        return 0;
    }, cancel);

    /// <summary>
    /// Writes a little, unless somebody else of this process writes, and tells <see cref="Failure"/> afterwards. It waits for nobody.
    /// </summary>
    public async Task<StorageFailure?> ProbeAsync(CancellationToken cancel)
    {
        if (!await turn.WaitAsync(TimeSpan.Zero, cancel)) return Failure;
        try
        {
            // The number is the service's own to use, and a transaction that changes no page would write nothing.
            await WriteInTurnAsync(
                db => db.Database.ExecuteSqlAsync($"PRAGMA user_version = 1", CancellationToken.None), 2 * Pause, cancel);
        }
        catch (Exception e) when (StorageFailure.Of(e) is not null)
        {
            // Failure tells it.
        }

        return Failure;
    }

    /// <summary>
    /// Moves what was committed from the log into the database's file, which has then the length that it needs; waits for no reader.
    /// </summary>
    public async Task CheckpointAsync(CancellationToken cancel)
    {
        await using ServiceDb db = await databases.CreateDbContextAsync(cancel);
        await db.Database.ExecuteSqlAsync($"PRAGMA wal_checkpoint(PASSIVE)", cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    private async Task<T> WriteInTurnAsync<T>(Func<ServiceDb, Task<T>> work, TimeSpan patience, CancellationToken cancel)
    {
        try
        {
            await using ServiceDb db = await databases.CreateDbContextAsync(cancel);
            T result = await WriteAsync(db, work, patience, cancel);
            Failure = null;
            return result;
        }
        catch (Exception e) when (StorageFailure.Of(e) is { } failure)
        {
            Failure = failure;
            throw;
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<T> WriteAsync<T>(ServiceDb db, Func<ServiceDb, Task<T>> work, TimeSpan patience, CancellationToken cancel)
    {
        await db.Database.OpenConnectionAsync(cancel);
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        try
        {
            await using SqliteTransaction transaction = connection.BeginTransaction(deferred: true);
            await db.Database.UseTransactionAsync(transaction, cancel);
            await LockAsync(connection, patience, cancel);
            T result = await work(db);
            await db.SaveChangesAsync(CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
            return result;
        }
        catch (SqliteException)
        {
            SqliteConnection.ClearPool(connection); // a connection that has met an error of the disk may keep it
            throw;
        }
    }

    private async Task LockAsync(SqliteConnection connection, TimeSpan patience, CancellationToken cancel)
    {
        long start = time.GetTimestamp();
        while (raw.sqlite3_exec(connection.Handle, TakeLock) is int result && result != raw.SQLITE_OK)
        {
            if (result != raw.SQLITE_BUSY) SqliteException.ThrowExceptionForRC(result, connection.Handle);
            TimeSpan waited = time.GetElapsedTime(start);
            if (waited >= NotWorthTelling) Failure = StorageFailure.Of(new DatabaseBusyException());
            if (waited >= patience) throw new DatabaseBusyException();
            await Task.Delay(Pause, time, cancel);
        }
    }
}
