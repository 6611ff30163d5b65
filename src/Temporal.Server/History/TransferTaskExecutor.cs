using Temporal.Server.Matching;
using Temporal.Server.Storage;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>
/// Executes a run's requests to other workflows, and commands workers to cancel activities. Each task is stored with the change that
/// requests it and deleted with the change that records its result. Receivers recognize repeated requests by their ids, so a request takes
/// effect only once despite crashes.
/// </summary>
internal sealed class TransferTaskExecutor(
    WorkflowStore store,
    RunSuccessorStarter chain,
    NamespaceRegistry namespaces,
    ServerToWorkerCommandDispatcher commands
)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private readonly TransferTaskCompleter _answers = new(store);
    private readonly ChildWorkflowStarter _childStarts = new(store, chain, namespaces);

    /// <summary>Executes a transfer task. If the target is a child, first waits until the child's start has been processed.</summary>
    public async Task RunAsync(long key, TransferTask task)
    {
        if (task.ChildOnly)
        {
            await WaitForStartAsync(task);
        }

        await (
            task.Kind switch
            {
                TransferTask.Types.Kind.StartChild => _childStarts.RunAsync(key, task),
                TransferTask.Types.Kind.SignalExternal => SignalAsync(key, task),
                TransferTask.Types.Kind.CancelExternal => CancelAsync(key, task),
                TransferTask.Types.Kind.ChildClosed => NotifyParentAsync(key, task),
                TransferTask.Types.Kind.CommandWorker => CommandWorkerAsync(key, task),
                _ => CloseChildAsync(key, task),
            }
        );
    }

    /// <summary>
    /// Waits until the start of the target child has been processed. Tasks run concurrently, so a request to the child could otherwise
    /// arrive before the child exists and be lost.
    /// </summary>
    private async Task WaitForStartAsync(TransferTask task)
    {
        for (var pause = FirstPause; await IsBeingStartedAsync(task); pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            await Task.Delay(pause);
        }
    }

    private Task<bool> IsBeingStartedAsync(TransferTask task) =>
        store.ChangeAsync(
            task.NamespaceId,
            task.WorkflowId,
            w =>
                store.Find(w, task.RunId) is { IsOpen: true } run
                && run.Children.All.Any(child => child.StartedEventId == 0 && child.Initiated.WorkflowId == task.TargetWorkflowId)
        );

    private async Task SignalAsync(long key, TransferTask task)
    {
        var a = HistoryEvent.Parser.ParseFrom(task.Event).SignalExternalWorkflowExecutionInitiatedEventAttributes;
        var cause = SignalExternalWorkflowExecutionFailedCause.Unspecified;
        if (IsSelf(task))
        {
            cause = SignalExternalWorkflowExecutionFailedCause.ExternalWorkflowExecutionNotFound;
        }
        else
        {
            try
            {
                await store.ChangeAsync(
                    task.TargetNamespaceId,
                    task.TargetWorkflowId,
                    w =>
                    {
                        var target = Target(w, task);
                        WorkflowSignalRecorder.Add(
                            target,
                            a.SignalName,
                            a.Input,
                            a.Header,
                            "history-service",
                            task.RequestId,
                            new WorkflowExecution { WorkflowId = task.WorkflowId, RunId = task.RunId },
                            []
                        );
                    }
                );
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
            {
                cause = SignalExternalWorkflowExecutionFailedCause.ExternalWorkflowExecutionNotFound;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.InvalidArgument)
            {
                cause = SignalExternalWorkflowExecutionFailedCause.SignalCountLimitExceeded;
            }
        }

        await _answers.AnswerAsync(
            key,
            task,
            run => run.Externals.Signals.Contains(task.EventId),
            run =>
            {
                if (cause == SignalExternalWorkflowExecutionFailedCause.Unspecified)
                {
                    var e = run.NewEvent(EventType.ExternalWorkflowExecutionSignaled);
                    e.ExternalWorkflowExecutionSignaledEventAttributes = new ExternalWorkflowExecutionSignaledEventAttributes
                    {
                        InitiatedEventId = task.EventId,
                        Namespace = namespaces.FindById(task.TargetNamespaceId)?.Name ?? "",
                        NamespaceId = a.NamespaceId,
                        WorkflowExecution = a.WorkflowExecution,
                        Control = a.Control,
                    };
                    return e;
                }

                var failed = run.NewEvent(EventType.SignalExternalWorkflowExecutionFailed);
                failed.SignalExternalWorkflowExecutionFailedEventAttributes = new SignalExternalWorkflowExecutionFailedEventAttributes
                {
                    Cause = cause,
                    Namespace = namespaces.FindById(task.TargetNamespaceId)?.Name ?? "",
                    NamespaceId = a.NamespaceId,
                    WorkflowExecution = a.WorkflowExecution,
                    InitiatedEventId = task.EventId,
                    Control = a.Control,
                };
                return failed;
            }
        );
    }

    private async Task CancelAsync(long key, TransferTask task)
    {
        var a = HistoryEvent.Parser.ParseFrom(task.Event).RequestCancelExternalWorkflowExecutionInitiatedEventAttributes;
        var found = true;
        if (IsSelf(task))
        {
            found = false;
        }
        else
        {
            try
            {
                await store.ChangeAsync(
                    task.TargetNamespaceId,
                    task.TargetWorkflowId,
                    w =>
                    {
                        if (Target(w, task, closed: true) is not { IsOpen: true } target)
                        {
                            // A closed workflow needs no cancellation; the request succeeds without effect.
                            return;
                        }

                        WorkflowSignalRecorder.RequestCancel(
                            target,
                            a.Reason,
                            "history-service",
                            task.RequestId,
                            (task.EventId, new WorkflowExecution { WorkflowId = task.WorkflowId, RunId = task.RunId }),
                            []
                        );
                    }
                );
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
            {
                found = false;
            }
        }

        await _answers.AnswerAsync(
            key,
            task,
            run => run.Externals.Cancels.Contains(task.EventId),
            run =>
            {
                if (found)
                {
                    var e = run.NewEvent(EventType.ExternalWorkflowExecutionCancelRequested);
                    e.ExternalWorkflowExecutionCancelRequestedEventAttributes = new ExternalWorkflowExecutionCancelRequestedEventAttributes
                    {
                        InitiatedEventId = task.EventId,
                        Namespace = namespaces.FindById(task.TargetNamespaceId)?.Name ?? "",
                        NamespaceId = a.NamespaceId,
                        WorkflowExecution = a.WorkflowExecution,
                    };
                    return e;
                }

                var failed = run.NewEvent(EventType.RequestCancelExternalWorkflowExecutionFailed);
                failed.RequestCancelExternalWorkflowExecutionFailedEventAttributes =
                    new RequestCancelExternalWorkflowExecutionFailedEventAttributes
                    {
                        Cause = CancelExternalWorkflowExecutionFailedCause.ExternalWorkflowExecutionNotFound,
                        Namespace = namespaces.FindById(task.TargetNamespaceId)?.Name ?? "",
                        NamespaceId = a.NamespaceId,
                        WorkflowExecution = a.WorkflowExecution,
                        InitiatedEventId = task.EventId,
                    };
                return failed;
            }
        );
    }

    private async Task NotifyParentAsync(long key, TransferTask task)
    {
        var closing = HistoryEvent.Parser.ParseFrom(task.Event);
        await store.ChangeAsync(
            task.TargetNamespaceId,
            task.TargetWorkflowId,
            w =>
            {
                // Follows resets of the parent: the new run gets the event if the child had started before the reset point.
                var parent = store.Find(w, task.TargetRunId);
                while (parent is { IsOpen: false } && parent.Record.ResetRunId is { Length: > 0 } next && store.Find(w, next) is { } reset)
                {
                    parent = reset;
                }

                if (
                    parent is { IsOpen: true }
                    && parent.Children.Find(task.EventId) is { } child
                    && child.StartedEventId != 0
                    && child.Initiated.WorkflowId == task.WorkflowId
                )
                {
                    parent.AddOrBuffer(ChildWorkflowCloseEventFactory.Closed(parent, child, task.RunId, closing));
                    parent.WorkflowTask.EnsureScheduled();
                }
            }
        );
        await _answers.CompleteAsync(key, task);
    }

    private async Task CommandWorkerAsync(long key, TransferTask task)
    {
        if (await commands.CancelAsync(task.NamespaceId, task.CommandQueue, task.ActivityTokens))
        {
            await _answers.CompleteAsync(key, task);
        }
    }

    private async Task CloseChildAsync(long key, TransferTask task)
    {
        try
        {
            await store.ChangeAsync(
                task.TargetNamespaceId,
                task.TargetWorkflowId,
                w =>
                {
                    var target = Target(w, task, followChain: true);
                    if (task.ClosePolicy == ParentClosePolicy.RequestCancel)
                    {
                        WorkflowSignalRecorder.RequestCancel(
                            target,
                            "",
                            "history-service",
                            Guid.NewGuid().ToString(),
                            (0, new WorkflowExecution { WorkflowId = task.WorkflowId, RunId = task.RunId }),
                            []
                        );
                    }
                    else
                    {
                        chain.Terminate(w, target, "by parent close policy", null, "history-service");
                    }
                }
            );
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            // The child had already closed.
        }

        await _answers.CompleteAsync(key, task);
    }

    /// <summary>Finds the open run that a task targets. For a request to a child, the requesting run must be the child's parent.</summary>
    /// <param name="closed">True to accept a closed run as well.</param>
    private MutableState Target(SingleWorkflowRunCache workflow, TransferTask task, bool followChain = false, bool closed = false)
    {
        var run = store.Find(workflow, task.ChildOnly || followChain ? "" : task.TargetRunId);
        if (run is null || (!run.IsOpen && !closed))
        {
            throw GrpcErrorFactory.NotFound("workflow execution already completed");
        }

        var isChild = run.Start.ParentWorkflowExecution is { } parent && parent.WorkflowId == task.WorkflowId && parent.RunId == task.RunId;
        if (task.ChildOnly && !isChild || (followChain && run.FirstRunId != task.TargetRunId && run.RunId != task.TargetRunId))
        {
            throw GrpcErrorFactory.NotFound("workflow execution not found");
        }

        return run;
    }

    private static bool IsSelf(TransferTask task) =>
        task.TargetNamespaceId == task.NamespaceId
        && task.TargetWorkflowId == task.WorkflowId
        && (task.TargetRunId.Length == 0 || task.TargetRunId == task.RunId);
}
