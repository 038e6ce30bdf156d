using System.Text.Json;
using System.Text.RegularExpressions;
using CnnService.Api.Data;
using CnnService.Training.Specs;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Hosting;

/// <summary>Turns what went wrong into a problem document (RFC 9457). Nothing of the program's inside reaches the client.</summary>
internal sealed partial class ProblemHandler(IProblemDetailsService problems, ILogger<ProblemHandler> log) : IExceptionHandler
{
    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        ProblemException problem = ProblemOf(exception);
        if (problem.Status == StatusCodes.Status500InternalServerError || exception is OutOfMemoryException)
            LogFailure(httpContext.Request.Method, httpContext.Request.Path, exception);

        httpContext.Response.StatusCode = problem.Status;
        if (problem.RetryAfterSeconds is { } seconds) httpContext.Response.Headers.RetryAfter = $"{seconds}";
        if (problem.Status == StatusCodes.Status401Unauthorized) httpContext.Response.Headers.WWWAuthenticate = "ApiKey";
        ProblemDetails document = problem.Field is null
            ? new ProblemDetails()
            : new HttpValidationProblemDetails { Errors = { [problem.Field] = [ReasonOf(exception, problem)] } };
        (document.Status, document.Detail) = (problem.Status, problem.Message);
        if (problem.Status != StatusCodes.Status400BadRequest) document.Title = null; // the status's own, and not that of fields that are wrong
        foreach ((string name, object? value) in problem.Members) document.Extensions.Add(name, value);
        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = document });
    }

    /// <summary>The problem that an exception stands for.</summary>
    internal static ProblemException ProblemOf(Exception exception) => exception switch
    {
        _ when StorageFailure.Of(exception) is { } failure => ProblemOf(failure),
        ProblemException problem => problem,
        InvalidInputException input => new(StatusCodes.Status400BadRequest, input.Message, input.Part.Length == 0 ? null : input.Part),
        BadHttpRequestException bad => ProblemOf(bad),
        IOException when DiskSpace.IsFull(exception) =>
            new(StatusCodes.Status507InsufficientStorage, "The disk has not enough space for this; free some."),
        OutOfMemoryException => new(StatusCodes.Status503ServiceUnavailable, "The service has too little memory for this now; repeat the request.")
        {
            RetryAfterSeconds = 10,
        },
        DamagedContentException damaged => new(StatusCodes.Status500InternalServerError, damaged.Message),
        // They only carry what happened.
        DbUpdateException or AggregateException when exception.InnerException is { } inner => ProblemOf(inner),
        _ => new(StatusCodes.Status500InternalServerError, "The service failed; its log tells why."),
    };

    private static ProblemException ProblemOf(StorageFailure failure) => failure switch
    {
        { Trouble: StorageTrouble.Busy } =>
            new(StatusCodes.Status503ServiceUnavailable, $"{failure.Words[..^1]}; repeat the request.") { RetryAfterSeconds = 1 },
        { Passes: true } =>
            new(StatusCodes.Status503ServiceUnavailable, $"{failure.Words[..^1]}, then repeat the request.") { RetryAfterSeconds = 60 },
        _ => new(StatusCodes.Status500InternalServerError, failure.Words),
    };

    // The framework's words name .NET types, so only the name of the parameter is taken from them.
    private static ProblemException ProblemOf(BadHttpRequestException bad)
    {
        if (bad.StatusCode == StatusCodes.Status413PayloadTooLarge) return new(bad.StatusCode, "The body is larger than this address takes.");
        if (bad.StatusCode == StatusCodes.Status415UnsupportedMediaType) return new(bad.StatusCode, "This address takes another Content-Type, such as application/json.");
        if (bad.StatusCode == StatusCodes.Status408RequestTimeout) return new(bad.StatusCode, "The body came too slowly.");
        if (bad.InnerException is JsonException json) return Malformed(json);
        if (UnreadableParameter().Match(bad.Message) is { Success: true } unreadable)
        {
            (string type, string name, string value) = (unreadable.Groups[1].Value, unreadable.Groups[2].Value, unreadable.Groups[3].Value);
            string remedy = type switch
            {
                _ when value.Length == 0 => "a value, or leave it out",
                "int" or "long" => value.AsSpan().Trim('-').ContainsAnyExceptInRange('0', '9') ? "a whole number" : "a smaller number",
                "bool" => "true or false",
                _ => "a value that it takes",
            };
            return new(bad.StatusCode, $"{name} is \"{value}\"; give {remedy}.", name);
        }

        if (MissingParameter().Match(bad.Message) is { Success: true } missing)
            return new(bad.StatusCode, $"{missing.Groups[1].Value} is missing.", missing.Groups[1].Value);
        return new(bad.StatusCode, bad.Message.Contains("no body was provided", StringComparison.Ordinal) ? "This address needs a body." : "The request is malformed.");
    }

    private static ProblemException Malformed(JsonException json)
    {
        string place = $"line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}";
        // The reader's own exception inside: this is no JSON at all, wherever it stopped.
        if (json.InnerException is JsonException || json.Path is null || !json.Path.StartsWith("$.", StringComparison.Ordinal))
            return new(StatusCodes.Status400BadRequest, $"The body is not the JSON that this address takes: {place}.");
        string field = json.Path[2..];
        bool unknown = json.Message.Contains("could not be mapped", StringComparison.Ordinal);
        return new(StatusCodes.Status400BadRequest, $"{field}: this {(unknown ? "is not a known field" : "has a value of another kind than the field takes")} ({place}).", field);
    }

    private static string ReasonOf(Exception exception, ProblemException problem) => exception is InvalidInputException input ? input.Reason : problem.Message;

    [GeneratedRegex("^Failed to bind parameter \"(?:(.*) )?([^ \"]+)\" from \"(.*)\"\\.$", RegexOptions.Singleline)]
    private static partial Regex UnreadableParameter();

    [GeneratedRegex("^Required parameter \"(?:.* )?([^ \"]+)\" was not provided")]
    private static partial Regex MissingParameter();

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private partial void LogFailure(string method, PathString path, Exception exception);
}
