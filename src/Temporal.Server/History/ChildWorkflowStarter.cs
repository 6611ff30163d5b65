using Temporal.Server.Storage;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.History;

/// <summary>Starts child workflows. Creates the child, notifies its parent, and only then schedules the child's first task.</summary>
internal sealed class ChildWorkflowStarter(WorkflowStore store, RunSuccessorStarter chain, NamespaceRegistry namespaces)
{
    private readonly TransferTaskCompleter _answers = new(store);

    /// <summary>Executes a transfer task that starts a child.</summary>
    public async Task RunAsync(long key, TransferTask task)
    {
        var a = HistoryEvent.Parser.ParseFrom(task.Event).StartChildWorkflowExecutionInitiatedEventAttributes;
        var ns = namespaces.FindById(task.NamespaceId)!;
        var (root, priority, inherited, knownRunId) = await store.ChangeAsync(
            task.NamespaceId,
            task.WorkflowId,
            w =>
                store.Find(w, task.RunId) is { IsOpen: true } run && run.Children.Find(task.EventId) is { } child
                    ? (run.Root, PriorityInheritance.Inherit(a.Priority, run.Priority), InheritedBy(run, a), child.RunId)
                    : (null, null, null, "")
        );
        if (root is null)
        {
            // The parent has closed or already has the answer, so no child is started.
            await _answers.CompleteAsync(key, task);
            return;
        }

        var runId = knownRunId;
        if (runId.Length == 0)
        {
            var failure = StartChildWorkflowExecutionFailedCause.Unspecified;
            try
            {
                runId = await store.ChangeAsync(
                    task.TargetNamespaceId,
                    task.TargetWorkflowId,
                    w => StartChild(w, task, a, ns, root, priority, inherited)
                );
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
            {
                failure = StartChildWorkflowExecutionFailedCause.WorkflowAlreadyExists;
            }

            await store.ChangeAsync(task.NamespaceId, task.WorkflowId, w => AnswerStart(w, key, task, a, runId, failure));
        }

        // The child's first task waits until the start is recorded in its parent, so that the parent's events are in order.
        if (runId.Length > 0)
        {
            var isThere = await store.ChangeAsync(
                task.TargetNamespaceId,
                task.TargetWorkflowId,
                w =>
                {
                    if (store.Find(w, runId) is not { } child)
                    {
                        return false;
                    }

                    child.Changes.DoneTransfers.Add(key);
                    child.WorkflowTask.EnsureScheduled();
                    return true;
                }
            );
            if (!isThere)
            {
                await _answers.DeleteTaskAsync(key);
            }
        }
    }

    private static WorkflowExecutionStartedEventAttributes InheritedBy(
        MutableState parent,
        StartChildWorkflowExecutionInitiatedEventAttributes a
    )
    {
        var child = new WorkflowExecutionStartedEventAttributes { TaskQueue = a.TaskQueue };
        WorkflowDeploymentVersionResolver.Inherit(child, parent);
        return child;
    }

    private string StartChild(
        SingleWorkflowRunCache workflow,
        TransferTask task,
        StartChildWorkflowExecutionInitiatedEventAttributes a,
        TemporalNamespace parentNamespace,
        WorkflowExecution root,
        Priority? priority,
        WorkflowExecutionStartedEventAttributes? inherited
    )
    {
        var current = store.Current(workflow);
        var newRunId = Guid.CreateVersion7().ToString();
        if (current is not null)
        {
            if (current.Record.RequestIds.ContainsKey(task.RequestId) || current.Record.CreateRequestId == task.RequestId)
            {
                return current.RunId;
            }

            var reusable = a.WorkflowIdReusePolicy switch
            {
                WorkflowIdReusePolicy.RejectDuplicate => false,
                WorkflowIdReusePolicy.AllowDuplicateFailedOnly => current.Status
                    is not (WorkflowExecutionStatus.Completed or WorkflowExecutionStatus.Running or WorkflowExecutionStatus.Paused),
                _ => true,
            };
            if (current.IsOpen && a.WorkflowIdReusePolicy == WorkflowIdReusePolicy.TerminateIfRunning)
            {
                newRunId = chain.Replace(workflow, current);
            }
            else if (current.IsOpen || !reusable)
            {
                throw GrpcErrorFactory.AlreadyStarted(
                    "Workflow execution already started",
                    current.Record.CreateRequestId,
                    current.RunId,
                    current.FirstRunId
                );
            }
        }

        var request = new StartWorkflowExecutionRequest
        {
            WorkflowId = a.WorkflowId,
            WorkflowType = a.WorkflowType,
            TaskQueue = a.TaskQueue,
            Input = a.Input,
            WorkflowExecutionTimeout = a.WorkflowExecutionTimeout,
            WorkflowRunTimeout = a.WorkflowRunTimeout,
            WorkflowTaskTimeout = a.WorkflowTaskTimeout,
            RetryPolicy = a.RetryPolicy,
            CronSchedule = a.CronSchedule,
            Memo = a.Memo,
            SearchAttributes = a.SearchAttributes,
            Header = a.Header,
            Priority = priority,
        };
        var run = store.Create(workflow, newRunId);
        var start = WorkflowStartEventFactory.First(request, run.RunId, run.Now);
        start.WorkflowRunTimeout ??= new Google.Protobuf.WellKnownTypes.Duration();
        start.ParentWorkflowNamespace = parentNamespace.Name;
        start.ParentWorkflowNamespaceId = parentNamespace.Id;
        start.ParentWorkflowExecution = new WorkflowExecution { WorkflowId = task.WorkflowId, RunId = task.RunId };
        start.ParentInitiatedEventId = task.EventId;
        start.RootWorkflowExecution = root;
        start.InheritedPinnedVersion = inherited?.InheritedPinnedVersion;
        start.InheritedAutoUpgradeInfo = inherited?.InheritedAutoUpgradeInfo;
        run.Begin(start, HistoryEvent.Parser.ParseFrom(task.Event).UserMetadata, [], task.RequestId);
        return run.RunId;
    }

    private void AnswerStart(
        SingleWorkflowRunCache workflow,
        long key,
        TransferTask task,
        StartChildWorkflowExecutionInitiatedEventAttributes a,
        string runId,
        StartChildWorkflowExecutionFailedCause failure
    )
    {
        if (store.Find(workflow, task.RunId) is not { } run)
        {
            return;
        }

        if (runId.Length == 0)
        {
            run.Changes.DoneTransfers.Add(key);
        }

        if (!run.IsOpen || run.Children.Find(task.EventId) is not { } child || child.StartedEventId != 0)
        {
            if (!run.IsOpen && runId.Length > 0 && a.ParentClosePolicy != ParentClosePolicy.Abandon)
            {
                // The parent closed while the child was being started.
                run.Changes.Transfers.Add(
                    new TransferTask
                    {
                        Kind = TransferTask.Types.Kind.CloseChild,
                        NamespaceId = task.NamespaceId,
                        WorkflowId = task.WorkflowId,
                        RunId = task.RunId,
                        TargetNamespaceId = task.TargetNamespaceId,
                        TargetWorkflowId = task.TargetWorkflowId,
                        TargetRunId = runId,
                        ClosePolicy = a.ParentClosePolicy,
                    }
                );
            }

            return;
        }

        if (failure == StartChildWorkflowExecutionFailedCause.Unspecified)
        {
            var e = run.NewEvent(EventType.ChildWorkflowExecutionStarted);
            e.ChildWorkflowExecutionStartedEventAttributes = new ChildWorkflowExecutionStartedEventAttributes
            {
                Namespace = a.Namespace,
                NamespaceId = a.NamespaceId,
                InitiatedEventId = task.EventId,
                WorkflowExecution = new WorkflowExecution { WorkflowId = a.WorkflowId, RunId = runId },
                WorkflowType = a.WorkflowType,
                Header = a.Header,
            };
            run.AddOrBuffer(e);
        }
        else
        {
            var e = run.NewEvent(EventType.StartChildWorkflowExecutionFailed);
            e.StartChildWorkflowExecutionFailedEventAttributes = new StartChildWorkflowExecutionFailedEventAttributes
            {
                Namespace = a.Namespace,
                NamespaceId = a.NamespaceId,
                WorkflowId = a.WorkflowId,
                WorkflowType = a.WorkflowType,
                Cause = failure,
                Control = a.Control,
                InitiatedEventId = task.EventId,
            };
            run.AddOrBuffer(e);
        }

        run.WorkflowTask.EnsureScheduled();
    }
}
