using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using CnnService.Api.Hosting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace CnnService.Api.Description;

/// <summary>Metadata of an endpoint that tells the body that it takes, where no parameter of its handler does.</summary>
internal interface IBodyDescription
{
    /// <summary>Sets <see cref="OpenApiOperation.RequestBody"/>, or changes it.</summary>
    void Describe(OpenApiOperation operation);
}

/// <summary>A JSON body that can be sent as it stands.</summary>
/// <param name="Value">The example.</param>
internal sealed record BodyExample(object Value) : IBodyDescription
{
    /// <inheritdoc/>
    public void Describe(OpenApiOperation operation)
    {
        foreach (OpenApiMediaType body in operation.RequestBody?.Content?.Values ?? []) body.Example = JsonSerializer.SerializeToNode(Value, ApiJson.Options);
    }
}

/// <summary>The statuses of the problems that an endpoint answers with, besides those of all endpoints.</summary>
/// <param name="Statuses">HTTP statuses, 400 to 599.</param>
internal sealed record Refusals(int[] Statuses);

/// <summary>Says it of endpoints.</summary>
internal static class RefusalsOfEndpoints
{
    /// <summary>Adds to the statuses of the problems that these endpoints answer with.</summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder endpoints, params int[] statuses)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(new Refusals(statuses));
}

/// <summary>
/// Completes what the handlers' signatures tell of each operation: parameters get the words of <see cref="DescriptionAttribute"/> and the values of
/// <see cref="AllowedValuesAttribute"/>, bodies theirs by <see cref="IBodyDescription"/>, problems by <see cref="Refusals"/>.
/// </summary>
internal sealed class Operations : IOperationFilter
{
    private const string ProblemJson = ProblemWriter.MediaType;

    private static readonly Dictionary<int, string> Words = new()
    {
        [400] = "A field, a parameter or the body is malformed or out of range, or not known.",
        [401] = "The key is missing or wrong.",
        [403] = "The page that asks is of an origin that is not allowed.",
        [404] = "There is no such thing.",
        [409] = "The state of the thing does not allow it, or its name is taken.",
        [413] = "The body is too large.",
        [415] = "The body has a Content-Type that is not taken.",
        [412] = "What is there has another ETag than the request asks for.",
        [416] = "The content does not have the range that is asked for.",
        [422] = "The Idempotency-Key came with another body before.",
        [429] = "Too many runs wait.",
        [500] = "Something that was stored is missing or damaged; the answer says what helps.",
        [503] = "The database is busy or the disk full, or the service stops; Retry-After tells when to ask again.",
        [507] = "The disk has not enough space.",
    };

    /// <inheritdoc/>
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        IList<object> metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        foreach (ApiParameterDescription parameter in context.ApiDescription.ParameterDescriptions)
            if (operation.Parameters?.FirstOrDefault(known => known.Name == parameter.Name) is OpenApiParameter described) Describe(described, parameter);
        foreach (IBodyDescription body in metadata.OfType<IBodyDescription>()) body.Describe(operation);

        IOpenApiSchema schema = context.SchemaGenerator.GenerateSchema(typeof(HttpValidationProblemDetails), context.SchemaRepository);
        operation.Responses ??= [];
        foreach (int status in StatusesOf(context.ApiDescription, metadata).Order())
            operation.Responses[$"{status}"] = new OpenApiResponse
            {
                Description = Words[status],
                Content = new Dictionary<string, OpenApiMediaType> { [ProblemJson] = new() { Schema = schema } },
            };
    }

    // All look at their query, most at the database; where something can be changed, the origin counts.
    private static HashSet<int> StatusesOf(Microsoft.AspNetCore.Mvc.ApiExplorer.ApiDescription endpoint, IList<object> metadata)
    {
        HashSet<int> statuses = [400, .. metadata.OfType<Refusals>().SelectMany(refusals => refusals.Statuses)];
        if (!metadata.OfType<IAllowAnonymous>().Any()) statuses.Add(401);
        if (endpoint.HttpMethod != "GET") statuses.Add(403);
        return statuses;
    }

    private static void Describe(OpenApiParameter described, ApiParameterDescription parameter)
    {
        if ((parameter.ParameterDescriptor as IParameterInfoParameterDescriptor)?.ParameterInfo is not { } info) return;
        described.Description = info.GetCustomAttribute<DescriptionAttribute>()?.Description ?? described.Description;
        if (described.Schema is not OpenApiSchema schema) return;
        schema.Type &= ~JsonSchemaType.Null; // what does not apply is left out
        if (info.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed) schema.Enum = [.. allowed.Values.Select(value => JsonValue.Create($"{value}"))];
        if (info.GetCustomAttribute<RangeAttribute>() is { } range) (schema.Minimum, schema.Maximum) = ($"{range.Minimum}", $"{range.Maximum}");
    }
}
