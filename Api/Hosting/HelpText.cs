using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace CnnService.Api.Hosting;

/// <summary>The text of <c>--help</c>: the switches, and each setting with its default and range.</summary>
internal static class HelpText
{
    private const string Usage = """
        Trains and serves small image classifiers.

        Without a switch it serves until it is told to stop (Ctrl+C, SIGTERM).

          --demo              shows a training run and a prediction, then goes on serving
          --demo --exit       ends after them
          --verify            reads all that is stored, while the service is stopped, and names what is not as it was stored
          --health URL        asks a running service whether it is ready, as http://127.0.0.1:5080; exit code 0 or 1
          --version           prints the version
          --help              prints this

        Settings, as --Name value, as environment variables with __ for : (Training__Threads), or in appsettings.json:


        """;

    /// <summary>The whole text.</summary>
    public static string Of()
    {
        var text = new StringBuilder(Usage);
        foreach ((string section, Type options) in KnownSettings.Own)
            foreach (PropertyInfo property in options.GetProperties())
                text.AppendLine(Line(section.Length == 0 ? property.Name : $"{section}:{property.Name}", property, Activator.CreateInstance(options)!));
        return text.ToString().TrimEnd();
    }

    private static string Line(string name, PropertyInfo property, object defaults)
    {
        string value = Convert.ToString(property.GetValue(defaults), CultureInfo.InvariantCulture)!;
        string range = property.GetCustomAttribute<RangeAttribute>() is { } limits
            ? string.Create(CultureInfo.InvariantCulture, $"  ({limits.Minimum:N0} to {limits.Maximum:N0})")
            : "";
        return $"  --{name,-34}{(value.Length == 0 ? "none" : value)}{range}";
    }
}
