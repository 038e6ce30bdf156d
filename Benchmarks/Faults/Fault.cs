namespace CnnService.Benchmarks.Faults;

/// <summary>One kind of fault: what it is called, whether this machine can have it, and how it is brought about.</summary>
internal abstract class Fault
{
    /// <summary>All kinds, the quick ones first.</summary>
    public static IReadOnlyList<Fault> All { get; } =
    [
        new Kinds.Kill(),
        new Kinds.KillAtStorageCall(),
        new Kinds.Stop(),
        new Kinds.Terminate(),
        new Kinds.FlippedDataset(),
        new Kinds.FlippedParameters(),
        new Kinds.FlippedCheckpoint(),
        new Kinds.MissingDatasetFile(),
        new Kinds.MissingDatabase(),
        new Kinds.StorageErrors(),
        new Kinds.LockedDatabase(),
        new Kinds.FullDisk(),
        new Kinds.FileSizeLimit(),
        new Kinds.ClockJumps(),
        new Kinds.HeapLimit(),
        new Kinds.DescriptorLimit(),
        new Kinds.BrokenUploads(),
        new Kinds.UnreadDownloads(),
        new Kinds.Subscribers(),
        new Kinds.SlowConnections(),
        new Kinds.Deletes(),
        new Kinds.Soak(),
    ];

    /// <summary>The row of the table, and what <c>--only</c> takes.</summary>
    public abstract string Name { get; }

    /// <summary>The thing that this machine lacks for it; null if nothing.</summary>
    public virtual string? Missing => null;

    /// <summary>Room for the data directory in megabytes, on a file system of its own; null for the ordinary one.</summary>
    public virtual int? DiskMegabytes => null;

    /// <summary>
    /// Brings the fault about, and sees to it that the service can go on; the world is checked afterwards. Takes half a minute at most on a
    /// machine that has little else to do.
    /// </summary>
    public abstract Task InjectAsync(World world);
}
