namespace CnnService.Api.Models;

/// <summary>
/// Where decoding and predicting queue for a processor: fewer callers at a time than there are processors, so that quick requests always find a
/// free thread, and first come, first served, so that a thousand pictures do not hold up one. It also bounds the memory of pictures being decoded.
/// </summary>
internal sealed class Desk : IDisposable
{
    private readonly SemaphoreSlim places = new(Places);

    /// <summary>Callers at a time.</summary>
    public static int Places { get; } = Math.Max(1, Environment.ProcessorCount - 1);

    /// <summary>Does a short piece of work as soon as there is a place: a 32x32 picture takes 0.1 ms, one of 12 megapixels 0.3 s.</summary>
    public async Task<T> DoAsync<T>(Func<T> work, CancellationToken cancel)
    {
        await places.WaitAsync(cancel);
        try
        {
            return work();
        }
        finally
        {
            places.Release();
        }
    }

    /// <summary>Releases what it holds.</summary>
    public void Dispose() => places.Dispose();
}
