using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace CnnService.Training.Specs;

/// <summary>
/// The one JSON vocabulary of specs: camelCase names, kinds told apart by <c>type</c>, unknown fields refused. A new layer, model or update rule
/// joins by its <see cref="SpecNameAttribute"/> alone.
/// </summary>
public static class SpecJson
{
    private const string Discriminator = "type";

    /// <summary>How specs are written and read.</summary>
    public static JsonSerializerOptions Options { get; } = CreateOptions();

    /// <summary>Reads a spec and checks it; InvalidInputException names the field (as <c>optimizer.learningRate</c>), the value and what would be right.</summary>
    /// <param name="json">The JSON text.</param>
    public static T Read<T>(string json)
        where T : class
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return Read<T>(document.RootElement, "");
        }
        catch (JsonException e)
        {
            throw new InvalidInputException("", $"this is not JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.");
        }
    }

    /// <summary>Reads a spec from parsed JSON and checks it.</summary>
    /// <param name="json">The JSON value.</param>
    /// <param name="path">Its path, for messages; empty at the root.</param>
    public static T Read<T>(JsonElement json, string path)
        where T : class
    {
        T spec = Deserialize<T>(json, path);
        CheckValues(spec, path);
        return spec;
    }

    /// <summary>Writes a spec; equal specs give equal text.</summary>
    public static string Write<T>(T spec)
        where T : class => JsonSerializer.Serialize(spec, Options);

    /// <summary>Checks the ranges of a spec's values, also inside of it; InvalidInputException names the first at fault.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="path">Its path, for messages; empty at the root.</param>
    public static void CheckValues(object spec, string path) => SpecValues.Check(spec, path);

    /// <summary>The names of a kind's members, such as those of the layers, in ordinal order.</summary>
    internal static IReadOnlyDictionary<string, Type> KindsOf(Type abstractSpec) => new SortedDictionary<string, Type>(
        typeof(SpecJson).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(abstractSpec) && type.GetCustomAttribute<SpecNameAttribute>() is not null)
            .ToDictionary(type => type.GetCustomAttribute<SpecNameAttribute>()!.Name),
        StringComparer.Ordinal);

    private static T Deserialize<T>(JsonElement json, string path)
        where T : class
    {
        try
        {
            SpecStructure.Check(json, Options.GetTypeInfo(typeof(T)), path);
            return json.Deserialize<T>(Options)!;
        }
        catch (Exception e) when (e is InvalidOperationException or JsonException) // a parsed document's texts are decoded only when they are read
        {
            throw new InvalidInputException(BrokenText(json, path) ?? path, "is a text that is not Unicode, such as half of a surrogate pair.");
        }
    }

    // The path of the first one; null where it is a field's name.
    private static string? BrokenText(JsonElement json, string path)
    {
        try
        {
            return json.ValueKind switch
            {
                JsonValueKind.String => json.GetString() is null ? path : null,
                JsonValueKind.Array => json.EnumerateArray().Select((item, i) => BrokenText(item, $"{path}[{i}]")).FirstOrDefault(found => found is not null),
                JsonValueKind.Object => json.EnumerateObject()
                    .Select(field => BrokenText(field.Value, path.Length == 0 ? field.Name : $"{path}.{field.Name}")).FirstOrDefault(found => found is not null),
                _ => null,
            };
        }
        catch (InvalidOperationException)
        {
            return json.ValueKind == JsonValueKind.String ? path : null;
        }
    }

    private static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            AllowOutOfOrderMetadataProperties = true,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            NumberHandling = JsonNumberHandling.Strict,
            PropertyNameCaseInsensitive = false,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { AddKinds } },
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.MakeReadOnly();
        return options;
    }

    private static void AddKinds(JsonTypeInfo info)
    {
        if (!info.Type.IsAbstract || info.Type.Assembly != typeof(SpecJson).Assembly) return;
        info.PolymorphismOptions = new JsonPolymorphismOptions { TypeDiscriminatorPropertyName = Discriminator };
        foreach ((string name, Type type) in KindsOf(info.Type)) info.PolymorphismOptions.DerivedTypes.Add(new JsonDerivedType(type, name));
    }
}
