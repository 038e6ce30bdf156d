namespace CnnService.Api.Data;

/// <summary>Stored content that is missing, or whose bytes are not those that were stored.</summary>
/// <param name="message">Names the content and a remedy; it goes to clients, so it names no path.</param>
/// <param name="inner">The cause, for the log.</param>
public sealed class DamagedContentException(string message, Exception? inner = null) : Exception(message, inner);
