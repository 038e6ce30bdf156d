using System.ComponentModel.DataAnnotations;
using CnnService.Training.Running;

namespace CnnService.Api.Runs;

/// <summary>What a user asks to be trained: the spec of the training, on which dataset.</summary>
public sealed record RunSpec : TrainingSpec
{
    /// <summary>The dataset's name.</summary>
    [Required]
    public string Dataset { get; init; } = "";

    /// <summary>
    /// A recipe that is known to work (<c>three-layer-conv-net</c>, <c>small</c>, <c>balanced</c>, <c>airbench</c>): it fills in every field that is left
    /// out, as GET /api/presets shows. Left out, each field has its own default.
    /// </summary>
    [StringLength(100)]
    public string? Preset { get; init; }

    /// <summary>The model that it starts from; left out, it starts afresh.</summary>
    public StartFrom? StartFrom { get; init; }

    /// <summary>A name for people, up to 100 characters; left out, dataset and time.</summary>
    [StringLength(100)]
    public string? Name { get; init; }

    /// <summary>Every how many iterations the service logs one, 0 to 1,000,000, default 100; 0 is never. Events carry every iteration.</summary>
    [Range(0, 1_000_000)]
    public int LogEvery { get; init; } = 100;
}
