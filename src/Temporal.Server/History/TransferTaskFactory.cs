using System.Globalization;
using Google.Protobuf;
using Temporal.Server.Storage;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>Creates transfer tasks for <see cref="TransferTaskExecutor"/> from a run's events.</summary>
internal static class TransferTaskFactory
{
    /// <summary>Adds the task for an initiated event: a child start, an external signal or an external cancel request.</summary>
    public static void Add(MutableState run, HistoryEvent e)
    {
        switch (e.AttributesCase)
        {
            case HistoryEvent.AttributesOneofCase.StartChildWorkflowExecutionInitiatedEventAttributes:
                var start = e.StartChildWorkflowExecutionInitiatedEventAttributes;
                Add(run, e, TransferTask.Types.Kind.StartChild, start.NamespaceId, start.WorkflowId, "", childOnly: false);
                break;
            case HistoryEvent.AttributesOneofCase.SignalExternalWorkflowExecutionInitiatedEventAttributes:
                var signal = e.SignalExternalWorkflowExecutionInitiatedEventAttributes;
                Add(
                    run,
                    e,
                    TransferTask.Types.Kind.SignalExternal,
                    signal.NamespaceId,
                    signal.WorkflowExecution.WorkflowId,
                    signal.WorkflowExecution.RunId,
                    signal.ChildWorkflowOnly
                );
                break;
            case HistoryEvent.AttributesOneofCase.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes:
                var cancel = e.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes;
                Add(
                    run,
                    e,
                    TransferTask.Types.Kind.CancelExternal,
                    cancel.NamespaceId,
                    cancel.WorkflowExecution.WorkflowId,
                    cancel.WorkflowExecution.RunId,
                    cancel.ChildWorkflowOnly
                );
                break;
            default:
                throw new ArgumentException($"An event of type {e.EventType} creates no work for another workflow.", nameof(e));
        }
    }

    /// <summary>
    /// Adds a transfer task that commands the worker to cancel a started activity, unless the worker accepts no commands. All commands that
    /// a change to a run sends to the same worker share one task.
    /// </summary>
    public static void AddCancel(MutableState run, PendingActivity activity)
    {
        if (activity.Record.CommandQueue is not { Length: > 0 } queue)
        {
            return;
        }

        var task = run.Changes.Transfers.Find(task => task.CommandQueue == queue);
        if (task is null)
        {
            task = new TransferTask
            {
                Kind = TransferTask.Types.Kind.CommandWorker,
                NamespaceId = run.NamespaceId,
                WorkflowId = run.WorkflowId,
                RunId = run.RunId,
                CommandQueue = queue,
            };
            run.Changes.Transfers.Add(task);
        }

        task.ActivityTokens.Add(ActivityTransitions.TokenOf(run, activity));
    }

    /// <summary>
    /// Adds the tasks that follow the close of a run: notifying its parent, closing its children and canceling its activities.
    /// </summary>
    /// <param name="continues">True if another run of the chain follows, whose end the parent awaits.</param>
    /// <param name="closesChildren">False if the children stay open under another run.</param>
    public static void AddForClose(MutableState run, HistoryEvent closing, bool continues, bool closesChildren)
    {
        if (!continues && run.Start.ParentWorkflowExecution is { } parent)
        {
            run.Changes.Transfers.Add(
                new TransferTask
                {
                    Kind = TransferTask.Types.Kind.ChildClosed,
                    NamespaceId = run.NamespaceId,
                    WorkflowId = run.WorkflowId,
                    RunId = run.RunId,
                    EventId = run.Start.ParentInitiatedEventId,
                    TargetNamespaceId = run.Start.ParentWorkflowNamespaceId,
                    TargetWorkflowId = parent.WorkflowId,
                    TargetRunId = parent.RunId,
                    Event = closing.ToByteString(),
                }
            );
        }

        foreach (var activity in run.Activities.All.Where(activity => activity.IsStarted))
        {
            AddCancel(run, activity);
        }

        foreach (
            var child in run.Children.All.Where(c =>
                closesChildren && c.RunId.Length > 0 && c.Initiated.ParentClosePolicy != ParentClosePolicy.Abandon
            )
        )
        {
            run.Changes.Transfers.Add(
                new TransferTask
                {
                    Kind = TransferTask.Types.Kind.CloseChild,
                    NamespaceId = run.NamespaceId,
                    WorkflowId = run.WorkflowId,
                    RunId = run.RunId,
                    TargetNamespaceId = child.Initiated.NamespaceId,
                    TargetWorkflowId = child.Initiated.WorkflowId,
                    TargetRunId = child.RunId,
                    ClosePolicy = child.Initiated.ParentClosePolicy,
                }
            );
        }
    }

    private static void Add(
        MutableState run,
        HistoryEvent e,
        TransferTask.Types.Kind kind,
        string namespaceId,
        string workflowId,
        string runId,
        bool childOnly
    ) =>
        run.Changes.Transfers.Add(
            new TransferTask
            {
                Kind = kind,
                NamespaceId = run.NamespaceId,
                WorkflowId = run.WorkflowId,
                RunId = run.RunId,
                EventId = e.EventId,
                TargetNamespaceId = namespaceId,
                TargetWorkflowId = workflowId,
                TargetRunId = runId,
                RequestId =
                    kind == TransferTask.Types.Kind.StartChild
                        ? string.Create(CultureInfo.InvariantCulture, $"{run.RunId}:{e.EventId}:0")
                        : Guid.NewGuid().ToString(),
                Event = e.ToByteString(),
                ChildOnly = childOnly,
            }
        );
}
