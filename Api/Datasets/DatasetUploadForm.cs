using CnnService.Api.Description;
using CnnService.Training.Datasets;
using Microsoft.OpenApi;

namespace CnnService.Api.Datasets;

/// <summary>Describes the parts of an upload, which the endpoint reads from the body itself.</summary>
internal sealed class DatasetUploadForm : IBodyDescription
{
    /// <inheritdoc/>
    public void Describe(OpenApiOperation operation)
    {
        var form = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Required = new HashSet<string> { "name", "file" },
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["name"] = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^[a-z0-9][a-z0-9-]{0,62}$", Description = "The name that the dataset is to have.", Examples = ["pets"] },
                ["file"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary", Description = "A .zip, .tar or .tar.gz, known by its bytes." },
                ["size"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Integer,
                    Description = "The height and width of the dataset's images in pixels, and so of what its networks see.",
                    Minimum = $"{Dataset.SmallestSize}",
                    Maximum = $"{Dataset.LargestSize}",
                    Default = Dataset.DefaultSize,
                },
                ["resize"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Description = "The way to bring pictures of other sizes to the dataset's: squash (or true) changes their proportions, crop takes the square in the middle, "
                        + "pad fills up with the background. false refuses them. Predict does the same.",
                    Enum = ["false", "true", "squash", "crop", "pad"],
                    Default = "false",
                },
                ["background"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Description = "The colour that transparent pixels lie on: black, white or #rrggbb.",
                    Default = "black",
                },
                ["names"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Description = "The code page of all entries' names that the archive does not mark as UTF-8, such as ibm866 or shift_jis. If not given, it is "
                        + "found by the names that cannot be UTF-8; what can be UTF-8 is read so, but in a .zip whose other names are surely in one of the old code pages.",
                    Examples = ["ibm866"],
                },
            },
        };
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType> { ["multipart/form-data"] = new() { Schema = form } },
        };
    }
}
