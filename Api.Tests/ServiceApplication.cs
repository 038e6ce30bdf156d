using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace CnnService.Api.Tests;

/// <summary>The service in this process, over a data directory of its own that goes with it.</summary>
public sealed class ServiceApplication : WebApplicationFactory<Program>
{
    /// <summary>The data directory.</summary>
    public string DataDirectory { get; } = Directory.CreateTempSubdirectory("cnnservice-").FullName;

    /// <summary>Configuration on top of the defaults: <c>["Training:ConcurrentRuns"] = "2"</c>.</summary>
    public Dictionary<string, string> Settings { get; } = [];

    /// <inheritdoc/>
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("Storage:DataDirectory", DataDirectory);
        foreach ((string name, string value) in Settings) builder.UseSetting(name, value);
    }

    /// <inheritdoc/>
    protected override void ConfigureClient(HttpClient client)
    {
        base.ConfigureClient(client);
        client.Timeout = HangGuard.Limit;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && Directory.Exists(DataDirectory)) Directory.Delete(DataDirectory, recursive: true);
    }
}
