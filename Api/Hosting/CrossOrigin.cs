using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace CnnService.Api.Hosting;

/// <summary>
/// Lets pages of the listed origins (Security:AllowedOrigins) use the service from a browser: their preflights are answered before the key is
/// asked for, as browsers send none with them. Other origins get no header, and their browser keeps the answer from them.
/// </summary>
internal static class CrossOrigin
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "DELETE"];

    // Of the API, of event streams, of ranges and tags, and of SignalR's client.
    private static readonly string[] Headers =
    [
        "Content-Type", KeyCheck.Header, "Idempotency-Key", "Last-Event-ID", "Range", "If-None-Match", "Authorization", "X-Requested-With",
        "X-SignalR-User-Agent",
    ];

    /// <summary>Registers it.</summary>
    public static void AddCrossOrigin(this IServiceCollection services)
    {
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<SecurityOptions>>((cors, security) => cors.AddDefaultPolicy(policy => policy
            .WithOrigins(security.Value.Origins).WithMethods(Methods).WithHeaders(Headers).WithExposedHeaders("Location", "ETag", "Retry-After")
            .AllowCredentials())); // SignalR's client sends them
    }

    /// <summary>Puts it in front of what needs the key.</summary>
    public static void UseCrossOrigin(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<SecurityOptions>>().Value.Origins.Length == 0) return;
        app.Use((context, next) =>
        {
            context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Origin); // also of answers to nobody's page, which a cache may keep
            return next(context);
        });
        app.UseCors();
    }

    /// <summary><see cref="StartupException"/> for a listed origin that is none.</summary>
    public static void Check(SecurityOptions security)
    {
        foreach (string origin in security.Origins)
            if (!Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https") || !uri.GetLeftPart(UriPartial.Authority).Equals(origin, StringComparison.OrdinalIgnoreCase))
                throw new StartupException($"Security:AllowedOrigins has \"{origin}\"; give origins such as https://app.example:8443, with ; between several.");
    }
}
