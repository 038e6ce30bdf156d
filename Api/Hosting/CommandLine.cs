namespace CnnService.Api.Hosting;

/// <summary>The program's arguments: its own switches, and what is left for the configuration, which would take a switch without a value for a name.</summary>
/// <param name="Configuration">Pairs <c>--Name value</c> or <c>--Name=value</c>.</param>
/// <param name="HealthAddress">With <c>--health URL</c>: the address to ask instead of serving, for containers without a shell or curl.</param>
/// <param name="Demo">With <c>--demo</c>: whether to show a run and a prediction after the start.</param>
/// <param name="Exit">With <c>--exit</c> beside <c>--demo</c>: whether to end after it.</param>
/// <param name="Verify">With <c>--verify</c>: whether to verify the data directory instead of serving.</param>
/// <param name="Print">With <c>--help</c> or <c>--version</c>: the text to print instead of serving; null otherwise.</param>
internal sealed record CommandLine(string[] Configuration, Uri? HealthAddress, bool Demo, bool Exit, bool Verify, string? Print)
{
    private const string HealthSwitch = "health", DemoSwitch = "demo", ExitSwitch = "exit", VerifySwitch = "verify", HelpSwitch = "help", VersionSwitch = "version";
    private static readonly string[] WithoutValue = [DemoSwitch, ExitSwitch, VerifySwitch, HelpSwitch, VersionSwitch];

    /// <summary>Tells the arguments apart; <see cref="StartupException"/> for one that means nothing.</summary>
    public static CommandLine Parse(string[] args)
    {
        var configuration = new List<string>();
        var switches = new HashSet<string>();
        Uri? health = null;
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] is "-h" or "-?" or "/?") args[i] = $"--{HelpSwitch}";
            if (!args[i].StartsWith("--", StringComparison.Ordinal)) throw new StartupException($"The argument {args[i]} is not understood; settings are given as --Name value.");
            (string name, string? value) = args[i][2..].Split('=', 2) is [var before, var after] ? (before, after) : (args[i][2..], null);
            if (value is null && WithoutValue.Contains(name))
            {
                switches.Add(name);
                continue;
            }

            value ??= i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal) ? args[++i] : null;
            if (name == HealthSwitch) health = Address(value);
            else configuration.Add($"--{Known(name)}={value ?? throw new StartupException($"The setting --{name} needs a value: --{name} value.")}");
        }

        (bool demo, bool exit) = (switches.Contains(DemoSwitch), switches.Contains(ExitSwitch));
        if (exit && !demo) throw new StartupException($"--{ExitSwitch} belongs to --{DemoSwitch}: give both, or neither.");
        if (demo) configuration.InsertRange(0, ["--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Warning"]); // the demo's own lines are what is to be seen
        string? print = switches.Contains(HelpSwitch) ? HelpText.Of() : switches.Contains(VersionSwitch) ? VersionApi.Version : null;
        return new CommandLine([.. configuration], health, demo, exit, switches.Contains(VerifySwitch), print);
    }

    private static string Known(string name) => KnownSettings.Sections.Contains(name.Split(':')[0], StringComparer.OrdinalIgnoreCase)
        ? name
        : throw new StartupException(
            $"The switch --{name} is unknown; known are --{DemoSwitch}, --{ExitSwitch}, --{VerifySwitch}, --{HealthSwitch} URL, --{HelpSwitch}, --{VersionSwitch}, "
            + $"and the settings of {string.Join(", ", KnownSettings.Sections)}.");

    // Of an address without a path, its readiness is asked for.
    private static Uri Address(string? value) => Uri.TryCreate(value, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
        ? address.AbsolutePath == "/" ? new Uri(address, "healthz/ready") : address
        : throw new StartupException($"--{HealthSwitch} needs an address, such as --{HealthSwitch} http://127.0.0.1:5080.");
}
