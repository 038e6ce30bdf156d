using System.Reflection;
using System.Text.Json;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace CnnService.Api.Description;

/// <summary>
/// Says of the records of answers that what their constructors take is there, unless it may be null: Swashbuckle knows it of required properties alone.
/// </summary>
internal sealed class RecordSchemas : ISchemaFilter
{
    /// <inheritdoc/>
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema { Properties: { Count: > 0 } properties } document || context.Type.Assembly != typeof(RecordSchemas).Assembly) return;
        var nullability = new NullabilityInfoContext();
        IEnumerable<string> there = (context.Type.GetConstructors() is [{ } constructor] ? constructor.GetParameters() : [])
            .Where(parameter => !parameter.HasDefaultValue && nullability.Create(parameter).WriteState != NullabilityState.Nullable)
            .Select(parameter => JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!)).Where(properties.ContainsKey);
        document.Required = new HashSet<string>([.. document.Required ?? new HashSet<string>(), .. there]);
    }
}
