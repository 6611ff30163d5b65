using Microsoft.Extensions.Logging;

namespace Temporalio.Runtime;

/// <summary>Hands messages to a second logger as well.</summary>
/// <param name="logger">The first.</param>
/// <param name="source">What the second is told that they come from.</param>
/// <param name="target">The second.</param>
/// <param name="least">From which level on it has them.</param>
/// <param name="includeFields">Whether it has their fields, too.</param>
internal sealed class ForwardingLogger(ILogger logger, string source, ILogger target, LogLevel least, bool includeFields) : ILogger
{
    private const string FailedTask = "Failing workflow task";

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

        // A failed task is told of as the official SDK tells of it: what differs from one to the next is in the fields.
        var text = formatter(state, exception);
        var failed = text.StartsWith(FailedTask, StringComparison.Ordinal);
        var entry = new ForwardedEntry(
            logLevel,
            failed ? source + "::workflow" : source,
            failed ? FailedTask : text,
            TimeProvider.System.GetUtcNow().UtcDateTime,
            includeFields ? Fields(state, exception, failed) : null
        );
        target.Log(logLevel, eventId, entry, exception, static (entry, _) => entry.ToString());
    }

    private static Dictionary<string, string> Fields(object? state, Exception? exception, bool failed)
    {
        var fields = ForwardedEntry.FieldsOf(state, exception);
        if (failed && fields.Remove("reason", out var reason))
        {
            fields["failure"] = reason;
        }

        return fields;
    }

    private bool Forwards(LogLevel level) => level >= least && level != LogLevel.None && target.IsEnabled(level);
}
