using System.Runtime.ExceptionServices;

namespace CnnService.Training.Kernels;

/// <summary>
/// A fixed team of threads for one run: pieces of work are taken by whoever is free, the caller being one of them. Idle members spin
/// briefly, so that the next call starts at once, and then block, so that others get the processor. What a piece computes must not depend on
/// the worker that takes it; then results are the same for every team. One caller at a time; nothing is allocated per call.
/// </summary>
internal sealed class Team : IDisposable
{
    private const int SpinRounds = 400; // about 20 microseconds, several times the gap between two kernels of a step
    private readonly Thread[] threads;
    private readonly Lock caller = new();
    private readonly object bed = new();
    private Action<int, int> body = static (_, _) => { };
    private int pieces, next, unfinished, sleeping;
    private volatile int round;
    private volatile bool disposed;
    private Exception? failure;

    /// <summary>A team of <paramref name="size"/> workers, the caller included.</summary>
    public Team(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        Size = size;
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
            (body, pieces, next, unfinished, failure) = (work, count, 0, threads.Length, null);
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

    private void TakePieces(int worker)
    {
        try
        {
            for (int piece; (piece = Interlocked.Increment(ref next) - 1) < pieces;) body(piece, worker);
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref failure, e, null);
            Volatile.Write(ref next, pieces);
        }
    }
}
