using System.Data.Common;
using System.Globalization;
using CnnService.Api.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace CnnService.Api.Data;

/// <summary>Takes the data directory into use; what cannot be used is refused in one line that names the directory and a remedy.</summary>
internal static class DataStart
{
    // Of a larger database the tables that a start reads are checked: the rest would take seconds.
    private const long WholeCheckLimit = 256L << 20; // 0.2 s in the cache of the system
    private const long FullBelow = 1L << 20;

    /// <summary>Checks the database, and does the steps; <see cref="StartupException"/> for what cannot be used.</summary>
    public static async Task PrepareDataAsync(this WebApplication app, params Func<CancellationToken, Task>[] steps)
    {
        DataDirectory directory = app.Services.GetRequiredService<DataDirectory>();
        var databases = app.Services.GetRequiredService<IDbContextFactory<ServiceDb>>();
        try
        {
            LostDatabase.Refuse(directory);
            await using (ServiceDb db = await databases.CreateDbContextAsync()) await CheckPagesAsync(db, directory);
            foreach (Func<CancellationToken, Task> step in steps) await step(app.Lifetime.ApplicationStopping);
            await using (ServiceDb db = await databases.CreateDbContextAsync()) await CheckTablesAsync(db);
        }
        catch (Exception e) when (Describe(e, directory) is { } reason)
        {
            throw new StartupException(reason);
        }
    }

    /// <summary>The line for a failure of the data directory; null for any other.</summary>
    internal static string? Describe(Exception exception, DataDirectory directory)
    {
        const string other = "or set Storage:DataDirectory to another folder";
        string root = directory.Root, detail = exception.GetBaseException().Message.Split('\n', 2)[0].TrimEnd(' ', '.', '\r');
        return StorageFailure.Of(exception)?.Trouble switch
        {
            StorageTrouble.Full => NoRoom(),
            StorageTrouble.Unreachable when IsFull() => NoRoom(),
            StorageTrouble.Busy =>
                $"The database in the data directory {root} is in use by another program ({detail}); end that program, {other}.",
            StorageTrouble.Unreachable => NoAccess(),
            StorageTrouble => Damaged(),
            null => exception switch
            {
                ProblemException { Status: StatusCodes.Status507InsufficientStorage } => NoRoom(),
                IOException when IsFull() || DiskSpace.IsFull(exception) => NoRoom(),
                IOException or UnauthorizedAccessException => NoAccess(),
                DamagedDatabaseException or DbException => Damaged(),
                _ => null,
            },
        };

        string NoRoom() => $"The disk of the data directory {root} has not enough room; free some, {other}.";
        string NoAccess() =>
            $"The data directory {root} cannot be read or written ({detail}); give the service's user the right to do so, {other}.";
        string Damaged() =>
            $"The database in the data directory {root} is damaged ({detail}); put a backup of the directory in its place, {other}.";
        bool IsFull() => new DriveInfo(root).AvailableFreeSpace < FullBelow;
    }

    private static async Task CheckPagesAsync(ServiceDb db, DataDirectory directory)
    {
        var file = new FileInfo(directory.Database);
        if (!file.Exists || file.Length == 0) return;
        string[] checks = file.Length <= WholeCheckLimit ? ["1"] : [nameof(db.Runs), nameof(db.Datasets)];
        foreach (string what in checks)
            if (await ScalarAsync(db, $"PRAGMA quick_check({what})") is var result && result != "ok")
                throw new DamagedDatabaseException(result.ReplaceLineEndings(" "));
    }

    // Every column of every table, without reading a row; and the right to write.
    private static async Task CheckTablesAsync(ServiceDb db)
    {
        ISqlGenerationHelper sql = db.GetService<ISqlGenerationHelper>();
        foreach (ITable table in db.Model.GetRelationalModel().Tables)
        {
            string columns = string.Join(", ", table.Columns.Select(column => sql.DelimitIdentifier(column.Name)));
            await ScalarAsync(db, $"SELECT {columns} FROM {sql.DelimitIdentifier(table.Name)} LIMIT 0");
        }

        // A statement of its own: a database that may only be read begins a transaction as a reading one.
        await using IDbContextTransaction writing = await db.Database.BeginTransactionAsync();
        await db.Datasets.Where(row => row.Name == "").ExecuteDeleteAsync();
    }

    private static async Task<string> ScalarAsync(ServiceDb db, string command)
    {
        await db.Database.OpenConnectionAsync();
        await using var query = db.Database.GetDbConnection().CreateCommand();
        query.CommandText = command;
        return Convert.ToString(await query.ExecuteScalarAsync(), CultureInfo.InvariantCulture) ?? "";
    }

    private sealed class DamagedDatabaseException(string message) : Exception(message);
}
