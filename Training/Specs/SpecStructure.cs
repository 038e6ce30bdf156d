using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CnnService.Training.Specs;

/// <summary>
/// Checks that JSON has the structure of a spec before it is read: known fields, none twice, none missing, values of the right kind. The
/// serializer would refuse the same, but in words about .NET types.
/// </summary>
internal static class SpecStructure
{
    /// <summary>InvalidInputException for the first thing that is wrong.</summary>
    public static void Check(JsonElement json, JsonTypeInfo info, string path)
    {
        if (info.PolymorphismOptions is not null) CheckObject(json, KindOf(json, info, path), path, hasType: true);
        else if (info.Kind == JsonTypeInfoKind.Object) CheckObject(json, info, path, hasType: false);
        else if (info.Kind == JsonTypeInfoKind.Enumerable) CheckList(json, info, path);
        else CheckValue(json, info.Type, path);
    }

    private static JsonTypeInfo KindOf(JsonElement json, JsonTypeInfo info, string path)
    {
        ExpectObject(json, path);
        string discriminator = info.PolymorphismOptions!.TypeDiscriminatorPropertyName;
        string known = string.Join(", ", info.PolymorphismOptions.DerivedTypes.Select(kind => kind.TypeDiscriminator));
        JsonElement[] types = [.. json.EnumerateObject().Where(property => property.Name == discriminator).Select(property => property.Value)];
        if (types.Length != 1) throw Refused(path, discriminator, $"{(types.Length == 0 ? "is missing" : "is given more than once")}; give one of {known}.");

        foreach (JsonDerivedType kind in info.PolymorphismOptions.DerivedTypes)
            if (types[0].ValueKind == JsonValueKind.String && types[0].ValueEquals((string)kind.TypeDiscriminator!)) return info.Options.GetTypeInfo(kind.DerivedType);
        throw Refused(path, discriminator, $"is {types[0].GetRawText()}, which is unknown; give one of {known}.");
    }

    private static void CheckObject(JsonElement json, JsonTypeInfo info, string path, bool hasType)
    {
        ExpectObject(json, path);
        var seen = new HashSet<string>();
        foreach (JsonProperty field in json.EnumerateObject())
        {
            if (!seen.Add(field.Name)) throw Refused(path, field.Name, "is given more than once.");
            if (hasType && field.Name == "type") continue;
            JsonPropertyInfo property = info.Properties.FirstOrDefault(p => p.Name == field.Name)
                ?? throw Refused(path, field.Name, $"is not a known field; {Known(info, hasType)}.");
            if (field.Value.ValueKind == JsonValueKind.Null) throw Refused(path, field.Name, IsRequired(property) ? "is null; give a value." : "is null; leave the field out instead.");
            CheckSize(field.Value, property, path);
            Check(field.Value, info.Options.GetTypeInfo(property.PropertyType), Join(path, field.Name));
        }

        foreach (JsonPropertyInfo property in info.Properties)
            if (!seen.Contains(property.Name) && IsRequired(property))
                throw Refused(path, property.Name, "is missing.");
    }

    private static string Known(JsonTypeInfo info, bool hasType) => info.Properties.Count == 0
        ? hasType ? "there is none but type" : "there is none"
        : $"known are {string.Join(", ", info.Properties.Select(property => property.Name))}";

    private static bool IsRequired(JsonPropertyInfo property) => property.AttributeProvider?.IsDefined(typeof(RequiredAttribute), true) == true;

    // A whole number that its field's type cannot hold is out of the field's range, too.
    private static void CheckSize(JsonElement json, JsonPropertyInfo property, string path)
    {
        if ((Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType).IsPrimitive && json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out double number) && (double.IsInteger(number) || double.IsInfinity(number))
            && property.AttributeProvider is MemberInfo member && member.GetCustomAttribute<RangeAttribute>() is { } range // of a base's property too
            && (number < Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture) || number > Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture)))
            throw Refused(path, property.Name, $"is {Describe(json)}; give a number {SpecValues.Describe(range)}.");
    }

    private static void CheckList(JsonElement json, JsonTypeInfo info, string path)
    {
        if (json.ValueKind != JsonValueKind.Array) throw Refused(path, "", $"is {Describe(json)}; give a list.");
        int index = 0;
        foreach (JsonElement item in json.EnumerateArray()) Check(item, info.Options.GetTypeInfo(info.ElementType!), $"{path}[{index++}]");
    }

    private static void CheckValue(JsonElement json, Type type, string path)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
        {
            string[] names = [.. Enum.GetValues(type).Cast<object>().Select(value => JsonSerializer.Serialize(value, type, SpecJson.Options).Trim('"'))];
            if (json.ValueKind != JsonValueKind.String || !names.Contains(json.GetString())) throw Refused(path, "", $"is {Describe(json)}; give one of {string.Join(", ", names)}.");
            return;
        }

        (bool fits, string wanted) = Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => (json.ValueKind is JsonValueKind.True or JsonValueKind.False, "true or false"),
            TypeCode.String => (json.ValueKind == JsonValueKind.String, "a text"),
            TypeCode.Int32 => (json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out _), "a whole number without point or exponent"),
            TypeCode.Int64 => (json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out _), "a whole number without point or exponent"),
            _ => (json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out double number) && double.IsFinite(number), "a number"),
        };
        if (!fits) throw Refused(path, "", $"is {Describe(json)}; give {wanted}.");
    }

    private static void ExpectObject(JsonElement json, string path)
    {
        if (json.ValueKind != JsonValueKind.Object) throw Refused(path, "", $"{(path.Length == 0 ? "the JSON " : "")}is {Describe(json)}; give an object.");
    }

    private static string Describe(JsonElement json)
    {
        const int limit = 60;
        string text = json.GetRawText();
        return text.Length <= limit ? text : string.Concat(text.AsSpan(0, limit), "...");
    }

    private static string Join(string path, string field) => path.Length == 0 || field.Length == 0 ? path + field : $"{path}.{field}";

    private static InvalidInputException Refused(string path, string field, string reason) => new(Join(path, field), reason);
}
