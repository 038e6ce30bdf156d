using CnnService.Api.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace CnnService.Api.Data;

/// <summary>Refuses to begin a new database where only the database of a service that was there before is lost.</summary>
internal static class LostDatabase
{
    /// <summary>
    /// <see cref="StartupException"/> if the database is missing or holds nothing, but datasets have files, or the database a write-ahead
    /// log: the service would know nothing of those files, and SQLite would delete that log.
    /// </summary>
    public static void Refuse(DataDirectory directory)
    {
        bool hasFiles = Directory.EnumerateFiles(directory.Datasets).Any(), hasLog = LengthOf(directory.Database + "-wal") > 0;
        if (!hasFiles && !hasLog || LengthOf(directory.Database) > 0 && (!hasFiles || HasTables(directory.Database))) return;

        string found = hasFiles ? "files in its folder datasets" : "a file cnnservice.db-wal with changes";
        string remedy = hasLog
            ? "restore the cnnservice.db that cnnservice.db-wal belongs to, or move cnnservice.db-wal away and restore "
                + "cnnservice.db from a backup, or move cnnservice.db-wal and the folder datasets away to begin anew."
            : "restore cnnservice.db from a backup, or move the folder datasets away to begin anew.";
        throw new StartupException(
            $"The data directory {directory.Root} has {found}, but its database cnnservice.db is missing or empty; {remedy}");
    }

    // A link is followed; a file that cannot be opened is there, and SQLite tells what is wrong with it.
    private static long LengthOf(string file)
    {
        try
        {
            using SafeFileHandle handle = File.OpenHandle(file, share: FileShare.ReadWrite | FileShare.Delete);
            return RandomAccess.GetLength(handle);
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return long.MaxValue;
        }
    }

    private static bool HasTables(string database)
    {
        var source = new SqliteConnectionStringBuilder { DataSource = database, Mode = SqliteOpenMode.ReadWrite, Pooling = false };
        using var connection = new SqliteConnection(source.ToString());
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT EXISTS (SELECT * FROM sqlite_schema WHERE type = 'table')";
        return (long)command.ExecuteScalar()! != 0;
    }
}
