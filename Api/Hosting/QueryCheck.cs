using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Primitives;

namespace CnnService.Api.Hosting;

/// <summary>
/// Refuses query parameters that an endpoint does not know, those without a value, and those that are given twice: one that is misspelt would
/// change nothing, and nobody would say so.
/// </summary>
internal sealed class QueryCheck(RequestDelegate next)
{
    private readonly ConcurrentDictionary<Endpoint, string[]?> known = [];

    /// <summary>Looks at one request.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.QueryString.HasValue && context.GetEndpoint() is { } endpoint && known.GetOrAdd(endpoint, NamesOf) is { } names)
        {
            foreach ((string name, StringValues values) in context.Request.Query)
            {
                if (!names.Contains(name, StringComparer.OrdinalIgnoreCase)) throw Unknown(name, names);
                if (values is [""]) throw new ProblemException(StatusCodes.Status400BadRequest, $"{name} is \"\"; give a value, or leave it out.", name);
                if (values.Count > 1) throw new ProblemException(StatusCodes.Status400BadRequest, $"{name} is given {values.Count} times; give it once.", name);
            }
        }

        return next(context);
    }

    // Null for addresses whose parameters are not those of a method, such as hubs.
    private static string[]? NamesOf(Endpoint endpoint)
    {
        IReadOnlyList<IParameterBindingMetadata> parameters = endpoint.Metadata.GetOrderedMetadata<IParameterBindingMetadata>();
        if (parameters.Count == 0 && endpoint.Metadata.GetMetadata<MethodInfo>() is null) return null;
        IEnumerable<string> inPath = endpoint is RouteEndpoint route ? route.RoutePattern.Parameters.Select(parameter => parameter.Name) : [];
        return
        [
            .. parameters.Where(parameter => (parameter.HasTryParse || parameter.ParameterInfo.ParameterType == typeof(string))
                    && !parameter.ParameterInfo.GetCustomAttributes(inherit: false).OfType<IFromHeaderMetadata>().Any())
                .Select(parameter => parameter.Name).Except(inPath),
        ];
    }

    private static ProblemException Unknown(string name, string[] names) => new(
        StatusCodes.Status400BadRequest,
        $"{name} is not a known query parameter; {(names.Length == 0 ? "this address takes none" : $"known are {string.Join(", ", names)}")}.",
        name);
}
