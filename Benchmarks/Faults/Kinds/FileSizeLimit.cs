namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>No file may grow beyond the size that the write-ahead log has at the moment.</summary>
internal sealed class FileSizeLimit : NoRoom
{
    /// <inheritdoc/>
    public override string Name => "file size limit";

    /// <inheritdoc/>
    public override string? Missing => Tools.NoLimits;

    // Without the signal a write beyond the limit fails as on a full disk; with it the process ends.
    protected override Launch? Launch => new() { Wrapper = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"] };

    /// <inheritdoc/>
    protected override Task FillAsync(World world) => LimitAsync(world, $"{new FileInfo(world.Database + "-wal").Length}:");

    /// <inheritdoc/>
    protected override Task FreeAsync(World world) => LimitAsync(world, "unlimited:");

    private static Task<int> LimitAsync(World world, string limit) =>
        Tools.RunAsync("prlimit", "--pid", $"{world.Service.Id}", $"--fsize={limit}");
}
