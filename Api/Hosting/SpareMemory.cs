namespace CnnService.Api.Hosting;

/// <summary>
/// Gives memory back that uploads, pre-flights, runs and their checkpoints leave behind. Their buffers are large and few, so that the garbage collector,
/// which acts by how many bytes are asked for, keeps what is left of them for hours in an idle service, and beside the next run.
/// </summary>
internal static class SpareMemory
{
    private const long Worth = 128 << 20; // in bytes: below, a collection costs more than it gives
    private static long allocatedBefore;

    /// <summary>Collects, if much was allocated since it was done last.</summary>
    public static void GiveBack()
    {
        long allocated = GC.GetTotalAllocatedBytes();
        if (allocated - Interlocked.Read(ref allocatedBefore) < Worth) return;
        Interlocked.Exchange(ref allocatedBefore, allocated);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
    }

    /// <summary>The same a second later, as methods that are returning are on the stack until then, and with them what they worked on.</summary>
    public static async Task GiveBackSoonAsync(CancellationToken stopping)
    {
        await Task.Delay(TimeSpan.FromSeconds(1), stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stopping.IsCancellationRequested) GiveBack();
    }
}
