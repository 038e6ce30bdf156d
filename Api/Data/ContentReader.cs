using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Data;

/// <summary>
/// A content as a stream. Each read takes its bytes straight from the row of their piece, and leaves the database: an open read would keep
/// the write-ahead log from being reused for as long as the slowest client takes.
/// </summary>
internal sealed class ContentReader(IDbContextFactory<ServiceDb> databases, ContentRow content, Action release) : Stream
{
    private bool released;

    /// <summary>The hash that the bytes should have.</summary>
    public string Sha256 => content.Sha256;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => content.Length;

    /// <inheritdoc/>
    public override long Position { get; set; }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        (long number, long start) = Math.DivRem(Position, ContentWriter.PieceLength);
        int count = (int)Math.Min(Math.Min(buffer.Length, ContentWriter.PieceLength - start), Math.Max(0, Length - Position));
        if (count == 0) return 0;
        using ServiceDb db = databases.CreateDbContext();
        db.Database.OpenConnection();
        using SqliteCommand select = ((SqliteConnection)db.Database.GetDbConnection()).CreateCommand();
        select.CommandText = "SELECT rowid, Bytes FROM Pieces WHERE Content = $content AND Number = $number";
        select.Parameters.AddWithValue("$content", content.Key);
        select.Parameters.AddWithValue("$number", number);
        using SqliteDataReader row = select.ExecuteReader();
        if (!row.Read()) throw ContentStore.Damaged();
        using Stream bytes = row.GetStream(1); // reads from the row itself, as the row's number is there too
        if (bytes.Length != Math.Min(ContentWriter.PieceLength, Length - number * ContentWriter.PieceLength)) throw ContentStore.Damaged();
        bytes.Position = start;
        bytes.ReadExactly(buffer[..count]);
        Position += count;
        return count;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.Yield(); // other requests get their turn between two reads
        return Read(buffer.Span);
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    /// <inheritdoc/>
    public override void Flush()
    {
        // Nothing is ever written.
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !released)
        {
            released = true;
            release();
        }

        base.Dispose(disposing);
    }
}
