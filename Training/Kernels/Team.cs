using System.Runtime.ExceptionServices;

namespace CnnService.Training.Kernels;

/// <summary>
/// A fixed team of threads for one run, the caller being one of them. Each worker begins with its own share of the pieces, the same one call after call, so
/// that what a piece reads and writes stays in the caches of one processor; who is done takes of the others' shares. Idle members spin
/// briefly, so that the next call starts at once, and then block, so that others get the processor. What a piece computes must not depend on
/// the worker that takes it; then results are the same for every team. One caller at a time; nothing is allocated per call.
/// </summary>
internal sealed class Team : IDisposable
{
    private const int SpinRounds = 400; // about 20 microseconds, several times the gap between two kernels of a step
    private const int Apart = 16; // counters that different workers write lie a cache line apart
    private readonly Thread[] threads;
    private readonly Lock caller = new();
    private readonly object bed = new();
    private Action<int, int> body = static (_, _) => { };
    private readonly int[] next; // the next piece of each worker's share, Apart apart
    private int pieces, unfinished, sleeping;
    private volatile int round;
    private volatile bool disposed;
    private Exception? failure;

    /// <summary>A team of <paramref name="size"/> workers, the caller included.</summary>
    public Team(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        Size = size;
        next = new int[(size + 1) * Apart];
        threads = new Thread[size - 1];
        for (int i = 0; i < threads.Length; i++)
        {
            int worker = i + 1;
            threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"Training {worker}" };
            threads[i].Start();
        }
    }

    /// <summary>Workers, the caller included.</summary>
    public int Size { get; }

    /// <summary>Runs <paramref name="work"/>(piece, worker) for each piece in [0, <paramref name="count"/>) and returns when all are done.</summary>
    public void Run(int count, Action<int, int> work)
    {
        if (count <= 1 || Size == 1)
        {
            for (int piece = 0; piece < count; piece++) work(piece, 0);
            return;
        }

        lock (caller)
        {
            (body, pieces, unfinished, failure) = (work, count, threads.Length, null);
            for (int worker = 0; worker < Size; worker++) Next(worker) = FirstOf(worker);
            Interlocked.Increment(ref round);
            WakeSleepers();
            TakePieces(0);
            var spin = default(SpinWait);
            while (Volatile.Read(ref unfinished) > 0) spin.SpinOnce(sleep1Threshold: -1);
            if (failure is not null) ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        Interlocked.MemoryBarrier();
        WakeSleepers();
        foreach (Thread thread in threads) thread.Join();
    }

    private void Work(int worker)
    {
        for (int seen = 0; ; seen++)
        {
            for (int spins = 0; round == seen && spins < SpinRounds; spins++) Thread.SpinWait(8);
            if (round == seen) Sleep(seen);
            if (disposed) return;
            TakePieces(worker);
            Interlocked.Decrement(ref unfinished);
        }
    }

    // Both sides write, fence, then read: either the caller sees a sleeper, or the sleeper sees the new round.
    private void WakeSleepers()
    {
        if (Volatile.Read(ref sleeping) == 0) return;
        lock (bed) Monitor.PulseAll(bed);
    }

    private void Sleep(int seen)
    {
        lock (bed)
        {
            Interlocked.Increment(ref sleeping);
            while (round == seen && !disposed) Monitor.Wait(bed);
            Interlocked.Decrement(ref sleeping);
        }
    }

    private ref int Next(int worker) => ref next[(worker + 1) * Apart];

    private int FirstOf(int worker) => (int)((long)pieces * worker / Size);

    private void TakePieces(int worker)
    {
        try
        {
            for (int i = 0; i < Size && failure is null; i++)
            {
                int share = (worker + i) % Size, end = FirstOf(share + 1);
                for (int piece; failure is null && (piece = Interlocked.Increment(ref Next(share)) - 1) < end;) body(piece, worker);
            }
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref failure, e, null);
        }
    }
}
