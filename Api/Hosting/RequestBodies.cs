using System.Text.Json;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace CnnService.Api.Hosting;

/// <summary>A body that an endpoint takes as it stands, for the description of the service.</summary>
/// <param name="Value">What is shown as JSON.</param>
internal sealed record BodyExample(object Value);

/// <summary>Lets "Try it out" work at once: bodies that can be sent as they stand, and forms with buttons that choose files.</summary>
internal sealed class RequestBodies : IOperationFilter
{
    private const string Form = "multipart/form-data";

    // DatasetUpload and SentPictures read their parts themselves, so no parameter tells of them.
    private static readonly OpenApiSchema DatasetForm = new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "name", "file" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["name"] = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^[a-z0-9][a-z0-9-]{0,62}$", Description = "What the dataset is to be called." },
            ["file"] = File("A .zip or .tar.gz."),
            ["resize"] = new OpenApiSchema { Type = JsonSchemaType.Boolean, Default = false, Description = "Whether pictures that are not 32x32 are scaled." },
        },
    };

    private static readonly OpenApiSchema PicturesForm = new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "file" },
        Properties = new Dictionary<string, IOpenApiSchema> { ["file"] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = File("A picture.") } },
    };

    /// <inheritdoc/>
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (operation.OperationId == "uploadDataset")
            operation.RequestBody = new OpenApiRequestBody { Required = true, Content = new Dictionary<string, OpenApiMediaType> { [Form] = new() { Schema = DatasetForm } } };
        else if (operation.RequestBody?.Content?.TryGetValue(Form, out OpenApiMediaType? form) is true)
            (form.Schema, form.Encoding) = (PicturesForm, null);

        if (context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<BodyExample>().LastOrDefault() is not { } example) return;
        foreach (OpenApiMediaType body in operation.RequestBody?.Content?.Values ?? []) body.Example = JsonSerializer.SerializeToNode(example.Value, ApiJson.Options);
    }

    private static OpenApiSchema File(string description) => new() { Type = JsonSchemaType.String, Format = "binary", Description = description };
}
