using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Logging.Console;

namespace CnnService.Api.Hosting;

/// <summary>
/// The names that a configuration may have. What is misspelt would otherwise be left out in silence, and the service would run with its
/// default.
/// </summary>
internal static class KnownSettings
{
    private const string Separator = "__";

    private static readonly string[] HostPrefixes = ["ASPNETCORE_", "DOTNET_"];

    /// <summary>The sections of the service's own settings with their options; the empty one is the root.</summary>
    public static readonly (string Section, Type Options)[] Own =
    [
        ("", typeof(ServerOptions)), ("Security", typeof(SecurityOptions)), ("Storage", typeof(StorageOptions)),
        ("Training", typeof(TrainingOptions)), ("Uploads", typeof(UploadsOptions)), ("Limits", typeof(LimitsOptions)),
    ];

    // What the framework reads; below other names of its own, any name is a category or an endpoint.
    private static readonly Dictionary<string, string[]> Framework = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Logging"] = ["LogLevel", "Console", "Debug", "EventSource", "EventLog"],
        ["Logging:Console"] =
        [
            "LogLevel", "FormatterName", "FormatterOptions", "LogToStandardErrorThreshold", "MaxQueueLength", "QueueFullMode",
            "DisableColors", "Format", "IncludeScopes", "TimestampFormat", "UseUtcTimestamp",
        ],
        ["Logging:Console:FormatterOptions"] =
            ["SingleLine", "UseUtcTimestamp", "TimestampFormat", "IncludeScopes", "ColorBehavior", "JsonWriterOptions"],
        ["Kestrel"] = ["Endpoints", "EndpointDefaults", "Certificates"],
    };

    // With one of the prefixes, in the environment. The framework's runtime has many more: only what looks like one of these is refused.
    private static readonly string[] Host =
    [
        "Environment", "ContentRoot", "WebRoot", "ApplicationName", "URLS", "HTTP_PORTS", "HTTPS_PORTS", "HTTPS_PORT", "DetailedErrors",
        "PreferHostingUrls", "ShutdownTimeoutSeconds", "CaptureStartupErrors", "SuppressStatusMessages", "PreventHostingStartup",
        "HostingStartupAssemblies", "HostingStartupExcludeAssemblies", "ForwardedHeaders_Enabled",
    ];

    private static readonly string[] Formatters = [ConsoleFormatterNames.Simple, ConsoleFormatterNames.Json, ConsoleFormatterNames.Systemd];

    /// <summary>The names of the first level.</summary>
    public static string[] Sections { get; } =
    [
        .. typeof(ServerOptions).GetProperties().Select(property => property.Name),
        .. Own.Select(own => own.Section).Where(section => section.Length > 0),
        .. Framework.Keys.Where(name => !name.Contains(':')), "Environment", "ContentRoot", "WebRoot", "ApplicationName",
    ];

    private static string[] Variables { get; } =
    [
        .. Own.SelectMany(own => own.Options.GetProperties().Select(
            property => own.Section.Length == 0 ? property.Name : own.Section + Separator + property.Name)),
        "Logging__LogLevel__Default", "Logging__Console__FormatterName",
    ];

    private static string[] HostVariables { get; } = [.. HostPrefixes.SelectMany(prefix => Host.Select(name => prefix + name))];

    /// <summary><see cref="StartupException"/> for the first name that is none, with the nearest that is one.</summary>
    /// <param name="configuration">The sources of the service.</param>
    /// <param name="variables">The names of the environment's variables, most of which are not the service's.</param>
    public static void Check(IConfigurationRoot configuration, IEnumerable<string> variables)
    {
        foreach (JsonConfigurationProvider file in configuration.Providers.OfType<JsonConfigurationProvider>())
            foreach (string name in file.GetChildKeys([], null).Except(["$schema"]))
                if (!Contains(Sections, name))
                    throw Unknown($"{file.Source.Path} has \"{name}\", which", Nearest(name, Sections));
        foreach (string variable in variables.Order(StringComparer.Ordinal))
            if (IsMisspelt(variable))
                throw Unknown($"The environment variable {variable}", Nearest(variable, [.. Variables, .. HostVariables]));
        foreach ((string section, string[] names) in Framework)
            foreach (IConfigurationSection setting in configuration.GetSection(section).GetChildren())
                if (!Contains(names, setting.Key))
                    throw Unknown(setting.Path, $"known are {string.Join(", ", names.Select(name => $"{section}:{name}"))}");
        CheckLogging(configuration.GetSection("Logging"));
    }

    /// <summary>
    /// Whether an environment variable is meant for this service and names no setting. Names with a double underscore belong to .NET's
    /// configurations, unless they are in capitals throughout and like none of ours; other names must be like one of ours, but for a letter
    /// or two.
    /// </summary>
    public static bool IsMisspelt(string variable)
    {
        string? prefix = HostPrefixes.FirstOrDefault(prefix => variable.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
        string name = variable[(prefix?.Length ?? 0)..].Replace(":", Separator, StringComparison.Ordinal);
        if (name.IndexOf(Separator, StringComparison.Ordinal) is int at and > 0)
        {
            (string section, string rest) = (name[..at], name[(at + Separator.Length)..]);
            if (Contains(Sections, section)) return false; // what is below is looked at with the section
            bool isPlain = section.All(char.IsAsciiLetterOrDigit) && (prefix is not null || section.Any(char.IsAsciiLetterLower));
            return isPlain || Sections.Any(known => IsLike(section, known))
                || Variables.Any(known => known.EndsWith(Separator + rest, StringComparison.OrdinalIgnoreCase));
        }

        if (Contains(Variables, name) || Contains(HostVariables, variable)) return false;
        return Variables.Any(known => IsLike(name, known)) || (prefix is not null && HostVariables.Any(known => IsLike(variable, known)));
    }

    private static void CheckLogging(IConfigurationSection logging)
    {
        string[] levels = Enum.GetNames<LogLevel>();
        foreach (IConfigurationSection section in logging.GetChildren().Prepend(logging))
            foreach (IConfigurationSection level in section.GetSection("LogLevel").GetChildren())
                if (!string.IsNullOrEmpty(level.Value) && !Enum.TryParse<LogLevel>(level.Value, ignoreCase: true, out _))
                    throw new StartupException($"{level.Path} is \"{level.Value}\"; give one of {string.Join(", ", levels)}.");

        IConfigurationSection console = logging.GetSection("Console"), formatter = console.GetSection("FormatterName");
        if (formatter.Value is { } name && !Contains(Formatters, name))
            throw new StartupException($"{formatter.Path} is \"{name}\"; give one of {string.Join(", ", Formatters)}.");
        try
        {
            console.Get<ConsoleLoggerOptions>();
            console.GetSection("FormatterOptions").Get<SimpleConsoleFormatterOptions>();
            console.GetSection("FormatterOptions").Get<JsonConsoleFormatterOptions>();
        }
        catch (InvalidOperationException e)
        {
            throw new StartupException($"{console.Path} has a value of another kind than its setting takes. {e.Message}");
        }
    }

    private static StartupException Unknown(string what, string instead) => new($"{what} is not a known setting; {instead}.");

    private static bool Contains(string[] names, string name) => names.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static string Nearest(string name, string[] known) =>
        $"the nearest is {known.MinBy(candidate => Distance(Letters(name), Letters(candidate)))}";

    // Short names are like too many others: URL is no misspelt Urls.
    private static bool IsLike(string name, string known)
    {
        (string letters, string wanted) = (Letters(name), Letters(known));
        int allowed = wanted.Length switch { < 6 => -1, < 12 => 1, _ => 2 };
        return Math.Abs(letters.Length - wanted.Length) <= allowed && Distance(letters, wanted) <= allowed;
    }

    private static string Letters(string name) => new([.. name.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant)]);

    /// <summary>Letters to add, drop or replace (Levenshtein), neighbours changed round counting as one.</summary>
    private static int Distance(string a, string b)
    {
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                d[i, j] = i + j;
                if (i == 0 || j == 0) continue;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
