using CnnService.Api.Description;
using CnnService.Api.Hosting;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace CnnService.Api.Runs;

/// <summary>Registers what runs need.</summary>
internal static class RunsSetup
{
    /// <summary>The queue, the worker, the reader of events and the hub.</summary>
    public static void AddRuns(this IServiceCollection services)
    {
        services.AddSingleton<IExamples, RunExamples>();
        services.AddSingleton<QueueBell>();
        services.AddSingleton<EventBell>();
        services.AddSingleton<RunTroubles>();
        services.AddSingleton<AskedRuns>();
        services.AddSingleton<RunNews>();
        services.AddSingleton<RunQueue>();
        services.AddSingleton<RunChecks>();
        services.AddSingleton<StartingModels>();
        services.AddSingleton<Preflights>();
        services.AddSingleton<EventReader>();
        services.AddSingleton<RunClaims>();
        services.AddSingleton<RunWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<RunWorker>());
        services.AddHealthChecks().AddCheck<RunWorkerHealth>("worker", tags: ["ready"]);
        services.AddSignalR().AddJsonProtocol(options => ApiJson.Configure(options.PayloadSerializerOptions));
        services.AddSingleton<LoggerFactory>();
        services.AddSingleton<ILoggerFactory>(provider => new HubLogs(provider.GetRequiredService<LoggerFactory>()));
        services.AddSingleton<JsonHubProtocol>();
        services.AddSingleton<IHubProtocol, RunsHubProtocol>(); // of two with one name the last one is taken
    }
}
