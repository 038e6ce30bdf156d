using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace CnnService.Api.Hosting;

/// <summary>
/// Reads a section of the configuration into its options class; what cannot be used is refused at start, naming the setting and what would
/// be right.
/// </summary>
internal static class Settings
{
    /// <summary>Registers the options of a section; the empty section is the configuration's root.</summary>
    public static void AddSettings<T>(this IServiceCollection services, string section)
        where T : class =>
        services.AddOptions<T>().Configure<IConfiguration>((options, configuration) => Read(configuration, section, options)).ValidateOnStart();

    /// <summary>Fills in the options; <see cref="StartupException"/> names the first setting that is unknown, of the wrong kind or out of range.</summary>
    public static T Read<T>(IConfiguration configuration, string section, T options)
        where T : class
    {
        if (section.Length > 0) RefuseUnknown<T>(configuration.GetSection(section));
        foreach (PropertyInfo property in typeof(T).GetProperties())
            Read(configuration.GetSection(section.Length == 0 ? property.Name : $"{section}:{property.Name}"), property, options);
        return options;
    }

    private static void RefuseUnknown<T>(IConfigurationSection section)
    {
        string[] known = [.. typeof(T).GetProperties().Select(property => property.Name)];
        foreach (IConfigurationSection setting in section.GetChildren())
            if (!known.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
                throw new StartupException($"{setting.Path} is not a known setting; known are {string.Join(", ", known.Select(name => $"{section.Path}:{name}"))}.");
    }

    private static void Read(IConfigurationSection setting, PropertyInfo property, object options)
    {
        if (setting.GetChildren().Any()) throw new StartupException($"{setting.Path} is a list or an object; give one text, with ; between several values.");
        if (setting.Value is not { } text) return;
        if (property.IsDefined(typeof(RequiredAttribute)) && string.IsNullOrWhiteSpace(text))
            throw new StartupException($"{setting.Path} is empty; give a value, or leave the setting out.");
        TypeConverter converter = TypeDescriptor.GetConverter(property.PropertyType);
        if (!converter.IsValid(text.Trim()))
            throw new StartupException($"{setting.Path} is \"{text}\"; give {(property.PropertyType == typeof(bool) ? "true or false" : "a whole number")}.");

        object value = converter.ConvertFromInvariantString(text.Trim())!;
        if (property.GetCustomAttribute<RangeAttribute>() is { } range && !range.IsValid(value))
            throw new StartupException(string.Create(CultureInfo.InvariantCulture, $"{setting.Path} is {text}; give a number from {range.Minimum:N0} to {range.Maximum:N0}."));
        property.SetValue(options, value);
    }
}
