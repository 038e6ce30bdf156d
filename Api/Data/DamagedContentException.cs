namespace CnnService.Api.Data;

/// <summary>Stored content that is missing, or whose bytes are not those that were stored.</summary>
/// <param name="message">Which content, and what helps; it goes to clients, so it names no path.</param>
/// <param name="inner">What was found, for the log.</param>
public sealed class DamagedContentException(string message, Exception? inner = null) : Exception(message, inner);
