using CnnService.Api.Description;
using Microsoft.OpenApi;

namespace CnnService.Api.Models;

/// <summary>
/// Describes a body that is a picture or a form of pictures, which the endpoint reads itself, as the framework refuses other types without words.
/// </summary>
internal sealed class PictureBodies : IBodyDescription
{
    /// <inheritdoc/>
    public void Describe(OpenApiOperation operation)
    {
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
