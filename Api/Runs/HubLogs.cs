using Microsoft.AspNetCore.SignalR;

namespace CnnService.Api.Runs;

/// <summary>
/// Loggers under which a hub's refusal is no failure: a <see cref="HubException"/> is an answer to a client, as of a run that is not there, and
/// the framework logs it as an error with its stack. Such entries become those of <see cref="LogLevel.Debug"/>; all others stay as they are.
/// </summary>
/// <param name="loggers">Makes the loggers themselves.</param>
internal sealed class HubLogs(ILoggerFactory loggers) : ILoggerFactory
{
    private const string Framework = "Microsoft.AspNetCore.SignalR.";

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName)
    {
        ILogger logger = loggers.CreateLogger(categoryName);
        return categoryName.StartsWith(Framework, StringComparison.Ordinal) ? new HubLog(logger) : logger;
    }

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => loggers.AddProvider(provider);

    /// <inheritdoc/>
    public void Dispose() => loggers.Dispose();

    private sealed class HubLog(ILogger logger) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => logger.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            logger.Log(exception is HubException ? LogLevel.Debug : logLevel, eventId, state, exception, formatter);
    }
}
