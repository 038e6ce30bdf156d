using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace CnnService.Api.Hosting;

/// <summary>The service's one folder, created with access for its owner alone, and held by one process at a time through a locked file.</summary>
public sealed partial class DataDirectory : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // A file that another process has locked: EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows.
    private static readonly int[] LockedByAnother = [11, 35, unchecked((int)0x80070020)];

    private readonly IDisposable? fileSizeLimit = DiskSpace.FailAtFileSizeLimit();
    private readonly FileStream ownership;

    /// <summary>Takes the folder; <see cref="StartupException"/> if that is not possible.</summary>
    public DataDirectory(IOptions<StorageOptions> options, IHostEnvironment environment)
    {
        Root = Path.GetFullPath(options.Value.DataDirectory, environment.ContentRootPath);
        try
        {
            foreach (string folder in (string[])[Root, Datasets, Spool]) Create(folder);
            ownership = new FileStream(Path.Combine(Root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            foreach (string file in Directory.EnumerateFiles(Spool))
                if (SpooledName().IsMatch(Path.GetFileName(file))) File.Delete(file);
        }
        catch (IOException e) when (LockedByAnother.Contains(e.HResult))
        {
            throw new StartupException($"The data directory {Root} is in use by another process; stop it, or set Storage:DataDirectory to another folder.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(
                $"The data directory {Root} cannot be created or written ({e.Message}); set Storage:DataDirectory to a folder that can.");
        }
    }

    /// <summary>The folder itself.</summary>
    public string Root { get; }

    /// <summary>The database file.</summary>
    public string Database => Path.Combine(Root, "cnnservice.db");

    /// <summary>Dataset contents, named by their SHA-256.</summary>
    public string Datasets => Path.Combine(Root, "datasets");

    /// <summary>Unfinished uploads and contents, named by random numbers; a start deletes those that a crash left.</summary>
    public string Spool => Path.Combine(Root, "spool");

    /// <summary>Writes a file of so many bytes, which goes at once; an <see cref="IOException"/> where that is not possible.</summary>
    public void Probe(int bytes)
    {
        using var file = new FileStream(
            Path.Combine(Spool, $"{Guid.CreateVersion7():n}.probe"),
            FileMode.CreateNew,
            FileAccess.Write,
            FileShare.None,
            bufferSize: 0,
            FileOptions.DeleteOnClose);
        file.Write(new byte[bytes]);
    }

    /// <summary>Gives the folder free.</summary>
    public void Dispose()
    {
        ownership.Dispose();
        fileSizeLimit?.Dispose();
    }

    private static void Create(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, OwnerOnly);
    }

    // What the service has not written itself stays, here as anywhere.
    [GeneratedRegex(@"\A[0-9a-f]{32}\.(upload|content|probe)\z")]
    private static partial Regex SpooledName();
}
