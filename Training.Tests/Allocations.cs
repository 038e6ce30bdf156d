namespace CnnService.Training.Tests;

/// <summary>How much a thread allocates.</summary>
internal static class Allocations
{
    /// <summary>
    /// The bytes that one call allocates on this thread, the least of many calls: a collection, which other tests may cause at any time, counts the
    /// rest of the thread's block of 8 KB as allocated.
    /// </summary>
    public static long LeastOf(int calls, Action call)
    {
        long least = long.MaxValue;
        for (int i = 0; i < calls; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            call();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
