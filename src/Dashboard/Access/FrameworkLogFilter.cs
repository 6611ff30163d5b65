using Microsoft.Extensions.Logging;

namespace Orchestrator.Dashboard.Access;

/// <summary>Filters the log of the web framework to warnings and errors. At information level, the framework would log the address of every
/// request, including the token in login links.</summary>
/// <param name="inner">Target loggers.</param>
internal sealed class FrameworkLogFilter(ILoggerFactory inner) : ILoggerFactory
{
    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new FaultLogger(inner.CreateLogger(categoryName));

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    /// <summary>Does nothing, because the creator of the loggers disposes of them.</summary>
    public void Dispose() { }

    private sealed class FaultLogger(ILogger inner) : ILogger
    {
        // Scopes are dropped, because they also contain the addresses.
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
