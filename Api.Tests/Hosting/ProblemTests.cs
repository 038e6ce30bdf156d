using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Training.Specs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace CnnService.Api.Tests.Hosting;

/// <summary>Endpoints that fail in every way, behind the service's own hosting.</summary>
public sealed class ProblemTests : IAsyncLifetime
{
    private const string Unreachable =
        "The data directory cannot be read or written; look at the disk, its limits and the service's log, then repeat the request.";

    private const string Unreadable =
        "The database cannot be read; look at the disk and the service's log, and check the data with --verify, then repeat the request.";

    private readonly WebApplication app;

    public ProblemTests() => app = Create();

    public static TheoryData<string, string, string?, string?, int, string, string?> Requests => new()
    {
        { "GET", "/nothing", null, null, 404, "There is nothing at this address, or an id in it is none; /swagger lists the addresses.", null },
        { "DELETE", "/things", null, null, 405, "This address does not take DELETE; it takes GET, POST.", null },
        {
            "POST", "/things", "text/plain", "x", 415,
            "This address does not take text/plain; charset=utf-8; give the header Content-Type: application/json for JSON, multipart/form-data for uploads. "
                + "/swagger tells what each address takes.",
            null
        },
        { "POST", "/things", "application/json", "{\"size\": ", 400, "The body is not the JSON that this address takes: line 1, byte 10.", null },
        { "POST", "/things", "application/json", "{\"size\": \"big\"}", 400, "size: this has a value of another kind than the field takes (line 1, byte 15).", "size" },
        { "POST", "/things", "application/json", "{\"size\": 1, \"colour\": 1}", 400, "colour: this is not a known field (line 1, byte 22).", "colour" },
        { "POST", "/things", "application/json", "null", 400, "This address needs a body.", null },
        { "POST", "/things", "application/json", "", 400, "This address needs a body.", null },
        { "GET", "/things?limit=many", null, null, 400, "limit is \"many\"; give a whole number.", "limit" },
        { "GET", "/things", null, null, 400, "limit is missing.", "limit" },
        { "GET", "/things/17", null, null, 400, "id is \"17\"; give a value that it takes.", "id" },
        { "GET", "/fail/not-found", null, null, 404, "Run 7 not found.", null },
        { "GET", "/fail/conflict", null, null, 409, "The run is running.", null },
        { "GET", "/fail/input", null, null, 400, "model.layers[3].size: is 0; give a number from 1 to 255.", "model.layers[3].size" },
        { "GET", "/fail/busy", null, null, 503, "The database is busy; repeat the request.", null },
        { "GET", "/fail/busy-update", null, null, 503, "The database is busy; repeat the request.", null },
        { "GET", "/fail/disk", null, null, 503, Unreachable, null },
        { "GET", "/fail/disk-upload", null, null, 503, Unreachable, null },
        { "GET", "/fail/corrupt", null, null, 503, Unreadable, null },
        { "GET", "/fail/full", null, null, 503, "The disk is full; free some space, then repeat the request.", null },
        { "GET", "/fail/full-upload", null, null, 507, "The disk has not enough space for this; free some.", null },
        { "GET", "/fail/quota-upload", null, null, 507, "The disk has not enough space for this; free some.", null },
        { "GET", "/fail/memory", null, null, 503, "The service has too little memory for this now; repeat the request.", null },
        { "GET", "/fail/damaged", null, null, 500, "The stored thing is damaged.", null },
        { "GET", "/fail/wrapped-input", null, null, 500, "The service failed; its log tells why.", null },
        { "GET", "/fail/bug", null, null, 500, "The service failed; its log tells why.", null },
        { "GET", "/fail/status", null, null, 410, "The request cannot be done.", null },
        { "GET", "/fail/result", null, null, 422, "Another body.", null },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Request_ThatFails_AnswersAProblem(string method, string path, string? contentType, string? body, int status, string detail, string? field)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Headers = { { "Accept", "image/png" } } };
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(contentType!, "utf-8"));

        using HttpResponseMessage response = await app.GetTestClient().SendAsync(request, TestContext.Current.CancellationToken);

        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        JsonElement problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal((status, status), ((int)response.StatusCode, problem.GetProperty("status").GetInt32()));
        Assert.Equal(detail, problem.GetProperty("detail").GetString());
        Assert.All(["type", "title", "traceId"], name => Assert.NotEqual("", problem.GetProperty(name).GetString()));
        Assert.Equal(field, problem.TryGetProperty("errors", out JsonElement errors) ? Assert.Single(errors.EnumerateObject()).Name : null);
        Assert.Equal(status == 503, response.Headers.RetryAfter is not null);
        Assert.All(["System.", "Exception", "   at ", "/secret/path", "SELECT", "CnnService"], inside => Assert.DoesNotContain(inside, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Request_GivenUpByItsClient_IsNoError()
    {
        using CancellationTokenSource gone = HangGuard.Start();
        Log.Lines.Clear();

        Task<HttpResponseMessage> request = app.GetTestClient().GetAsync("/fail/slow", gone.Token);
        await Log.Begun.Task.WaitAsync(gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await Log.Ended.Task.WaitAsync(TestContext.Current.CancellationToken);
        await app.StopAsync(TestContext.Current.CancellationToken);

        Assert.Empty(Log.Lines);
    }

    [Fact]
    public async Task Request_ThatMeetsABug_IsLoggedWithItsReason()
    {
        await app.GetTestClient().GetAsync("/fail/bug", TestContext.Current.CancellationToken);

        Assert.Contains(Log.Lines, line => line.Contains("GET /fail/bug failed", StringComparison.Ordinal) && line.Contains("/secret/path", StringComparison.Ordinal));
    }

    public async ValueTask InitializeAsync() => await app.StartAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private Errors Log { get; } = new();

    private WebApplication Create()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.AddHosting();
        builder.WebHost.UseTestServer();
        builder.Logging.AddProvider(Log);
        WebApplication app = builder.Build();
        app.UseHosting();
        app.MapGet("/things", (int limit) => limit);
        app.MapPost("/things", (Thing thing) => thing);
        app.MapGet("/things/{id}", (Guid id) => id);
        app.MapGet("/fail/status", () => TypedResults.StatusCode(StatusCodes.Status410Gone));
        app.MapGet("/fail/result", () => TypedResults.Problem("Another body.", statusCode: StatusCodes.Status422UnprocessableEntity));
        app.MapGet("/fail/slow", SlowAsync);
        app.MapGet("/fail/{how}", (string how) => Fail(how));
        return app;
    }

    private async Task SlowAsync(CancellationToken cancel)
    {
        Log.Begun.SetResult();
        try
        {
            await Task.Delay(Timeout.Infinite, cancel); // ends only when the client goes away, which is what is tested
        }
        finally
        {
            Log.Ended.SetResult();
        }
    }

    private static string Fail(string how) => throw (how switch
    {
        "not-found" => ProblemException.NotFound("Run 7"),
        "conflict" => ProblemException.Conflict("The run is running."),
        "input" => new InvalidInputException("model.layers[3].size", "is 0; give a number from 1 to 255."),
        "busy" => new SqliteException("SELECT", 5),
        "busy-update" => new DbUpdateException("SELECT", new SqliteException("SELECT", 6)),
        "full" => new SqliteException("SELECT", 13),
        "disk" => new SqliteException("SELECT", 10),
        "disk-upload" => new IOException("/secret/path", 5),
        "corrupt" => new SqliteException("SELECT", 11),
        "full-upload" => new IOException("No space left on /secret/path", 28),
        "quota-upload" => new IOException("Quota exceeded on /secret/path", 122),
        "memory" => new InsufficientMemoryException(),
        "damaged" => new DamagedContentException(
            "The stored thing is damaged.", new InvalidInputException("tensors", "a fault of the disk, not of the client.")),
        "wrapped-input" => new InvalidDataException(
            "/secret/path", new InvalidInputException("tensors", "a fault of the program, not of the client.")),
        _ => new InvalidOperationException("Something at /secret/path"),
    });

    private sealed record Thing(int Size);

    /// <summary>Collects what is logged as an error.</summary>
    private sealed class Errors : ILoggerProvider, ILogger
    {
        public List<string> Lines { get; } = [];

        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            lock (Lines) Lines.Add($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
            // Nothing to give back: the lines stay with the test.
        }
    }
}
