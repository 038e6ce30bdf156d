using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
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

        foreach (string url in Urls(services))
        {
            if (IsLoopback(url) || security.ApiKey.Length > 0 || security.AllowAnonymous) continue;
            throw new StartupException(
                $"Other machines can reach {url}, and no key is set; set Security:ApiKey (environment: Security__ApiKey) to a long random text, "
                + "such as `openssl rand -hex 32` gives, or Security:AllowAnonymous to true.");
        }
    }

    /// <summary>
    /// <see cref="StartupException"/> for an address that another program uses; looked at before anything is created, as the server itself does
    /// so last of all.
    /// </summary>
    public static void CheckFree(IServiceProvider services)
    {
        if (services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>() is null) return; // a server that needs none, as in tests
        string[] endpoints = EndpointsOf(services); // they take the place of Urls
        foreach (string url in endpoints.Length > 0 ? endpoints : Urls(services))
        {
            BindingAddress address = Parse(url);
            if (address.IsUnixPipe || address.IsNamedPipe || address.Port == 0) continue;
            bool isAddress = IPAddress.TryParse(address.Host.Trim('[', ']'), out IPAddress? ip);
            IPAddress listens = isAddress ? ip! : address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback : IPAddress.Any;
            using var socket = new Socket(listens.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(listens, address.Port));
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                throw new StartupException(
                    $"Failed to bind to address {url}: address already in use. Stop the program that uses it, or choose another one: "
                    + "--Urls http://127.0.0.1:5081");
            }
            catch (SocketException e)
            {
                throw new StartupException($"The addresses in Urls cannot be listened on: {url}: {e.Message}.");
            }
        }
    }

    private static string[] Urls(IServiceProvider services)
    {
        string urls = services.GetRequiredService<IOptions<ServerOptions>>().Value.Urls;
        string[] all = [.. urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), .. EndpointsOf(services)];
        return all.Length > 0 ? all : throw Wrong(urls);
    }

    private static string[] EndpointsOf(IServiceProvider services) =>
        [.. services.GetRequiredService<IConfiguration>().GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"] ?? "")];

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
            bool hasPort = address.IsUnixPipe || address.IsNamedPipe
                || (address.Port is >= 0 and <= IPEndPoint.MaxPort && Uri.CheckHostName(address.Host) != UriHostNameType.Unknown);
            if (address.Scheme is "http" or "https" && address.PathBase.Length == 0 && (hasPort || address.Host is "*" or "+")) return address;
        }
        catch (FormatException)
        {
            // Said below, with what would be right.
        }

        throw Wrong(url);
    }

    private static StartupException Wrong(string url) =>
        new($"Urls has \"{url}\"; give addresses such as http://127.0.0.1:5080, with ; between several and ports from 0 to {IPEndPoint.MaxPort}.");
}
