using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace CnnService.Api.Hosting;

/// <summary>
/// Refuses requests under a name that is not the service's own (400: a foreign name that resolves here lets other pages read answers), and
/// from pages of another origin (403), where they could change something or listen at the hub. Health answers under any name, as those who
/// watch the service from its own machine or container ask 127.0.0.1 and get a word that tells nothing else.
/// </summary>
internal sealed class OriginCheck(RequestDelegate next, IOptions<ServerOptions> server, IOptions<SecurityOptions> security)
{
    private readonly StringSegment[] hosts = [.. server.Value.Hosts.Select(host => new StringSegment(host))];
    private readonly string[] origins = security.Value.Origins;

    /// <summary><see cref="StartupException"/> for a listed name with a port: a name is allowed under any.</summary>
    public static void Check(ServerOptions server)
    {
        if (server.Hosts.FirstOrDefault(host => new HostString(host).Port is not null) is { } host)
            throw new StartupException($"AllowedHosts has \"{host}\"; give names without ports, with ; between several.");
    }

    /// <summary>Looks at one request.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (!IsHealth(request) && !hosts.Contains("*") && !(request.Host.HasValue && HostString.MatchesAny(request.Host.Value, hosts)))
            throw new ProblemException(StatusCodes.Status400BadRequest, request.Host.HasValue
                ? $"The host \"{request.Host.Host}\" is not a name of this service; add it to AllowedHosts."
                : "The request names no host; send the header Host with a name of this service.");

        bool isPreflight = request.Method == "OPTIONS" && request.Headers.AccessControlRequestMethod.Count > 0;
        bool harmless = request.Method is "GET" or "HEAD" or "OPTIONS" or "TRACE" && !isPreflight;
        if ((!harmless || Hubs.Contain(request)) && request.Headers.Origin is { Count: > 0 } origin && !IsAllowed(origin.ToString(), request.Host))
            throw new ProblemException(StatusCodes.Status403Forbidden, origin == "null"
                ? "A page that was opened from a file, or hides where it is from, may not use this service; serve it by HTTP from an origin in Security:AllowedOrigins."
                : $"Pages of {origin} may not use this service; add the origin to Security:AllowedOrigins.");
        return next(context);
    }

    private static bool IsHealth(HttpRequest request) => request.Path.StartsWithSegments("/healthz", StringComparison.OrdinalIgnoreCase);

    private bool IsAllowed(string origin, HostString own) => origins.Contains(origin, StringComparer.OrdinalIgnoreCase)
        || (Uri.TryCreate(origin, UriKind.Absolute, out Uri? page) && page.Scheme is "http" or "https"
            && page.Host.Equals(own.Host, StringComparison.OrdinalIgnoreCase) && page.Port == (own.Port ?? (page.Scheme == "http" ? 80 : 443)));
}

/// <summary>Refuses requests without the key (401), where one is set. Endpoints that allow anonymous use stay open.</summary>
internal sealed class KeyCheck(RequestDelegate next, IOptions<SecurityOptions> security)
{
    /// <summary>The header that carries the key.</summary>
    public const string Header = "X-Api-Key";

    private readonly byte[]? expected = security.Value.ApiKey.Length == 0 ? null : Hash(security.Value.ApiKey);

    /// <summary>Looks at one request.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        if (expected is null || context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null) return next(context);

        // Hashes have one length, so the comparison tells nothing about that of the key.
        if (KeyOf(context.Request) is { } key && CryptographicOperations.FixedTimeEquals(Hash(key), expected)) return next(context);
        throw new ProblemException(
            StatusCodes.Status401Unauthorized, $"A key is needed, and this request has none or a wrong one; send the service's Security:ApiKey in the header {Header}.");
    }

    // Browsers can give no header of their own to a WebSocket; the hub's clients have access_token and the Bearer form instead.
    private static string? KeyOf(HttpRequest request)
    {
        const string bearer = "Bearer ";
        if (request.Headers[Header] is [{ } key]) return key;
        if (!Hubs.Contain(request)) return null;
        if (request.Query["access_token"] is [{ } token]) return token;
        return request.Headers.Authorization is [{ } value] && value.StartsWith(bearer, StringComparison.OrdinalIgnoreCase) ? value[bearer.Length..] : null;
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}

/// <summary>The addresses of hubs.</summary>
internal static class Hubs
{
    /// <summary>Whether a request goes to one.</summary>
    public static bool Contain(HttpRequest request) => request.Path.StartsWithSegments("/hubs", StringComparison.OrdinalIgnoreCase);
}
