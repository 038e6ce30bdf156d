using System.Net;
using Microsoft.Extensions.Options;

namespace CnnService.Api.Hosting;

/// <summary>Where the service is going to listen, and whether that is safe.</summary>
internal static class ListenAddresses
{
    /// <summary><see cref="StartupException"/> for an address that is none, and for one that other machines reach while no key is set.</summary>
    public static void Check(IServiceProvider services)
    {
        SecurityOptions security = services.GetRequiredService<IOptions<SecurityOptions>>().Value;
        if (security.ApiKey.Any(c => c is < '!' or > '~'))
            throw new StartupException(
                "Security:ApiKey has characters that a header cannot carry; use letters, digits and signs of ASCII, without spaces.");

        string urls = services.GetRequiredService<IOptions<ServerOptions>>().Value.Urls;
        var endpoints = services.GetRequiredService<IConfiguration>().GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"] ?? "");
        foreach (string url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Concat(endpoints))
        {
            if (IsLoopback(url) || security.ApiKey.Length > 0 || security.AllowAnonymous) continue;
            throw new StartupException(
                $"Other machines can reach {url}, and no key is set; set Security:ApiKey (environment: Security__ApiKey) to a long random text, "
                + "such as `openssl rand -hex 32` gives, or Security:AllowAnonymous to true.");
        }
    }

    private static bool IsLoopback(string url)
    {
        BindingAddress address = Parse(url);
        return address.IsUnixPipe || address.IsNamedPipe || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(address.Host, out IPAddress? ip) && IPAddress.IsLoopback(ip));
    }

    private static BindingAddress Parse(string url)
    {
        try
        {
            BindingAddress address = BindingAddress.Parse(url);
            if (address.Scheme is "http" or "https" && address.PathBase.Length == 0) return address;
        }
        catch (FormatException)
        {
            // Said below, with what would be right.
        }

        throw new StartupException($"Urls has \"{url}\"; give addresses such as http://127.0.0.1:5080, with ; between several.");
    }
}
