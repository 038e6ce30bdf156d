using System.Collections.Concurrent;
using CnnService.Api.Hosting;
using CnnService.Api.Runs;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CnnService.Api.Tests.Runs;

/// <summary>What a client of the hub does wrong is told to the client and not to the log.</summary>
public sealed class HubLogsTests : IDisposable
{
    private readonly ServiceApplication service = new();
    private readonly Warnings warnings = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hub_RefusedRequests_AreNoFailuresInTheLog()
    {
        await using WebApplicationFactory<Program> logged =
            service.WithWebHostBuilder(builder => builder.ConfigureLogging(logging => logging.AddProvider(warnings)));
        await using HubConnection hub = new HubConnectionBuilder()
            .WithUrl(
                new Uri(logged.Server.BaseAddress, "/hubs/runs"),
                options => options.HttpMessageHandlerFactory = _ => logged.Server.CreateHandler())
            .AddJsonProtocol(options => ApiJson.Configure(options.PayloadSerializerOptions))
            .WithServerTimeout(HangGuard.Limit)
            .Build();
        hub.HandshakeTimeout = HangGuard.Limit;
        await hub.StartAsync(Cancel);

        foreach (object?[] arguments in (object?[][])[[Guid.Empty, 0], ["no run", 0], [Guid.Empty, -1], [Guid.Empty, "first"], []])
        {
            await Assert.ThrowsAsync<HubException>(async () =>
            {
                await foreach (RunEvent unused in hub.StreamAsyncCore<RunEvent>("Watch", arguments, Cancel)) Assert.Fail($"Got {unused}.");
            });
        }

        await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync("WatchAll", 1, Cancel));

        Assert.DoesNotContain(warnings.Entries, entry => entry.Contains("SignalR", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher", true)]
    [InlineData("CnnService.Api.Runs.RunWorker", false)]
    public void Log_OfOtherExceptionsAndOfOthers_IsAsItWas(string category, bool isHub)
    {
        using var loggers = new LoggerFactory([warnings]);
        using var hubLogs = new HubLogs(loggers);
        ILogger logger = hubLogs.CreateLogger(category);

        logger.Log(LogLevel.Error, default, "refused", new HubException("Run 1 not found."), (state, _) => state);
        logger.Log(LogLevel.Error, default, "failed", new InvalidOperationException("No."), (state, _) => state);

        string[] expected = isHub ? [$"{category}: failed"] : [$"{category}: refused", $"{category}: failed"];
        Assert.Equal(expected, warnings.Entries);
    }

    public void Dispose()
    {
        service.Dispose();
        warnings.Dispose();
    }

    /// <summary>Keeps what is logged as a warning or worse.</summary>
    private sealed class Warnings : ILoggerProvider
    {
        public ConcurrentQueue<string> Entries { get; } = [];

        public ILogger CreateLogger(string categoryName) => new Log(categoryName, Entries);

        public void Dispose()
        {
        }

        private sealed class Log(string category, ConcurrentQueue<string> entries) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

            void ILogger.Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                if (IsEnabled(logLevel)) entries.Enqueue($"{category}: {formatter(state, exception)}");
            }
        }
    }
}
