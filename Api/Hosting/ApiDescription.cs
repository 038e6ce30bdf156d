using System.Reflection;
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
        app.UseSwagger();
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

        options.SupportNonNullableReferenceTypes();
        options.UseOneOfForPolymorphism();
        options.SelectSubTypesUsing(SpecKinds.Of);
        options.SelectDiscriminatorNameUsing(_ => SpecKinds.Discriminator);
        options.SelectDiscriminatorValueUsing(SpecKinds.NameOf);
        options.OperationFilter<ProblemAnswers>();
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

/// <summary>The kinds of specs that JSON tells apart by their type.</summary>
internal static class SpecKinds
{
    /// <summary>The field that names the kind.</summary>
    public const string Discriminator = "type";

    /// <summary>The kinds of an abstract spec; none for other types.</summary>
    public static IEnumerable<Type> Of(Type type) =>
        type.IsAbstract && type.Assembly == typeof(SpecJson).Assembly ? SpecJson.Options.GetTypeInfo(type).PolymorphismOptions?.DerivedTypes.Select(kind => kind.DerivedType) ?? [] : [];

    /// <summary>The name of a kind.</summary>
    public static string? NameOf(Type kind) => kind.GetCustomAttribute<SpecNameAttribute>()?.Name;
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
