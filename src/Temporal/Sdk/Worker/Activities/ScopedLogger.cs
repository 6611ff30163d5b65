using Microsoft.Extensions.Logging;
using Temporalio.Activities;

namespace Temporalio.Worker.Activities;

/// <summary>A logger that puts an activity's ids around each message.</summary>
internal sealed class ScopedLogger(ILogger logger, ActivityInfo info) : ILogger
{
    private Dictionary<string, object>? _scope;

    private Dictionary<string, object> Scope =>
        _scope ??= new()
        {
            ["ActivityId"] = info.ActivityId,
            ["ActivityType"] = info.ActivityType,
            ["Attempt"] = info.Attempt,
            ["Namespace"] = info.Namespace,
            ["TaskQueue"] = info.TaskQueue,
            ["WorkflowId"] = info.WorkflowId ?? string.Empty,
            ["WorkflowRunId"] = info.WorkflowRunId ?? string.Empty,
            ["WorkflowType"] = info.WorkflowType ?? string.Empty,
        };

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        if (!logger.IsEnabled(logLevel))
        {
            return;
        }

        using (logger.BeginScope(Scope))
        {
            logger.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
