using System.Text.Json;

namespace CnnService.Benchmarks.Faults;

/// <summary>One event of a run, as it is compared.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Type">state, iteration or epoch.</param>
/// <param name="Iteration">The iteration; 0 for states.</param>
/// <param name="Text">All its fields as they were sent, but for the time and the number. Equal texts of a number are equal bits.</param>
internal sealed record ToldEvent(long Sequence, string Type, long Iteration, string Text)
{
    /// <summary>Whether a state event tells that.</summary>
    public bool IsState(string state) => Type == "state" && Text.Contains($"\"{state}\"", StringComparison.Ordinal);

    /// <summary>Whether no event follows.</summary>
    public bool IsLast => IsState("completed") || IsState("failed") || IsState("cancelled");

    /// <summary>The event of its JSON.</summary>
    public static ToldEvent Of(JsonElement json) => new(
        json.GetProperty("sequence").GetInt64(),
        json.GetProperty("type").GetString()!,
        json.TryGetProperty("iteration", out JsonElement iteration) ? iteration.GetInt64() : 0,
        string.Join(' ', json.EnumerateObject().Where(IsCompared).Select(field => $"{field.Name}={field.Value.GetRawText()}")));

    /// <summary>The events of a page.</summary>
    public static ToldEvent[] ListOf(Answer page) => [.. page.Json.GetProperty("items").EnumerateArray().Select(Of)];

    private static bool IsCompared(JsonProperty field) => field.Name is not ("at" or "sequence");
}
