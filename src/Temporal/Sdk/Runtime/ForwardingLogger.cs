using Microsoft.Extensions.Logging;

namespace Temporalio.Runtime;

/// <summary>Hands messages to a second logger as well.</summary>
internal sealed class ForwardingLogger(ILogger logger, ILogger target, LogLevel least, bool includeFields) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel) || Forwards(logLevel);

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        logger.Log(logLevel, eventId, state, exception, formatter);
        if (!Forwards(logLevel))
        {
            return;
        }

        if (includeFields)
        {
            target.Log(logLevel, eventId, state, exception, formatter);
        }
        else
        {
            var text = formatter(state, exception);
            target.Log(logLevel, eventId, text, exception, static (said, _) => said);
        }
    }

    private bool Forwards(LogLevel level) => level >= least && level != LogLevel.None && target.IsEnabled(level);
}
