using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.Options;

namespace CnnService.Api.Hosting;

/// <summary>What every endpoint stands on: options, logs, the data directory, security, JSON, problems, health and the API's description.</summary>
public static class HostingSetup
{
    private const long BodyLimit = 64 * 1024;

    // Below the 10 seconds that those who stop services commonly wait before they kill.
    private static readonly TimeSpan ShutdownTime = TimeSpan.FromSeconds(8);

    /// <summary>Registers it.</summary>
    public static void AddHosting(this WebApplicationBuilder builder)
    {
        builder.AddLogs();
        IServiceCollection services = builder.Services;
        services.AddSettings<ServerOptions>("");
        services.AddSettings<SecurityOptions>("Security");
        services.AddSettings<StorageOptions>("Storage");
        services.AddSettings<TrainingOptions>("Training");
        services.AddSettings<UploadsOptions>("Uploads");
        services.AddSingleton<DataDirectory>();
        services.AddSingleton(TimeProvider.System);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTime);
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        services.AddProblems();
        services.AddHealth();
        services.AddApiDescription();

        builder.WebHost.UseUrls(Settings.Read(builder.Configuration, "", new ServerOptions()).Urls);
        builder.WebHost.ConfigureKestrel(kestrel => (kestrel.AddServerHeader, kestrel.Limits.MaxRequestBodySize) = (false, BodyLimit));
    }

    /// <summary>Refuses to start with settings that can not work, or are not safe.</summary>
    public static void CheckSettings(this WebApplication app)
    {
        app.Services.GetRequiredService<IStartupValidator>().Validate();
        ListenAddresses.Check(app.Services);
    }

    /// <summary>Puts it in front of the endpoints. What needs no key, such as the files of pages, comes before <see cref="UseKey"/>.</summary>
    public static void UseHosting(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseMiddleware<OriginCheck>();
        app.UseApiDescription();
    }

    /// <summary>Asks for the key from here on, and maps the service's own endpoints.</summary>
    public static void UseKey(this WebApplication app)
    {
        app.UseMiddleware<KeyCheck>();
        app.MapHealth();
        app.MapVersion();
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
