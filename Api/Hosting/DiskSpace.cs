using System.Runtime.InteropServices;

namespace CnnService.Api.Hosting;

/// <summary>Tells what the disk has no room for: the disk itself, a quota on it, or a limit on the length of the process's files.</summary>
internal static class DiskSpace
{
    private const long Reserve = 64 << 20; // in bytes: what the database needs to go on

    // Linux: EFBIG, ENOSPC, EDQUOT. Windows: ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL, ERROR_DISK_QUOTA_EXCEEDED.
    private static readonly int[] Full =
        [27, 28, 122, unchecked((int)0x80070027), unchecked((int)0x80070070), unchecked((int)0x8007050F)];

    private const PosixSignal FileSizeLimit = (PosixSignal)25; // SIGXFSZ of Linux and of macOS

    /// <summary>Looks whether there is room for so many bytes, and for the database besides.</summary>
    public static void Require(DataDirectory directory, long bytes)
    {
        if (new DriveInfo(directory.Root).AvailableFreeSpace < bytes + Reserve) throw Refusal();
    }

    /// <summary>Whether a write to a file failed for want of room. .NET turns EFBIG into an exception about the argument "value".</summary>
    public static bool IsFull(Exception write) =>
        write is IOException && Full.Contains(write.HResult) || write is ArgumentOutOfRangeException { ParamName: "value" };

    /// <summary>The problem to answer with.</summary>
    public static ProblemException Refusal() => new(
        StatusCodes.Status507InsufficientStorage,
        "The disk has not enough room for this dataset; free some, or delete datasets and runs, and try again.");

    /// <summary>
    /// Lets a write that reaches the limit on the length of files fail; the signal that comes with it would end the process.
    /// </summary>
    public static IDisposable? FailAtFileSizeLimit() =>
        OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(FileSizeLimit, signal => signal.Cancel = true);
}
