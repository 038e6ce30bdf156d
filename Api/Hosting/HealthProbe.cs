namespace CnnService.Api.Hosting;

/// <summary>Asks a running service for its health.</summary>
internal static class HealthProbe
{
    // Below the 5 seconds that the image's health check waits for this program.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(4);

    /// <summary>0 when the address answers with a success within the limit (4 seconds), else 1 and one line that tells why.</summary>
    public static async Task<int> AskAsync(Uri address, CancellationToken cancel, TimeSpan? limit = null)
    {
        using var client = new HttpClient { Timeout = limit ?? Limit };
        try
        {
            using HttpResponseMessage response = await client.GetAsync(address, cancel);
            if (response.IsSuccessStatusCode) return 0;
            Console.Error.WriteLine($"{address} answers {(int)response.StatusCode}.");
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            Console.Error.WriteLine($"{address} does not answer: {e.Message}");
        }

        return 1;
    }
}
