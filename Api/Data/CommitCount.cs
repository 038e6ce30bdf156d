using CnnService.Api.Hosting;
using Microsoft.Data.Sqlite;

namespace CnnService.Api.Data;

/// <summary>
/// Tells whether anything was committed since the last look, by whomever: SQLite counts the commits of all other connections, and this one never
/// writes. What was read since the last commit needs no second reading; the count takes 5 µs, the shortest query 150.
/// </summary>
internal sealed class CommitCount : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly SqliteCommand command;

    /// <summary>Opens a connection of its own.</summary>
    public CommitCount(DataDirectory folder)
    {
        connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = folder.Database, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        command = connection.CreateCommand();
        command.CommandText = "PRAGMA data_version;";
    }

    /// <summary>A number that differs from the one before when something was committed in between.</summary>
    public long Read()
    {
        lock (command) return (long)command.ExecuteScalar()!;
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        command.Dispose();
        connection.Dispose();
    }
}
