using Microsoft.Extensions.Logging;

namespace Orchestrator.Dashboard.Door;

/// <summary>Loggers of the web framework, which from information on would write the address of every request, and so the token of the link
/// that logs a browser in: only what goes wrong is logged.</summary>
/// <param name="inner">Where it goes.</param>
internal sealed class FrameworkLoggers(ILoggerFactory inner) : ILoggerFactory
{
    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new FaultLogger(inner.CreateLogger(categoryName));

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    /// <summary>Nothing: whoever made the loggers ends them.</summary>
    public void Dispose() { }

    private sealed class FaultLogger(ILogger inner) : ILogger
    {
        // Scopes hold the addresses as well.
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning && inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel))
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }
}
