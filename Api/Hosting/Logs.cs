using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Logging.Console;

namespace CnnService.Api.Hosting;

/// <summary>What is logged unless the configuration says otherwise: the service's own events, and of the framework only what is wrong.</summary>
internal static class Logs
{
    private const string FormatterName = "Logging:Console:FormatterName";
    private const string TimestampFormat = "Logging:Console:FormatterOptions:TimestampFormat";

    private static readonly Dictionary<string, string?> Defaults = new()
    {
        // Each event on one line with its UTC time.
        [FormatterName] = ConsoleFormatterNames.Simple,
        ["Logging:Console:FormatterOptions:SingleLine"] = "true",
        ["Logging:Console:FormatterOptions:UseUtcTimestamp"] = "true",
        [TimestampFormat] = "yyyy-MM-ddTHH:mm:ssZ ",
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft"] = "Warning",
        ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Information",
        // What keeps the service from starting is said once, by the program itself.
        ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = "Critical",
        // Their errors travel on as exceptions, and are logged where they are handled.
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore.Database.Command"] = "None",
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore.Database.Connection"] = "None",
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore.Database.Transaction"] = "None",
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore.Query"] = "None",
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore.Update"] = "None",
    };

    /// <summary>Puts the defaults below every other source of configuration.</summary>
    public static void AddLogs(this WebApplicationBuilder builder)
    {
        var defaults = new Dictionary<string, string?>(Defaults);
        // As a value of JSON the time has no space behind it.
        if (ConsoleFormatterNames.Json.Equals(builder.Configuration[FormatterName], StringComparison.OrdinalIgnoreCase))
            defaults[TimestampFormat] = defaults[TimestampFormat]!.TrimEnd();
        // Under systemd the hosting sets its own formatter behind the configuration's.
        if (builder.Configuration[FormatterName] is { } formatter) builder.Services.PostConfigure<ConsoleLoggerOptions>(console => console.FormatterName = formatter);
        ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = defaults });

        // Its lines hold the query, and that of the hub holds the key.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
        builder.Logging.AddFilter<ConsoleLoggerProvider>("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
    }
}
