namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>The file system of the data directory is full.</summary>
internal sealed class FullDisk : NoRoom
{
    private static readonly byte[] Block = new byte[1 << 16];

    /// <inheritdoc/>
    public override string Name => "full disk";

    /// <inheritdoc/>
    public override string? Missing => Tools.NoMount;

    /// <inheritdoc/>
    public override int? DiskMegabytes => 64;

    /// <inheritdoc/>
    protected override async Task FillAsync(World world)
    {
        await using FileStream filler = new(Filler(world), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (int length in (int[])[Block.Length, 4096])
        {
            try
            {
                while (true) await filler.WriteAsync(Block.AsMemory(0, length));
            }
            catch (IOException)
            {
                // Full, or too full for a block of this size.
            }
        }
    }

    /// <inheritdoc/>
    protected override Task FreeAsync(World world)
    {
        File.Delete(Filler(world));
        return Task.CompletedTask;
    }

    private static string Filler(World world) => Path.Combine(world.Data, "filler");
}
