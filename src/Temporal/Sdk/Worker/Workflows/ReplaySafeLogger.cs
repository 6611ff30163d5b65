using Microsoft.Extensions.Logging;

namespace Temporalio.Worker.Workflows;

/// <summary>
/// A logger for workflow code: silent while history is replayed, and every message says which run it is from, and which update where one is
/// handled.
/// </summary>
internal sealed class ReplaySafeLogger(ILogger logger, WorkflowInstance instance) : ILogger
{
    private readonly KeyValuePair<string, object?>[] _scope =
    [
        new("Attempt", instance.Info.Attempt),
        new("Namespace", instance.Info.Namespace),
        new("RunId", instance.Info.RunId),
        new("TaskQueue", instance.Info.TaskQueue),
        new("WorkflowId", instance.Info.WorkflowId),
        new("WorkflowType", instance.Info.WorkflowType),
    ];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => !instance.IsRebuilding && logger.IsEnabled(logLevel);

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        // Where the lines go is the host's business, also when it uses threads and timers for it.
        var scope = instance.Updates.Current is { } update
            ? [.. _scope, new("UpdateId", update.Id), new("UpdateName", update.Name)]
            : _scope;
        instance.Scheduler.WithoutTracing(() =>
        {
            using (logger.BeginScope(scope))
            {
                logger.Log(logLevel, eventId, state, exception, formatter);
            }

            return true;
        });
    }
}
