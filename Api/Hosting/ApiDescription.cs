using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using CnnService.Training;
using Microsoft.AspNetCore.Authorization;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace CnnService.Api.Hosting;

/// <summary>The OpenAPI document of the service, and the page (Swagger UI) that shows it.</summary>
internal static class ApiDescription
{
    private const string KeyScheme = "ApiKey";

    /// <summary>Registers the document.</summary>
    public static void AddApiDescription(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        services.AddTransient<ISerializerDataContractResolver>(_ => new JsonSerializerDataContractResolver(ApiJson.Options));
        services.AddSwaggerGen(Configure);
    }

    /// <summary>Serves document and page under /swagger, without a key: the page asks for it.</summary>
    public static void UseApiDescription(this WebApplication app)
    {
        app.UseSwagger(document => document.PreSerializeFilters.Add((api, _) =>
            api.Servers = [new OpenApiServer { Url = "../.." }])); // from the document's own address, whatever a proxy puts before it
        app.UseSwaggerUI(page =>
        {
            page.DocumentTitle = "CnnService";
            page.SwaggerEndpoint("v1/swagger.json", "CnnService");
            page.EnablePersistAuthorization();
        });
    }

    private static void Configure(SwaggerGenOptions options)
    {
        options.SwaggerDoc("v1", new OpenApiInfo
        {
            Title = "CnnService",
            Version = typeof(ApiDescription).Assembly.GetName().Version!.ToString(3),
            Description = "Trains and serves small image classifiers.",
        });
        foreach (Assembly assembly in (Assembly[])[typeof(ApiDescription).Assembly, typeof(SpecJson).Assembly])
        {
            string comments = Path.ChangeExtension(assembly.Location, ".xml");
            if (File.Exists(comments)) options.IncludeXmlComments(comments);
        }

        options.DocInclusionPredicate((_, endpoint) => endpoint.HttpMethod != "HEAD"); // as GET, which is there
        options.SupportNonNullableReferenceTypes();
        options.SchemaFilter<SpecSchemas>();
        options.OperationFilter<ProblemAnswers>();
        options.OperationFilter<RequestBodies>();
        options.AddSecurityDefinition(KeyScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = KeyCheck.Header,
            Description = "The service's Security:ApiKey, where one is set.",
        });
        options.AddSecurityRequirement(document => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(KeyScheme, document)] = [] });
    }
}

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

/// <summary>Documents that every operation may answer with a problem, and what its error statuses carry.</summary>
internal sealed class ProblemAnswers : IOperationFilter
{
    private const string ProblemJson = "application/problem+json";

    /// <inheritdoc/>
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        operation.Responses ??= [];
        bool open = context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<IAllowAnonymous>().Any();
        if (!open) operation.Responses.TryAdd("401", new OpenApiResponse { Description = "The key is missing or wrong." });
        operation.Responses.TryAdd("default", new OpenApiResponse { Description = "A problem: what is wrong, and what would be right." });

        IOpenApiSchema schema = context.SchemaGenerator.GenerateSchema(typeof(HttpValidationProblemDetails), context.SchemaRepository);
        foreach ((string status, IOpenApiResponse response) in operation.Responses)
            if ((status == "default" || status.StartsWith('4') || status.StartsWith('5')) && response is OpenApiResponse answer)
                answer.Content = new Dictionary<string, OpenApiMediaType> { [ProblemJson] = new() { Schema = schema } };
    }
}
