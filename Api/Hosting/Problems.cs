namespace CnnService.Api.Hosting;

/// <summary>A request that cannot be done, with the status, and the reason in words for the person who sent it.</summary>
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

    /// <summary>More members of the answer, by their names.</summary>
    public Dictionary<string, object?> Members { get; init; } = [];

    /// <summary>404: there is no such thing.</summary>
    public static ProblemException NotFound(string thing) => new(StatusCodes.Status404NotFound, $"{thing} not found.");

    /// <summary>409: not in this state.</summary>
    public static ProblemException Conflict(string detail) => new(StatusCodes.Status409Conflict, detail);
}
