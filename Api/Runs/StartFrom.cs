using System.ComponentModel.DataAnnotations;

namespace CnnService.Api.Runs;

/// <summary>
/// The model that a run starts from: parameters of equal path and shape are taken, the others begin as without it, such as those of a last layer for other
/// classes. It need not stay: the run keeps what it takes.
/// </summary>
public sealed record StartFrom
{
    /// <summary>The id of the run that trained the model.</summary>
    [Required]
    public string Run { get; init; } = "";

    /// <summary>The best parameters of that run, or those of its last iteration, which are there when it has completed; default best.</summary>
    public StartingParameters Which { get; init; }

    /// <summary>How many of the first layers stay as they are taken, 0 to 200, default 0: the run's <c>model</c> then says which are frozen.</summary>
    [Range(0, 200)]
    public int Freeze { get; init; }

    /// <summary>SHA-256 of the parameters' file that was taken; where a request gives it, they have to be those.</summary>
    [StringLength(64)]
    public string? Sha256 { get; init; }
}

/// <summary>The choice between the parameters of a run to start from.</summary>
public enum StartingParameters
{
    Best,
    Last,
}
