using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using CnnService.Api.Data;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Datasets;
using CnnService.Api.Tests.Runs;

namespace CnnService.Api.Tests.Hosting;

/// <summary>Requests as other programs send them: monitors, download managers, editors, proxies.</summary>
public sealed class ForeignRequestsTests(ServiceProcessFixture fixture) : IClassFixture<ServiceProcessFixture>
{
    private readonly RunClient client = new(fixture.Service.Client);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/version")]
    [InlineData("/api/runs")]
    [InlineData("/api/datasets")]
    [InlineData("/api/datasets/shapes")]
    [InlineData("/api/datasets/shapes/images/0.png")]
    [InlineData("/healthz/live")]
    public async Task Head_WhereGetAnswers_HasItsHeadersAndNoBody(string address)
    {
        using HttpResponseMessage get = await client.Http.GetAsync(address, Cancel);
        using HttpResponseMessage head = await HeadAsync(address);

        Assert.Equal(get.StatusCode, head.StatusCode);
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Fact]
    public async Task Head_OfParameters_TellsTheirLengthAndTag()
    {
        Run run = await CompletedAsync();
        using HttpResponseMessage get = await client.Http.GetAsync($"/api/runs/{run.Id}/parameters", Cancel);
        using HttpResponseMessage head = await HeadAsync($"/api/runs/{run.Id}/parameters");

        Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Equal(get.Headers.ETag, head.Headers.ETag);
    }

    [Fact]
    public async Task Head_OfAnEventStream_EndsAtOnce()
    {
        Run run = await client.SubmitAsync(RunClient.Endless);
        using HttpResponseMessage head = await HeadAsync($"/api/runs/{run.Id}/events", "text/event-stream");
        Assert.Equal("text/event-stream", head.Content.Headers.ContentType?.MediaType);
        await client.DoAsync(run.Id, "cancel");
    }

    [Theory]
    [InlineData("/api/runs?status=running", "status", "state, dataset, limit, after")]
    [InlineData("/api/datasets?page=2", "page", "after, limit")]
    [InlineData("/api/datasets/shapes?x=1", "x", "takes none")]
    [InlineData("/api/version?x=1", "x", "takes none")]
    [InlineData("/api/datasets/shapes/images/0.png?parts=test", "parts", "part")]
    public async Task Query_ThatIsNotKnown_IsRefusedWithTheKnownOnes(string address, string field, string known) =>
        Assert.Contains(known, await client.Http.GetAsync(address, Cancel).ProblemAsync(400, field), StringComparison.Ordinal);

    [Fact]
    public async Task Query_OfEventsAndPredictions_IsLookedAtToo()
    {
        Run run = await CompletedAsync();
        await client.Http.GetAsync($"/api/runs/{run.Id}/events?since=20", Cancel).ProblemAsync(400, "since");
        using var body = new ByteArrayContent([1]) { Headers = { ContentType = new("image/png") } };
        await client.Http.PostAsync($"/api/runs/{run.Id}/predict?top_k=1", body, Cancel).ProblemAsync(400, "top_k");
    }

