using CnnService.Training;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace CnnService.Api.Hosting;

/// <summary>A request that can not be done, with the status, and the reason in words for the person who sent it.</summary>
/// <param name="status">The HTTP status, 400 to 599.</param>
/// <param name="detail">What is wrong and what would be right.</param>
/// <param name="field">The JSON path of the field at fault, or null.</param>
public sealed class ProblemException(int status, string detail, string? field = null) : Exception(detail)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>The JSON path of the field at fault, or null.</summary>
    public string? Field { get; } = field;

    /// <summary>Seconds after which a repetition makes sense, or null.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>404: there is no such thing.</summary>
    public static ProblemException NotFound(string thing) => new(StatusCodes.Status404NotFound, $"{thing} not found.");

    /// <summary>409: not in this state.</summary>
    public static ProblemException Conflict(string detail) => new(StatusCodes.Status409Conflict, detail);
}

/// <summary>Turns what went wrong into a problem document (RFC 9457). Nothing of the program's inside reaches the client.</summary>
internal sealed class ProblemHandler(IProblemDetailsService problems) : IExceptionHandler
{
    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        (int status, string detail, string? field) = exception switch
        {
            ProblemException problem => (problem.Status, problem.Message, problem.Field),
            InvalidInputException input => (StatusCodes.Status400BadRequest, input.Message, input.Part),
            BadHttpRequestException bad => (bad.StatusCode, bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? "The body is too large." : "The request is malformed.", null),
            _ => (StatusCodes.Status500InternalServerError, "The service failed; its log tells why.", null),
        };
        if (exception is ProblemException { RetryAfterSeconds: int seconds }) httpContext.Response.Headers.RetryAfter = $"{seconds}";
        httpContext.Response.StatusCode = status;
        ProblemDetails document = field is null
            ? new ProblemDetails()
            : new HttpValidationProblemDetails(new Dictionary<string, string[]> { [field] = [exception is InvalidInputException input2 ? input2.Reason : detail] });
        (document.Status, document.Detail) = (status, detail);
        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = document, Exception = exception });
    }
}
