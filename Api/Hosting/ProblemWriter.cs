using System.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace CnnService.Api.Hosting;

/// <summary>Writes every problem document, whatever the request accepts: with type, title, status, detail and trace id, and words where the framework has none.</summary>
internal sealed class ProblemWriter : IProblemDetailsWriter
{
    /// <summary>The media type of problem documents.</summary>
    public const string MediaType = "application/problem+json";

    /// <inheritdoc/>
    public bool CanWrite(ProblemDetailsContext context) => true;

    /// <inheritdoc/>
    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        (HttpContext http, ProblemDetails problem) = (context.HttpContext, context.ProblemDetails);
        Complete(problem, http);
        // Without a token of its own the call takes a client that has gone in silence.
        return new ValueTask(http.Response.WriteAsJsonAsync(problem, problem.GetType(), ApiJson.Options, MediaType, CancellationToken.None));
    }

    /// <summary>Gives a problem each member that it has not.</summary>
    public static void Complete(ProblemDetails problem, HttpContext http)
    {
        problem.Status ??= http.Response.StatusCode;
        ProblemDetails defaults = TypedResults.Problem(statusCode: problem.Status).ProblemDetails;
        problem.Type ??= defaults.Type ?? "about:blank";
        problem.Title ??= defaults.Title ?? "Error";
        problem.Detail ??= DetailOf(http, problem.Status.Value);
        problem.Extensions["traceId"] = Activity.Current?.Id ?? http.TraceIdentifier;
    }

    private static string DetailOf(HttpContext http, int status) => status switch
    {
        StatusCodes.Status400BadRequest => "The request is malformed.",
        StatusCodes.Status404NotFound => "There is nothing at this address, or an id in it is none; /swagger lists the addresses.",
        StatusCodes.Status405MethodNotAllowed => $"This address does not take {http.Request.Method}; it takes {http.Response.Headers.Allow}.",
        StatusCodes.Status413PayloadTooLarge => "The body is larger than this address takes.",
        StatusCodes.Status415UnsupportedMediaType => $"This address does not take {http.Request.ContentType ?? "a body without Content-Type"}; "
            + "give the header Content-Type: application/json for JSON, multipart/form-data for uploads. /swagger tells what each address takes.",
        StatusCodes.Status412PreconditionFailed => "What is there has another ETag than the request asks for; read it anew.",
        >= 500 => "The service cannot do this now.",
        _ => "The request cannot be done.",
    };
}
