namespace CnnService.Benchmarks.Faults;

/// <summary>A run that nothing disturbed: what every other run of the same spec has to give.</summary>
internal sealed record Expected
{
    /// <summary>The fields of the spec after its name.</summary>
    public required string Spec { get; init; }

    /// <summary>The completed run, which is there in every world.</summary>
    public required Guid Id { get; init; }

    /// <summary>SHA-256 of the best parameters.</summary>
    public required string Sha256 { get; init; }

    /// <summary>All its events.</summary>
    public required IReadOnlyList<ToldEvent> Events { get; init; }

    /// <summary>Its answers for the pictures of <see cref="Oracle.Pictures"/>: the text of "predictions".</summary>
    public required IReadOnlyList<string> Predictions { get; init; }

    /// <summary>The number of the last iteration.</summary>
    public long Iterations => Events.Max(told => told.Iteration);
}
