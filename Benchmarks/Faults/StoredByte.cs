using Microsoft.Data.Sqlite;

namespace CnnService.Benchmarks.Faults;

/// <summary>
/// One byte of stored content with a bit flipped, as a bad disk leaves it; the service is stopped while it is flipped, and flipped back.
/// </summary>
internal sealed class StoredByte
{
    private readonly Action<Action<Stream>> open;
    private readonly long offset;
    private readonly byte mask;
    private int right;

    private StoredByte(Action<Action<Stream>> open, long offset, byte mask)
    {
        (this.open, this.offset, this.mask) = (open, offset, mask);
        open(Flip);
    }

    /// <summary>Flips a bit of a file.</summary>
    public static StoredByte InFile(string path, Random random)
    {
        // Half of them in the first pictures, which are looked at.
        long length = new FileInfo(path).Length, offset = random.NextInt64(random.Next(2) == 0 ? Math.Min(length, 36_000) : length);
        return new StoredByte(use => Use(new FileStream(path, FileMode.Open), use), offset, Mask(random));
    }

    /// <summary>Flips a bit of the content that the rows of a table have.</summary>
    /// <param name="database">The database file.</param>
    /// <param name="table">Checkpoints or Parameters.</param>
    /// <param name="where">The condition that its rows fulfil.</param>
    /// <param name="random">Chooses the bit.</param>
    /// <returns>null if there is no such content.</returns>
    public static StoredByte? InDatabase(string database, string table, string where, Random random)
    {
        using SqliteConnection connection = Stored.Open(database);
        bool inPieces = Stored.Read(connection, "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'Pieces'").Count > 0;
        (string holder, string column) = inPieces ? ("Pieces", "Bytes") : (table, "Content");
        string rows = inPieces ? $"Content IN (SELECT Content FROM {table} WHERE {where})" : where;
        List<object?[]> found = Stored.Read(connection, $"SELECT rowid, length({column}) FROM {holder} WHERE {rows}");
        if (found.Count == 0) return null;
        object?[] chosen = found[random.Next(found.Count)];
        long row = (long)chosen[0]!, length = (long)chosen[1]!;
        return new StoredByte(
            use =>
            {
                using SqliteConnection writing = Stored.Open(database);
                Use(new SqliteBlob(writing, holder, column, row), use);
            },
            random.NextInt64(length),
            Mask(random));
    }

    /// <summary>Flips the bit back, if the content is still there and nobody has mended it.</summary>
    public void FlipBack()
    {
        try
        {
            open(FlipBack);
        }
        catch (Exception e) when (e is SqliteException or FileNotFoundException)
        {
            // The service has replaced or deleted the content.
        }
    }

    private void Flip(Stream stream)
    {
        stream.Position = offset;
        right = stream.ReadByte();
        Write(stream, right ^ mask);
    }

    private void FlipBack(Stream stream)
    {
        stream.Position = offset;
        if (stream.ReadByte() == (right ^ mask)) Write(stream, right);
    }

    private void Write(Stream stream, int value)
    {
        stream.Position = offset;
        stream.WriteByte((byte)value);
    }

    private static byte Mask(Random random) => (byte)(1 << random.Next(8));

    private static void Use(Stream stream, Action<Stream> use)
    {
        using (stream) use(stream);
    }
}
