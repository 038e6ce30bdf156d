using System.Net;
using System.Net.Sockets;
using CnnService.Api.Description;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace CnnService.Api.Hosting;

/// <summary>What every endpoint stands on: options, logs, the data directory, security, JSON, problems, health and the API's description.</summary>
public static class HostingSetup
{
    // A client that takes less is cut, so that it does not hold a connection and its buffers for ever. What the system has buffered counts
    // as taken, and gives time: with the 4 MB that Linux buffers by itself a client that reads nothing had ten minutes, with these it has
    // one.
    private static readonly MinDataRate SlowestReader = new(bytesPerSecond: 8192, gracePeriod: TimeSpan.FromSeconds(10));
    private const int SendBufferBytes = 128 * 1024;

    /// <summary>Registers it.</summary>
    public static void AddHosting(this WebApplicationBuilder builder)
    {
        ProcessFiles.Check();
        KnownSettings.Check(builder.Configuration, Environment.GetEnvironmentVariables().Keys.Cast<string>());
        builder.AddLogs();
        IServiceCollection services = builder.Services;
        services.AddSettings<ServerOptions>("");
        services.AddSettings<SecurityOptions>("Security");
        services.AddSettings<StorageOptions>("Storage");
        services.AddSettings<TrainingOptions>("Training");
        services.AddSettings<UploadsOptions>("Uploads");
        services.AddSettings<LimitsOptions>("Limits");
        services.AddSingleton<IConnectionListenerFactory, LimitedTransport>(); // the last one that is added is taken
        services.AddSingleton<DataDirectory>();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ServiceStop>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = ServiceStop.RequestTime);
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        services.AddProblems();
        services.AddHealth();
        services.AddCrossOrigin();
        services.AddApiDescription();
        WebPage.AddTo(services);

        builder.WebHost.UseUrls(Settings.Read(builder.Configuration, "", new ServerOptions()).Urls);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            (kestrel.AddServerHeader, kestrel.Limits.MaxRequestBodySize) = (false, BodyLimits.Limit);
            kestrel.Limits.MinResponseDataRate = SlowestReader;
            MalformedRequests.Prepare(kestrel);
        });
        services.Configure<SocketTransportOptions>(sockets => sockets.CreateBoundListenSocket = endpoint =>
        {
            Socket socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            if (endpoint is IPEndPoint) socket.SendBufferSize = SendBufferBytes; // its connections inherit it
            return socket;
        });
        KeepThreadsFree();
    }

    /// <summary>Refuses to start with settings that cannot work, or are not safe.</summary>
    public static void CheckSettings(this WebApplication app)
    {
        app.Services.GetRequiredService<IStartupValidator>().Validate();
        OriginCheck.Check(app.Services.GetRequiredService<IOptions<ServerOptions>>().Value);
        CrossOrigin.Check(app.Services.GetRequiredService<IOptions<SecurityOptions>>().Value);
        ListenAddresses.Check(app.Services);
    }

    /// <summary>Puts it in front of the endpoints. What needs no key, such as the files of pages, comes before <see cref="UseKey"/>.</summary>
    public static void UseHosting(this WebApplication app)
    {
        MalformedRequests.Answer(app.Services);
        app.Use(BodyLimits.ReadOnAfterRefusals);
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseMiddleware<OriginCheck>();
        app.UseCrossOrigin();
        app.Use(BodyLimits.RefuseEncoded);
        app.Use(KeepStreamsFlowing);
        app.UseApiDescription();
        WebPage.Use(app, WebPage.Folder);
    }

    /// <summary>Asks for the key from here on, and maps the service's own endpoints.</summary>
    public static void UseKey(this WebApplication app)
    {
        app.UseMiddleware<KeyCheck>();
        app.UseMiddleware<QueryCheck>();
        app.MapHealth();
        app.MapVersion();
    }

    // nginx holds an answer back until 4 KB are full, unless it is told not to; a hub's streams too.
    private static Task KeepStreamsFlowing(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers.Accept.Any(accepted => accepted?.Contains("event-stream", StringComparison.OrdinalIgnoreCase) is true))
            context.Response.Headers["X-Accel-Buffering"] = "no";
        return next(context);
    }

    // SQLite commits on the thread that asks, and a thread that waits for the disk answers nobody: one per processor is not enough.
    private static void KeepThreadsFree()
    {
        const int waitingForTheDisk = 4; // a checkpoint, a slice of a deletion, and readers
        ThreadPool.GetMinThreads(out _, out int completionPortThreads);
        ThreadPool.SetMinThreads(Environment.ProcessorCount + waitingForTheDisk, completionPortThreads);
    }

    private static void AddProblems(this IServiceCollection services)
    {
        services.AddSingleton<IProblemDetailsWriter, ProblemWriter>();
        services.AddProblemDetails();
        services.AddExceptionHandler<ProblemHandler>();
        services.Configure<RouteHandlerOptions>(handlers => handlers.ThrowOnBadRequest = true);
        // OriginCheck looks at hosts, and answers with a problem where the framework's filter sends a page.
        services.Configure<HostFilteringOptions>(filter => filter.AllowedHosts = ["*"]);
    }
}
