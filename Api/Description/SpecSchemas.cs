using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using CnnService.Training.Specs;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace CnnService.Api.Description;

/// <summary>
/// Documents specs as JSON has them: an abstract one is one of its kinds, told apart by <c>type</c>. Nothing is ever null: what does not apply is absent.
/// </summary>
internal sealed class SpecSchemas : ISchemaFilter
{
    /// <inheritdoc/>
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema document) return;
        foreach (OpenApiSchema property in (document.Properties ?? new Dictionary<string, IOpenApiSchema>()).Values.OfType<OpenApiSchema>())
            property.Type &= ~JsonSchemaType.Null;

        if (context.Type.Assembly != typeof(SpecJson).Assembly) return;
        if (context.Type.IsAbstract && SpecJson.Options.GetTypeInfo(context.Type).PolymorphismOptions is { } kinds) DescribeKinds(document, kinds, context);
        else if (context.Type.GetCustomAttribute<SpecNameAttribute>() is { } kind) DescribeKind(document, kind.Name);
        DescribeInheritedRanges(document, context.Type);
    }

    private static void DescribeKinds(OpenApiSchema schema, JsonPolymorphismOptions kinds, SchemaFilterContext context)
    {
        var mapping = kinds.DerivedTypes.ToDictionary(
            kind => (string)kind.TypeDiscriminator!,
            kind => (OpenApiSchemaReference)context.SchemaGenerator.GenerateSchema(kind.DerivedType, context.SchemaRepository));
        (schema.Type, schema.Properties, schema.Required, schema.AdditionalPropertiesAllowed) = (null, null, null, true);
        schema.OneOf = [.. mapping.Values];
        schema.Discriminator = new OpenApiDiscriminator { PropertyName = kinds.TypeDiscriminatorPropertyName, Mapping = mapping };
    }

    private static void DescribeKind(OpenApiSchema schema, string name)
    {
        const string type = "type";
        var properties = new Dictionary<string, IOpenApiSchema> { [type] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [JsonValue.Create(name)] } };
        foreach ((string field, IOpenApiSchema property) in schema.Properties ?? new Dictionary<string, IOpenApiSchema>()) properties.Add(field, property);
        schema.Properties = properties;
        schema.Required = new HashSet<string>(schema.Required ?? new HashSet<string>()) { type };
    }

    // Swashbuckle does not see the range of a property that a kind overrides.
    private static void DescribeInheritedRanges(OpenApiSchema schema, Type kind)
    {
        foreach (PropertyInfo property in kind.GetProperties())
        {
            if (Attribute.GetCustomAttribute(property, typeof(RangeAttribute), inherit: true) is not RangeAttribute range) continue;
            string name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            if (schema.Properties is not { } fields || !fields.TryGetValue(name, out IOpenApiSchema? field) || field is not OpenApiSchema number) continue;
            number.Minimum = range.MinimumIsExclusive ? null : Text(range.Minimum);
            number.ExclusiveMinimum = range.MinimumIsExclusive ? Text(range.Minimum) : null;
            number.Maximum = range.MaximumIsExclusive ? null : Text(range.Maximum);
            number.ExclusiveMaximum = range.MaximumIsExclusive ? Text(range.Maximum) : null;
        }
    }

    private static string Text(object limit) => Convert.ToString(limit, CultureInfo.InvariantCulture)!;
}
