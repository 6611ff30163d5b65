using System.Diagnostics;
using System.Diagnostics.Tracing;

namespace Temporalio.Worker.Workflows;

/// <summary>
/// Notices at once when workflow code leaves its scheduler: the runtime tells of tasks for other schedulers, of continuations for the pool
/// and of timers on the very thread that makes them. Without it, the code would be missed only when it comes back, and until then the
/// workflow would stay running in silence.
/// </summary>
internal sealed class WorkflowTracingEventListener : EventListener
{
    private const string TaskSource = "System.Threading.Tasks.TplEventSource";
    private const EventKeywords TaskTransfers = (EventKeywords)1;
    private const int TaskScheduled = 7;
    private const int ContinuationScheduled = 12;

    private const string FrameworkSource = "System.Diagnostics.Eventing.FrameworkEventSource";
    private const EventKeywords ThreadTransfers = (EventKeywords)0x10;
    private const int ThreadTransferSend = 150;
    private const int TimerTransfer = 1;

    /// <inheritdoc/>
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        switch (eventSource.Name)
        {
            case TaskSource:
                EnableEvents(eventSource, EventLevel.Informational, TaskTransfers);
                break;
            case FrameworkSource:
                EnableEvents(eventSource, EventLevel.Informational, ThreadTransfers);
                break;
            default:
                break;
        }
    }

    /// <inheritdoc/>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (
            TaskScheduler.Current is not WorkflowTaskScheduler { IsTraced: true } scheduler
            || eventData.Payload is not { Count: > 1 } payload
        )
        {
            return;
        }

        switch (eventData.EventId)
        {
            case TaskScheduled when payload[0] is int id && id != scheduler.Id:
            case ThreadTransferSend when payload[1] is TimerTransfer:
                scheduler.Left(CallOf(new StackTrace()));
                break;
            case ContinuationScheduled when GoesToThePool(new StackTrace()):
                scheduler.Left("ConfigureAwait(false)");
                break;
            default:
                break;
        }
    }

    // Task.Yield and ContinueWith tell the same of continuations whose scheduler is another matter: only the one that goes to the pool is
    // meant.
    private static bool GoesToThePool(StackTrace stack) =>
        stack
            .GetFrames()
            .Select(frame => DiagnosticMethodInfo.Create(frame)?.DeclaringTypeName)
            .FirstOrDefault(type => type is not null && !IsOfTracing(type)) == "System.Threading.Tasks.AwaitTaskContinuation";

    private static bool IsOfTracing(string type) =>
        type.StartsWith("System.Diagnostics.Tracing.", StringComparison.Ordinal)
        || type == TaskSource
        || type.Contains(nameof(WorkflowTracingEventListener), StringComparison.Ordinal);

    /// <summary>What code outside the framework called last, and where.</summary>
    private static string CallOf(StackTrace stack)
    {
        var called = "a member of the framework";
        var outside = false;
        foreach (var frame in stack.GetFrames())
        {
            if (
                DiagnosticMethodInfo.Create(frame) is not { DeclaringTypeName: { } type } method
                || type.Contains(nameof(WorkflowTracingEventListener), StringComparison.Ordinal)
            )
            {
                continue;
            }

            outside = !type.StartsWith("System.", StringComparison.Ordinal);
            if (outside)
            {
                return $"{called} in {type}";
            }

            called = $"{type}.{method.Name}";
        }

        return called;
    }
}
