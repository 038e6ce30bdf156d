using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace CnnService.Api.Hosting;

/// <summary>
/// Closes connections above a number that leaves files for the rest: a process that may open none more can load no library and reach no
/// database. They are closed where they are accepted, before the next one is, and counted for as long as they last, WebSockets included;
/// Kestrel's own limit counts those apart, and closes later than it accepts.
/// </summary>
internal sealed partial class LimitedTransport(
    IOptions<SocketTransportOptions> sockets, IOptions<LimitsOptions> limits, ILoggerFactory loggers, ILogger<LimitedTransport> log)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory transport = new(sockets, loggers);
    private readonly int most = Most(limits.Value.Connections, ProcessFiles.Limit, ProcessFiles.Open);
    private int open;
    private bool refusing;

    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => transport.CanBind(endpoint);

    /// <inheritdoc/>
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await transport.BindAsync(endpoint, cancellationToken), this);

    /// <summary>
    /// The number: as configured, or half of the files that a process has left when it begins to listen; the rest is for databases,
    /// datasets and libraries.
    /// </summary>
    internal static int Most(int configured, long files, long inUse)
    {
        long half = Math.Max(1, (files - inUse) / 2);
        if (configured > half)
            throw new StartupException(string.Create(CultureInfo.InvariantCulture,
                $"Limits:Connections is {configured}, and this process may open {files} files, enough for {half} connections; ")
                + "give at most that, or let it open more (ulimit -n).");
        return configured > 0 ? configured : (int)Math.Min(half, int.MaxValue);
    }

    private bool TryEnter(ConnectionContext connection)
    {
        if (Interlocked.Increment(ref open) <= most)
        {
            connection.ConnectionClosed.UnsafeRegister(_ => Interlocked.Decrement(ref open), null);
            refusing = false;
            return true;
        }

        Interlocked.Decrement(ref open);
        if (!refusing) LogRefusing(most);
        return !(refusing = true);
    }

    [LoggerMessage(
        LogLevel.Warning,
        "{Most} connections are open, and more are refused; raise Limits:Connections, or the number of files that the process may open.")]
    private partial void LogRefusing(int most);

    private sealed class Listener(IConnectionListener inner, LimitedTransport limit) : IConnectionListener
    {
        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await inner.AcceptAsync(cancellationToken) is { } connection)
            {
                if (limit.TryEnter(connection)) return connection;
                connection.Abort(new ConnectionAbortedException("Too many connections are open."));
                await connection.DisposeAsync();
            }

            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}

/// <summary>The numbers of files, sockets included, that this process may open, and has open.</summary>
internal static class ProcessFiles
{
    // Where the system does not say: what Windows and macOS carry without being asked.
    private const long LimitElsewhere = 4096, OpenElsewhere = 512;

    // With all that it loads the service has about 320 open; the rest is for its database, its datasets and a hundred connections.
    private const long Least = 512;

    private const string LimitsFile = "/proc/self/limits", OpenFolder = "/proc/self/fd", LimitName = "Max open files";

    /// <summary>The most that may be open: the soft limit, which the runtime has raised to the hard one.</summary>
    public static long Limit
    {
        get
        {
            if (!File.Exists(LimitsFile)) return LimitElsewhere;
            string line = File.ReadLines(LimitsFile).First(line => line.StartsWith(LimitName, StringComparison.Ordinal));
            string soft = line[LimitName.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
            return long.TryParse(soft, CultureInfo.InvariantCulture, out long limit) ? limit : int.MaxValue; // "unlimited"
        }
    }

    /// <summary>Those that are open.</summary>
    public static long Open => Directory.Exists(OpenFolder) ? Directory.EnumerateFileSystemEntries(OpenFolder).LongCount() : OpenElsewhere;

    /// <summary><see cref="StartupException"/> where there are fewer than the service needs.</summary>
    public static void Check()
    {
        if (Limit < Least)
            throw new StartupException($"This process may open {Limit} files; the service needs at least {Least} (ulimit -n).");
    }
}