    [Fact]
    public async Task Submit_WithAByteOrderMark_IsAccepted()
    {
        byte[] json = Encoding.UTF8.GetBytes(RunClient.Small());
        using HttpResponseMessage marked = await PostAsync([0xef, 0xbb, 0xbf, .. json]);
        Assert.Equal(HttpStatusCode.Accepted, marked.StatusCode);
        Assert.Contains("UTF-16; save it as UTF-8", await PostAsync([0xff, 0xfe, .. Encoding.Unicode.GetBytes("{}")]).ProblemAsync(400), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json; charset=utf8")]
    [InlineData("application/json; charset=UTF8")]
    [InlineData("application/json;charset=\"Utf-8\"")]
    public async Task Submit_WithAnyNameOfUtf8_IsAccepted(string type)
    {
        using HttpResponseMessage answer = await PostAsync(Encoding.UTF8.GetBytes(RunClient.Small()), type);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    [Fact]
    public async Task Predict_WithoutAContentType_LooksAtTheBytes()
    {
        Run run = await CompletedAsync();
        byte[] picture = await client.Http.GetByteArrayAsync("/api/datasets/shapes/images/0.png", Cancel);
        using var untyped = new ByteArrayContent(picture);
        using var typed = new ByteArrayContent(picture) { Headers = { ContentType = new("image/png") } };
        using HttpResponseMessage answer = await client.Http.PostAsync($"/api/runs/{run.Id}/predict", untyped, Cancel);
        using HttpResponseMessage same = await client.Http.PostAsync($"/api/runs/{run.Id}/predict", typed, Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(await same.Content.ReadAsStringAsync(Cancel), await answer.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData("text/event-stream", true)]
    [InlineData("TEXT/Event-Stream", true)]
    [InlineData("text/event-stream;q=0.5, application/json", false)]
    [InlineData("text/event-stream;q=0", false)]
    [InlineData("*/*", false)]
    public async Task Events_ByWhatIsAccepted_AreAStreamOrAPage(string accept, bool isStream)
    {
        Run run = await CompletedAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{run.Id}/events");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using HttpResponseMessage answer = await client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);

        Assert.Equal(isStream ? "text/event-stream" : "application/json", answer.Content.Headers.ContentType?.MediaType);
        if (isStream) Assert.Equal("no", Assert.Single(answer.Headers.GetValues("X-Accel-Buffering")));
    }

    [Fact]
    public async Task Events_LastPageThatIsFull_HasNoNext()
    {
        Run run = await CompletedAsync();
        int count = (await client.EventsAsync(run.Id)).Items.Count;

        Assert.Null((await client.EventsAsync(run.Id, limit: count)).Next);
        Assert.NotNull((await client.EventsAsync(run.Id, limit: count - 1)).Next);
    }

    // As clients do that send a whole body before they read an answer.
    [Theory]
    [InlineData("/api/runs/00000000-0000-0000-0000-000000000000/predict", "image/jpeg", 40, "404")]
    [InlineData("/api/runs", "application/json", 40, "413")]
    [InlineData("/api/runs/{run}/predict", "image/jpeg", 40, "413")]
    [InlineData("/api/datasets", "text/plain", 40, "415")]
    [InlineData("/api/runs/00000000-0000-0000-0000-000000000000/pause", "text/plain", 40, "404")]
    public async Task Refusal_OfALargeBody_ReachesTheClient(string address, string type, int megabytes, string status)
    {
        if (address.Contains("{run}", StringComparison.Ordinal)) address = address.Replace("{run}", $"{(await CompletedAsync()).Id}", StringComparison.Ordinal);
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, client.Http.BaseAddress!.Port, Cancel);
        NetworkStream stream = connection.GetStream();
        string head = $"POST {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {type}\r\nContent-Length: {megabytes << 20}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), Cancel);
        byte[] megabyte = [.. Enumerable.Repeat((byte)' ', 1 << 20)];
        for (int i = 0; i < megabytes; i++) await stream.WriteAsync(megabyte, Cancel);

        using var reader = new StreamReader(stream);
        Assert.Equal(status, (await reader.ReadLineAsync(Cancel))?.Split(' ')[1]);
    }

    private async Task<Run> CompletedAsync() =>
        await client.UntilAsync((await client.SubmitAsync(RunClient.Small())).Id, RunState.Completed);

    private async Task<HttpResponseMessage> HeadAsync(string address, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, address);
        if (accept is not null) request.Headers.Accept.ParseAdd(accept);
        return await client.Http.SendAsync(request, Cancel);
    }

    private async Task<HttpResponseMessage> PostAsync(byte[] json, string type = "application/json")
    {
        using var body = new ByteArrayContent(json) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };
        return await client.Http.PostAsync("/api/runs", body, Cancel);
    }
}

/// <summary>The service as a process of its own, for all tests of a class.</summary>
public sealed class ServiceProcessFixture : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    internal ServiceProcess Service { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Service = await ServiceProcess.StartAsync(folder.Path);

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        folder.Dispose();
    }
}
