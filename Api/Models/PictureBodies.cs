using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace CnnService.Api.Models;

/// <summary>
/// Marks an endpoint whose body is a picture or a form of pictures. It is not the framework's own mark, as that refuses other types without words.
/// </summary>
internal sealed class TakesPictures;

/// <summary>Describes the bodies of such endpoints, so that Swagger UI offers to choose files.</summary>
internal sealed class PictureBodies : IOperationFilter
{
    /// <inheritdoc/>
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (!context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<TakesPictures>().Any()) return;
        var file = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
        var files = new OpenApiSchema { Type = JsonSchemaType.Array, Items = file, MinItems = 1, MaxItems = SentPictures.MostPictures };
        var form = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = new Dictionary<string, IOpenApiSchema> { ["file"] = files },
            Required = new HashSet<string> { "file" },
        };
        var body = new OpenApiRequestBody { Required = true, Content = new Dictionary<string, OpenApiMediaType> { ["multipart/form-data"] = new() { Schema = form } } };
        foreach (string type in SentPictures.ContentTypes) body.Content[type] = new OpenApiMediaType { Schema = file };
        operation.RequestBody = body;
    }
}
