using System.Text.Json;
using CnnService.Api.Hosting;
using CnnService.Api.Runs;

namespace CnnService.Api.Tests.Runs;

/// <summary>Takes two events for equal that are so as JSON: the lists in them are compared number by number.</summary>
internal sealed class SameEvents : IEqualityComparer<RunEvent>
{
    /// <summary>The one that all tests use.</summary>
    public static SameEvents Comparer { get; } = new();

    /// <inheritdoc/>
    public bool Equals(RunEvent? x, RunEvent? y) => Text(x) == Text(y);

    /// <inheritdoc/>
    public int GetHashCode(RunEvent item) => Text(item).GetHashCode(StringComparison.Ordinal);

    private static string Text(RunEvent? item) => JsonSerializer.Serialize(item, ApiJson.Options);
}
