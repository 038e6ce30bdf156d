using System.Globalization;

namespace CnnService.Benchmarks.Faults;

/// <summary>The memory and the descriptors that a process holds.</summary>
/// <param name="Megabytes">Memory in use.</param>
/// <param name="Sockets">Descriptors of connections.</param>
/// <param name="Files">Descriptors of files and all else.</param>
internal readonly record struct Footprint(int Megabytes, int Sockets, int Files)
{
    // What is left of work is freed by a later collection, if memory is not short; connections to the database stay in their pool, with
    // three files each.
    private const int MegabytesMore = 200, SocketsMore = 10, FilesMore = 150;

    /// <summary>Whether it is about as small as another.</summary>
    public bool IsLevelWith(Footprint before) =>
        Megabytes <= before.Megabytes + MegabytesMore && Sockets <= before.Sockets + SocketsMore && Files <= before.Files + FilesMore;

    /// <inheritdoc/>
    public override string ToString() => $"{Megabytes} MB, {Sockets} sockets, {Files} files";

    /// <summary>The footprint of a process; null where /proc does not tell, or the process has ended.</summary>
    public static Footprint? Of(int process)
    {
        try
        {
            string resident = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            int kilobytes = int.Parse(resident.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
            string[] descriptors = Directory.GetFileSystemEntries($"/proc/{process}/fd");
            int sockets = descriptors.Count(IsSocket);
            return new Footprint(kilobytes >> 10, sockets, descriptors.Length - sockets);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsSocket(string descriptor) =>
        new FileInfo(descriptor).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true;
}
