using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace CnnService.Benchmarks.Faults;

/// <summary>The data directory of a service that is stopped, looked at without it.</summary>
internal static class Stored
{
    private const string Gaps = "SELECT Run FROM Events GROUP BY Run HAVING MIN(Sequence) <> 1 OR MAX(Sequence) <> COUNT(*)";

    private const string NeedlessCheckpoints = """
        SELECT Checkpoints.Iteration FROM Checkpoints JOIN Runs ON Run = "Order" WHERE State IN ('Completed', 'Failed', 'Cancelled')
        """;

    /// <summary>Opens the database.</summary>
    public static SqliteConnection Open(string database)
    {
        var source = new SqliteConnectionStringBuilder { DataSource = database, Pooling = false, DefaultTimeout = 10 };
        var connection = new SqliteConnection(source.ToString());
        connection.Open();
        return connection;
    }

    /// <summary>All rows of a query.</summary>
    public static List<object?[]> Read(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        var rows = new List<object?[]>();
        while (reader.Read())
        {
            object?[] row = new object?[reader.FieldCount];
            reader.GetValues(row!);
            rows.Add(row);
        }

        return rows;
    }

    /// <summary>Checks all that has to hold for a data directory in which no run is left to do.</summary>
    public static void Check(World world)
    {
        using SqliteConnection connection = Open(world.Database);
        string integrity = string.Join(' ', Read(connection, "PRAGMA integrity_check").Select(row => row[0]));
        world.Tally.Check(integrity == "ok", $"integrity_check: {integrity}");
        List<object?[]> orphans = Read(connection, "PRAGMA foreign_key_check");
        world.Tally.Check(orphans.Count == 0, $"foreign_key_check finds {orphans.Count} rows");
        List<object?[]> gaps = Read(connection, Gaps);
        world.Tally.Check(gaps.Count == 0, Wrong.Lost, $"{gaps.Count} runs have gaps in the numbers of their events");
        int kept = Read(connection, NeedlessCheckpoints).Count;
        world.Tally.Check(kept == 0, $"{kept} checkpoints are kept of runs that have ended");
        CheckFiles(world, [.. Read(connection, "SELECT Sha256 FROM Datasets").Select(row => (string)row[0]!)]);
    }

    private static void CheckFiles(World world, HashSet<string> named)
    {
        // Without a row, a content of a time before is kept for a month, beside a mark of that name.
        string[] files = [.. Directory.GetFiles(Path.Combine(world.Data, "datasets")).Where(file => Path.GetExtension(file).Length == 0)];
        string[] missing = [.. named.Except(files.Select(file => Path.GetFileName(file)))];
        world.Tally.Check(missing.Length == 0, Wrong.Lost, $"{missing.Length} dataset files are missing");
        foreach (string file in files)
        {
            using FileStream content = File.OpenRead(file);
            world.Tally.Check(
                Convert.ToHexStringLower(SHA256.HashData(content)) == Path.GetFileName(file),
                "a dataset file has another hash than its name");
        }

        int spooled = Directory.GetFiles(Path.Combine(world.Data, "spool")).Length;
        world.Tally.Check(spooled == 0, $"{spooled} unfinished uploads are left");
    }
}
