using System.Buffers;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Data;

/// <summary>
/// Large contents as rows of 1 MB, so that no value reaches the database's limit of 1,000,000,000 bytes, nothing large is in memory while
/// it is written or sent, and none is used whose bytes are not those that were stored.
/// </summary>
internal sealed class ContentStore(IDbContextFactory<ServiceDb> databases) : IDisposable
{
    private readonly Dictionary<long, int> readers = []; // open readers by content; its own lock
    private readonly HashSet<long> going = []; // contents that are being removed; under the lock of the readers
    private readonly SemaphoreSlim verifying = new(1); // one at a time, as it takes a processor: 25 ms for 10 MB

    /// <summary>Stores what is written, in the transaction that the context is in.</summary>
    public static async Task<ContentRow> AddAsync(ServiceDb db, Action<Stream> write)
    {
        var row = new ContentRow { Sha256 = "" };
        db.Contents.Add(row);
        await db.SaveChangesAsync();
        using (var pieces = new ContentWriter(db, row.Key))
        {
            write(pieces);
            (row.Sha256, row.Length) = pieces.Complete();
        }

        await db.SaveChangesAsync();
        return row;
    }

    /// <summary>Contents that are being read, and so must stay.</summary>
    public long[] Held
    {
        get
        {
            lock (readers) return [.. readers.Keys];
        }
    }

    /// <summary>
    /// Takes a content that nothing points to out of use, so that nobody opens it while its pieces go one after another; false while it is
    /// being read.
    /// </summary>
    public bool TryTakeOut(long key)
    {
        lock (readers)
        {
            if (readers.ContainsKey(key)) return false;
            going.Add(key);
            return true;
        }
    }

    /// <summary>Forgets the contents that were taken out: all of them are gone, and no other content will have their keys.</summary>
    public void ForgetTakenOut()
    {
        lock (readers) going.Clear();
    }

    /// <summary>
    /// A content as a stream that can seek, after its bytes were verified; null if it is gone. It stays until the stream is disposed of,
    /// and takes no memory of its own, however many read it.
    /// </summary>
    /// <exception cref="DamagedContentException">The bytes are not those that were stored.</exception>
    public async Task<Stream?> OpenAsync(long key, CancellationToken cancel)
    {
        ContentReader? reader = await HoldAsync(key, cancel);
        if (reader is null) return null;
        try
        {
            await verifying.WaitAsync(cancel);
            try
            {
                await VerifyAsync(reader, cancel);
            }
            finally
            {
                verifying.Release();
            }

            return reader;
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    /// <summary>A content's bytes; null if it is gone.</summary>
    /// <exception cref="DamagedContentException">The bytes are not those that were stored.</exception>
    public async Task<byte[]?> ReadAsync(long key, CancellationToken cancel)
    {
        await using ContentReader? reader = await HoldAsync(key, cancel);
        if (reader is null) return null;
        if (reader.Length < 0 || reader.Length > Array.MaxLength) throw Damaged(); // longer than anything that was stored
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)reader.Length);
        await reader.ReadExactlyAsync(bytes, cancel);
        return Convert.ToHexStringLower(SHA256.HashData(bytes)) == reader.Sha256 ? bytes : throw Damaged();
    }

    /// <summary>Whether a content is there, with the bytes that were stored.</summary>
    public async Task<bool> IsIntactAsync(long key, CancellationToken cancel)
    {
        try
        {
            await using Stream? content = await OpenAsync(key, cancel);
            return content is not null;
        }
        catch (DamagedContentException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => verifying.Dispose();

    /// <summary>A damaged content, in words that fit every kind.</summary>
    internal static DamagedContentException Damaged() => new(
        "Stored content is damaged: its bytes are not those that were stored. "
        + "Restore a backup of the data directory, or train the run again.");

    // It is held before it is looked for, so that it cannot go in between.
    private async Task<ContentReader?> HoldAsync(long key, CancellationToken cancel)
    {
        lock (readers)
        {
            if (going.Contains(key)) return null;
            readers[key] = readers.GetValueOrDefault(key) + 1;
        }

        try
        {
            await using ServiceDb db = await databases.CreateDbContextAsync(cancel);
            if (await db.Contents.AsNoTracking().SingleOrDefaultAsync(row => row.Key == key, cancel) is { } found)
                return new ContentReader(databases, found, () => Release(key));
        }
        catch
        {
            Release(key);
            throw;
        }

        Release(key);
        return null;
    }

    private void Release(long key)
    {
        lock (readers)
            if (--readers[key] == 0) readers.Remove(key);
    }

    // A piece at a time: each read asks the database, and the framework's own hashing reads 4 KB at once.
    private static async Task VerifyAsync(ContentReader content, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] piece = ArrayPool<byte>.Shared.Rent(ContentWriter.PieceLength);
        try
        {
            for (int length; (length = await content.ReadAsync(piece.AsMemory(0, ContentWriter.PieceLength), cancel)) > 0;)
                hash.AppendData(piece.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        if (content.Position != content.Length || Convert.ToHexStringLower(hash.GetHashAndReset()) != content.Sha256) throw Damaged();
        content.Position = 0;
    }
}
