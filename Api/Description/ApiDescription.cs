using System.Reflection;
using System.Text.Json.Nodes;
using CnnService.Api.Hosting;
using CnnService.Training.Specs;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace CnnService.Api.Description;

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
        app.UseWhen(
            http => http.Request.Path.StartsWithSegments("/swagger") && !HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method),
            others => others.Run(http =>
            {
                (http.Response.StatusCode, http.Response.Headers.Allow) = (StatusCodes.Status405MethodNotAllowed, "GET, HEAD");
                return Task.CompletedTask;
            }));
        app.UseSwagger(document =>
        {
            document.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            document.PreSerializeFilters.Add((api, request) =>
            {
                api.Servers = [new OpenApiServer { Url = "../.." }]; // from the document's own address, whatever a proxy puts before it
                foreach (IExamples examples in request.HttpContext.RequestServices.GetServices<IExamples>()) examples.Fill(api);
            });
        });
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
        options.SchemaFilter<RecordSchemas>();
        options.OperationFilter<Operations>();
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

/// <summary>Puts what is there now in the place of a document's examples, so that each operation works as it opens.</summary>
internal interface IExamples
{
    /// <summary>Fills in the examples that it has.</summary>
    void Fill(OpenApiDocument document);
}

/// <summary>Sets examples.</summary>
internal static class ExampleParameters
{
    /// <summary>Sets the example of a parameter in each operation that requires it.</summary>
    public static void SetExample(this OpenApiDocument document, string name, Func<OpenApiOperation, JsonNode> example)
    {
        foreach (OpenApiOperation operation in document.Paths.Values.SelectMany(path => path.Operations?.Values ?? Enumerable.Empty<OpenApiOperation>()))
            if (operation.Parameters?.FirstOrDefault(known => known.Name == name && known.Required) is OpenApiParameter parameter)
                parameter.Example = example(operation);
    }
}
