namespace CnnService.Training.Preflight;

/// <summary>How much a finding matters.</summary>
public enum Severity
{
    /// <summary>Good to know.</summary>
    Info,

    /// <summary>The network may learn less, or seem to have learned more, than one would think.</summary>
    Warning,

    /// <summary>The run is bound to fail.</summary>
    Problem,
}

/// <summary>Something that looks wrong with a run before it begins.</summary>
/// <param name="Severity">How much it matters.</param>
/// <param name="Code">
/// <c>few-pictures</c>, <c>no-validation-picture</c>, <c>imbalance</c>, <c>constant-pictures</c>, <c>equal-pictures</c>, <c>equal-pictures-in-classes</c>,
/// <c>equal-pictures-in-parts</c> or <c>first-loss</c>.
/// </param>
/// <param name="Detail">For people: what was seen, and what follows.</param>
/// <param name="Examples">The first of what was seen: classes with their number of pictures, or pictures by part and index, from 0.</param>
public sealed record Finding(Severity Severity, string Code, string Detail, IReadOnlyList<string> Examples);
