using CnnService.Api.Hosting;

namespace CnnService.Api.Datasets;

/// <summary>Refuses with 507 what the disk has no room for.</summary>
internal static class DiskSpace
{
    private const long Reserve = 64 << 20; // in bytes: what the database needs to go on
    private const int NoSpace = 28, QuotaUsedUp = 122; // ENOSPC and EDQUOT of Linux
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027), WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Looks whether there is room for so many bytes, and for the database besides.</summary>
    public static void Require(DataDirectory directory, long bytes)
    {
        if (new DriveInfo(directory.Root).AvailableFreeSpace < bytes + Reserve) throw Refusal();
    }

    /// <summary>Whether a write failed for want of room.</summary>
    public static bool IsFull(IOException e) => e.HResult is NoSpace or QuotaUsedUp or WindowsHandleDiskFull or WindowsDiskFull;

    /// <summary>The problem to answer with.</summary>
    public static ProblemException Refusal() => new(
        StatusCodes.Status507InsufficientStorage, "The disk has not enough room for this dataset; free some, or delete datasets and runs, and try again.");
}
