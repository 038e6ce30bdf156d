using System.Text.Json;
using CnnService.Api.Tests.Runs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace CnnService.Api.Tests.Browser;

/// <summary>A page of another port in a real browser reads, posts, streams and uses the hub where its origin is listed, and nowhere else.</summary>
public sealed class CrossOriginPageTests
{
    private const string Key = "sesame";

    // Each step answers with what it saw, or with the browser's refusal.
    private const string Script = """
        async ([base, key, spec]) => {
          const seen = {};
          const step = async (name, act) => { try { seen[name] = await act(); } catch (e) { seen[name] = `refused: ${e.name ?? e.type}`; } };
          const headers = { 'X-Api-Key': key };
          await step('read', async () => `${(await fetch(`${base}/api/datasets`, { headers })).status}`);
          let run = '00000000-0000-0000-0000-000000000000';
          await step('post', async () => {
            const answer = await fetch(`${base}/api/runs`, { method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body: spec });
            run = (await answer.json()).id;
            return `${answer.status} ${answer.headers.get('Location') === `/api/runs/${run}`}`;
          });
          await step('stream', async () => {
            const answer = await fetch(`${base}/api/runs/${run}/events`, { headers: { ...headers, Accept: 'text/event-stream' } });
            const piece = await answer.body.getReader().read();
            return new TextDecoder().decode(piece.value).split('\n')[0];
          });
          await step('hub', () => new Promise((resolve, reject) => {
            const end = String.fromCharCode(0x1e);
            const hub = new WebSocket(`${base.replace('http', 'ws')}/hubs/runs?access_token=${key}`);
            hub.onerror = reject;
            hub.onclose = reject;
            hub.onopen = () => hub.send(`{"protocol":"json","version":1}${end}{"type":4,"invocationId":"1","target":"Watch","arguments":["${run}"]}${end}`);
            hub.onmessage = message => {
              for (const text of message.data.split(end).filter(text => text.includes('"type":2'))) resolve(JSON.parse(text).item.state);
            };
          }));
          return JSON.stringify(seen);
        }
        """;

    [Theory]
    [InlineData(true, "200", "202 true", "id: 1", "queued")]
    [InlineData(false, "refused: TypeError", "refused: TypeError", "refused: TypeError", "refused: error")]
    public async Task Page_OfAnotherPort_IsServedWhereItsOriginIsListed(bool listed, string read, string post, string stream, string hub)
    {
        await using TestBrowser browser = await TestBrowser.OpenAsync();
        await using WebApplication other = await StartPageAsync();
        string origin = other.Urls.Single();
        using var folder = new TemporaryFolder();
        string[] settings = ["--Security:ApiKey", Key, "--Security:AllowedOrigins", listed ? origin : "http://127.0.0.1:1"];
        await using ServiceProcess service = await ServiceProcess.StartAsync(folder.Path, settings);

        await browser.Page.GotoAsync(origin);
        string address = service.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);
        JsonElement seen = JsonDocument.Parse(await browser.Page
            .EvaluateAsync<string>(Script, new[] { address, Key, RunClient.Small() }).WaitAsync(HangGuard.Limit, TestContext.Current.CancellationToken)).RootElement;

        Assert.Equal([read, post, stream, hub], new[] { "read", "post", "stream", "hub" }.Select(step => seen.GetProperty(step).GetString()));
    }

    private static async Task<WebApplication> StartPageAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        app.MapGet("/", () => Results.Content("<!doctype html><title>Another page</title>", "text/html"));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
