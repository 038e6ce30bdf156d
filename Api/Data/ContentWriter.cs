using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Data;

/// <summary>Cuts what is written into pieces, stores each as a row, and hashes all of it on the way.</summary>
internal sealed class ContentWriter : Stream
{
    /// <summary>
    /// Bytes of every piece but the last: 1 MB, which is read and written in one go and is small beside the memory of a request.
    /// </summary>
    public const int PieceLength = 1 << 20;

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength);
    private readonly SqliteCommand insert;
    private readonly SqliteParameter number, bytes;
    private int length, pieces;

    /// <summary>A writer of the pieces of a content, in the transaction that the context is in.</summary>
    public ContentWriter(ServiceDb db, long content)
    {
        insert = ((SqliteConnection)db.Database.GetDbConnection()).CreateCommand();
        insert.CommandText = "INSERT INTO Pieces (Content, Number, Bytes) VALUES ($content, $number, $bytes)";
        insert.Parameters.AddWithValue("$content", content);
        number = insert.Parameters.Add("$number", SqliteType.Integer);
        bytes = insert.Parameters.Add("$bytes", SqliteType.Blob);
        bytes.Value = piece;
    }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => (long)pieces * PieceLength + length;

    /// <inheritdoc/>
    public override long Position
    {
        get => Length;
        set => throw new NotSupportedException();
    }

    /// <summary>Stores the last piece; the hash and the length of all.</summary>
    public (string Sha256, long Length) Complete()
    {
        long total = Length;
        if (length > 0) Store();
        return (Convert.ToHexStringLower(hash.GetHashAndReset()), total);
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int count = Math.Min(buffer.Length, PieceLength - length);
            buffer[..count].CopyTo(piece.AsSpan(length));
            buffer = buffer[count..];
            length += count;
            if (length == PieceLength) Store();
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        // A piece is stored when it is full.
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            insert.Dispose();
            hash.Dispose();
            ArrayPool<byte>.Shared.Return(piece);
        }

        base.Dispose(disposing);
    }

    private void Store()
    {
        hash.AppendData(piece, 0, length);
        (number.Value, bytes.Size) = (pieces, length);
        insert.ExecuteNonQuery();
        pieces++;
        length = 0;
    }
}
