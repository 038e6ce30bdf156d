using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Description;
using CnnService.Api.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace CnnService.Api.Runs;

/// <summary>The events of a run: as pages, or as server-sent events for clients that accept them.</summary>
internal static class RunEventsApi
{
    private const int PageLimit = 10_000;
    private const string EventStream = "text/event-stream";
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>Its route below that of the runs.</summary>
    public static void MapRunEvents(this IEndpointRouteBuilder runs) =>
        runs.MapGet("/{id:guid}/events", Get).WithName("listEvents")
            .WithSummary("The events of a run above a sequence number: a page, or a stream with Accept: text/event-stream.")
            .Produces<Page<RunEvent>>(200, "application/json", EventStream).Produces(204).Refuses(404);

    private static async Task<IResult> Get(
        [Description(RunsApi.IdWords)] Guid id, HttpContext http, ServiceDb db, EventReader reader, TimeProvider time, ServiceStop stop,
        CancellationToken cancel, [Description("The sequence number that the first event is to be above.")] long after = 0,
        [Description("The most events of a page; a stream tells all.")][Range(1, PageLimit)] int limit = PageLimit / 10)
    {
        if (after < 0) throw new ProblemException(400, $"after is {after}; give a sequence number from 0.", "after");
        if (limit is < 1 or > PageLimit) throw new ProblemException(400, $"limit is {limit}; give a number from 1 to {PageLimit}.", "limit");
        long run = await db.Runs.Where(row => row.Id == id).Select(row => (long?)row.Order).SingleOrDefaultAsync(cancel) ?? throw ProblemException.NotFound($"Run {id}");
        if (!WantsStream(http.Request))
        {
            List<RunEvent> found = await reader.PageAsync(run, after, limit + 1, cancel);
            RunEvent[] page = [.. found.Take(limit)];
            return TypedResults.Json(new Page<RunEvent>(page, found.Count > limit ? $"{page[^1].Sequence}" : null), ApiJson.Options);
        }

        if (long.TryParse(http.Request.Headers["Last-Event-ID"], CultureInfo.InvariantCulture, out long last)) after = last;
        if (await reader.HasEndedAsync(run, after, cancel)) return TypedResults.NoContent();
        http.Response.ContentType = EventStream;
        http.Response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(http.Request.Method)) return Results.Empty;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel, stop.Begun);
        try
        {
            await StreamAsync(http.Response, reader.FollowAsync(run, after, end.Token), time, end);
        }
        catch (OperationCanceledException) when (stop.Begun.IsCancellationRequested)
        {
            // The stream ends as one that is complete does; clients ask again by themselves, with the last id that they have.
        }

        return Results.Empty;
    }

    // Where it is accepted, and no less wanted than JSON.
    private static bool WantsStream(HttpRequest request)
    {
        IList<MediaTypeHeaderValue> accepted = request.GetTypedHeaders().Accept;
        double stream = QualityOf(EventStream);
        return stream > 0 && stream >= QualityOf("application/json");

        double QualityOf(string type) =>
            accepted.Where(media => media.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase)).Select(media => media.Quality ?? 1).FirstOrDefault();
    }

    private static async Task StreamAsync(
        HttpResponse response, IAsyncEnumerable<RunEvent> events, TimeProvider time, CancellationTokenSource end)
    {
        await response.Body.FlushAsync(end.Token);
        await using IAsyncEnumerator<RunEvent> reading = events.GetAsyncEnumerator(end.Token);
        Task<bool> next = reading.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                using var pause = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
                if (await Task.WhenAny(next, Task.Delay(Heartbeat, time, pause.Token)) != next)
                {
                    await response.WriteAsync(":\n\n", end.Token);
                }
                else
                {
                    await pause.CancelAsync();
                    if (!await next) return;
                    string data = JsonSerializer.Serialize(reading.Current, ApiJson.Options);
                    await response.WriteAsync($"id: {reading.Current.Sequence}\ndata: {data}\n\n", end.Token);
                    next = reading.MoveNextAsync().AsTask();
                    if (next.IsCompleted) continue;
                }

                await response.Body.FlushAsync(end.Token);
            }
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAny(next); // an iterator cannot be disposed of while it is under way
        }
    }
}
