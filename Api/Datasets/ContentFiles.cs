using System.Collections.Concurrent;
using System.Security.Cryptography;
using CnnService.Api.Hosting;
using CnnService.Training.Datasets;

namespace CnnService.Api.Datasets;

/// <summary>
/// The contents of datasets as files, each named by its SHA-256. A file's bytes are held against its name before they are used; what was
/// found holds until the file's length or its time of last change is another, so that 180 MB are not read for each request.
/// </summary>
internal sealed class ContentFiles(DataDirectory directory) : IDisposable
{
    private readonly ConcurrentDictionary<string, Finding> findings = [];
    private readonly SemaphoreSlim checking = new(1);

    /// <summary>Whether something is there under that name, intact or not.</summary>
    public bool Exists(string sha256) => Path.Exists(PathOf(sha256));

    /// <summary>Reads an intact content.</summary>
    /// <exception cref="UnusableContentException">The content is missing, damaged or cannot be read.</exception>
    public T Read<T>(string sha256, Func<Stream, T> read)
    {
        try
        {
            const FileShare Others = FileShare.Read | FileShare.Delete;
            using var file = new FileStream(PathOf(sha256), FileMode.Open, FileAccess.Read, Others, bufferSize: 1 << 16);
            if (!IsIntact(sha256, file)) throw new UnusableContentException("are damaged");
            file.Position = 0;
            return read(file);
        }
        catch (InvalidDataException e)
        {
            findings.TryRemove(sha256, out _); // what was found before no longer holds
            throw new UnusableContentException("are damaged", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UnusableContentException("are missing", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnusableContentException("cannot be read (the service's log tells why)", e);
        }
    }

    /// <summary>
    /// Looks whether a content is intact; contents that have to be read for that go one after another, and hold no request's thread.
    /// </summary>
    /// <exception cref="UnusableContentException">The content is missing, damaged or cannot be read.</exception>
    public async Task CheckAsync(string sha256, CancellationToken cancel)
    {
        if (findings.TryGetValue(sha256, out Finding found) && found.IsIntact && found.Stamp == Stamp.Of(PathOf(sha256))) return;
        await checking.WaitAsync(cancel);
        try
        {
            await Task.Run(() => Read(sha256, static _ => true), cancel);
        }
        finally
        {
            checking.Release();
        }
    }

    /// <summary>Whether <see cref="CheckAsync"/> finds nothing wrong.</summary>
    public async Task<bool> IsIntactAsync(string sha256, CancellationToken cancel)
    {
        try
        {
            await CheckAsync(sha256, cancel);
            return true;
        }
        catch (UnusableContentException)
        {
            return false;
        }
    }

    /// <summary>
    /// Writes a content, in the place of whatever is there; a folder there is moved aside. A problem (507) if the disk is full.
    /// </summary>
    public void Write(Dataset dataset)
    {
        DiskSpace.Require(directory, (dataset.Train.Count + dataset.Test.Count) * (dataset.Shape.Length + (long)sizeof(int)));
        string unfinished = Path.Combine(directory.Spool, $"{Guid.CreateVersion7():n}.content"), file = PathOf(dataset.Sha256);
        try
        {
            using (var stream = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                dataset.WriteTo(stream);
                stream.Flush(flushToDisk: true);
            }

            if (Directory.Exists(file)) Directory.Move(file, $"{file}.{Guid.CreateVersion7():n}");
            File.Move(unfinished, file, overwrite: true);
        }
        catch (Exception e)
        {
            File.Delete(unfinished);
            if (DiskSpace.IsFull(e)) throw DiskSpace.Refusal();
            throw;
        }

        if (Stamp.Of(file) is { } stamp) findings[dataset.Sha256] = new Finding(stamp, IsIntact: true);
    }

    /// <summary>Deletes a content.</summary>
    public void Delete(string sha256)
    {
        File.Delete(PathOf(sha256));
        findings.TryRemove(sha256, out _);
    }

    /// <inheritdoc/>
    public void Dispose() => checking.Dispose();

    private string PathOf(string sha256) => Path.Combine(directory.Datasets, sha256);

    private bool IsIntact(string sha256, FileStream file)
    {
        // Before the file is read, so that a change meanwhile is seen.
        var stamp = new Stamp(file.Length, File.GetLastWriteTimeUtc(file.SafeFileHandle));
        if (findings.TryGetValue(sha256, out Finding found) && found.Stamp == stamp) return found.IsIntact;
        bool isIntact = Convert.ToHexStringLower(SHA256.HashData(file)) == sha256;
        findings[sha256] = new Finding(stamp, isIntact);
        return isIntact;
    }

    /// <summary>The length and the time of last change, which tell whether a file is as it was.</summary>
    private readonly record struct Stamp(long Length, DateTime Changed)
    {
        public static Stamp? Of(string file) =>
            new FileInfo(file) is { Exists: true } there ? new Stamp(there.Length, there.LastWriteTimeUtc) : null;
    }

    /// <summary>The result of reading a file.</summary>
    private readonly record struct Finding(Stamp Stamp, bool IsIntact);
}

/// <summary>A content that is there in the database alone.</summary>
/// <param name="what">The fault of its images, as the end of a sentence about them.</param>
/// <param name="inner">The cause, for the log.</param>
internal sealed class UnusableContentException(string what, Exception? inner = null) : Exception(what, inner);
