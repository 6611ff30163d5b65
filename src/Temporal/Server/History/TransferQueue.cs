using Temporal.Grpc;
using Temporal.Server.Common;
using Temporal.Server.Matching;
using Temporal.Server.Storage;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.History;

/// <summary>
/// Does what one workflow asks of another: start a child, signal, cancel, tell the parent, close the children. Each record is written with the change that asks for it, and goes
/// with the change that answers it, so it is done once whatever happens in between: what is done to the other side is recognised by its request id.
/// </summary>
internal sealed class TransferQueue(WorkflowStore store, RunChain chain, NamespaceRegistry namespaces)
{
    /// <summary>Does what a record asks for; repeated from its beginning when something could not be written.</summary>
    public Task RunAsync(long key, TransferTask task) => task.Kind switch
    {
        TransferTask.Types.Kind.StartChild => StartChildAsync(key, task),
        TransferTask.Types.Kind.SignalExternal => SignalAsync(key, task),
        TransferTask.Types.Kind.CancelExternal => CancelAsync(key, task),
        TransferTask.Types.Kind.ChildClosed => TellParentAsync(key, task),
        _ => CloseChildAsync(key, task),
    };

    private async Task StartChildAsync(long key, TransferTask task)
    {
        var a = HistoryEvent.Parser.ParseFrom(task.Event).StartChildWorkflowExecutionInitiatedEventAttributes;
        var ns = namespaces.FindById(task.NamespaceId)!;
        var (root, priority, knownRunId) = await store.ChangeAsync(task.NamespaceId, task.WorkflowId, w =>
            store.Find(w, task.RunId) is { IsOpen: true } run && run.Children.TryGetValue(task.EventId, out var child)
                ? (run.Root, Priorities.Inherit(a.Priority, run.Start.Priority), child.RunId) : (null, null, ""));
        if (root is null)
        {
            // The parent has closed, or knows the answer already: no child is started for it.
            await DoneAsync(key, task);
            return;
        }

        var runId = knownRunId;
        if (runId.Length == 0)
        {
            var failure = StartChildWorkflowExecutionFailedCause.Unspecified;
            try
            {
                runId = await store.ChangeAsync(task.TargetNamespaceId, task.TargetWorkflowId, w => StartChild(w, task, a, ns, root, priority));
            }
            catch (GrpcException e) when (e.Code == GrpcStatusCode.AlreadyExists)
            {
                failure = StartChildWorkflowExecutionFailedCause.WorkflowAlreadyExists;
            }

            await store.ChangeAsync(task.NamespaceId, task.WorkflowId, w => AnswerStart(w, key, task, a, runId, failure));
        }

        // The child's first task waits until its parent knows of it, so that the parent's events come in order.
        if (runId.Length > 0)
        {
            var isThere = await store.ChangeAsync(task.TargetNamespaceId, task.TargetWorkflowId, w =>
            {
                if (store.Find(w, runId) is not { } child)
                {
                    return false;
                }

                child.Changes.DoneTransfers.Add(key);
                child.EnsureWorkflowTask();
                return true;
            });
            if (!isThere)
            {
                await ForgetAsync(key);
            }
        }
    }

    private string StartChild(Workflow workflow, TransferTask task, StartChildWorkflowExecutionInitiatedEventAttributes a, NamespaceEntry parentNamespace, WorkflowExecution root, Priority? priority)
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
                WorkflowIdReusePolicy.AllowDuplicateFailedOnly => current.Status is not (WorkflowExecutionStatus.Completed or WorkflowExecutionStatus.Running),
                _ => true,
            };
            if (current.IsOpen && a.WorkflowIdReusePolicy == WorkflowIdReusePolicy.TerminateIfRunning)
            {
                newRunId = chain.Replace(workflow, current);
            }
            else if (current.IsOpen || !reusable)
            {
                throw RpcErrors.AlreadyStarted("Workflow execution already started", current.Record.CreateRequestId, current.RunId);
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
        var start = StartedEvents.First(request, run.RunId, run.Now);
        start.WorkflowRunTimeout ??= new Google.Protobuf.WellKnownTypes.Duration();
        start.ParentWorkflowNamespace = parentNamespace.Name;
        start.ParentWorkflowNamespaceId = parentNamespace.Id;
        start.ParentWorkflowExecution = new WorkflowExecution { WorkflowId = task.WorkflowId, RunId = task.RunId };
        start.ParentInitiatedEventId = task.EventId;
        start.RootWorkflowExecution = root;
        run.Begin(start, HistoryEvent.Parser.ParseFrom(task.Event).UserMetadata, [], task.RequestId);
        return run.RunId;
    }

    private void AnswerStart(
        Workflow workflow, long key, TransferTask task, StartChildWorkflowExecutionInitiatedEventAttributes a, string runId, StartChildWorkflowExecutionFailedCause failure)
    {
        if (store.Find(workflow, task.RunId) is not { } run)
        {
            return;
        }

        if (runId.Length == 0)
        {
            run.Changes.DoneTransfers.Add(key);
        }

        if (!run.IsOpen || !run.Children.TryGetValue(task.EventId, out var child) || child.StartedEventId != 0)
        {
            if (!run.IsOpen && runId.Length > 0 && a.ParentClosePolicy != ParentClosePolicy.Abandon)
            {
                // The parent closed while the child was being started.
                run.Changes.Transfers.Add(new TransferTask
                {
                    Kind = TransferTask.Types.Kind.CloseChild,
                    NamespaceId = task.NamespaceId,
                    WorkflowId = task.WorkflowId,
                    RunId = task.RunId,
                    TargetNamespaceId = task.TargetNamespaceId,
                    TargetWorkflowId = task.TargetWorkflowId,
                    TargetRunId = runId,
                    ClosePolicy = a.ParentClosePolicy,
                });
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

        run.EnsureWorkflowTask();
    }

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
                await store.ChangeAsync(task.TargetNamespaceId, task.TargetWorkflowId, w =>
                {
                    var target = Target(w, task);
                    Signals.Add(target, a.SignalName, a.Input, a.Header, "history-service", task.RequestId, new WorkflowExecution { WorkflowId = task.WorkflowId, RunId = task.RunId }, []);
                });
            }
            catch (GrpcException e) when (e.Code == GrpcStatusCode.NotFound)
            {
                cause = SignalExternalWorkflowExecutionFailedCause.ExternalWorkflowExecutionNotFound;
            }
            catch (GrpcException e) when (e.Code == GrpcStatusCode.InvalidArgument)
            {
                cause = SignalExternalWorkflowExecutionFailedCause.SignalCountLimitExceeded;
            }
        }

        await AnswerAsync(key, task, run => run.ExternalSignals.ContainsKey(task.EventId), run =>
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
        });
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
                await store.ChangeAsync(task.TargetNamespaceId, task.TargetWorkflowId, w =>
                {
                    if (Target(w, task, closed: true) is not { IsOpen: true } target)
                    {
                        // What has closed needs no cancelling: the request is taken, and nothing comes of it.
                        return;
                    }

                    Signals.RequestCancel(target, a.Reason, "history-service", task.RequestId, (task.EventId, new WorkflowExecution { WorkflowId = task.WorkflowId, RunId = task.RunId }), []);
                });
            }
            catch (GrpcException e) when (e.Code == GrpcStatusCode.NotFound)
            {
                found = false;
            }
        }

        await AnswerAsync(key, task, run => run.ExternalCancels.ContainsKey(task.EventId), run =>
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
            failed.RequestCancelExternalWorkflowExecutionFailedEventAttributes = new RequestCancelExternalWorkflowExecutionFailedEventAttributes
            {
                Cause = CancelExternalWorkflowExecutionFailedCause.ExternalWorkflowExecutionNotFound,
                Namespace = namespaces.FindById(task.TargetNamespaceId)?.Name ?? "",
                NamespaceId = a.NamespaceId,
                WorkflowExecution = a.WorkflowExecution,
                InitiatedEventId = task.EventId,
            };
            return failed;
        });
    }

    private async Task TellParentAsync(long key, TransferTask task)
    {
        var closing = HistoryEvent.Parser.ParseFrom(task.Event);
        await store.ChangeAsync(task.TargetNamespaceId, task.TargetWorkflowId, w =>
        {
            // A parent that was reset meanwhile hears of it in the run that it was reset to, if the child had been started before that place.
            var parent = store.Find(w, task.TargetRunId);
            while (parent is { IsOpen: false } && parent.Record.ResetRunId is { Length: > 0 } next && store.Find(w, next) is { } reset)
            {
                parent = reset;
            }

            if (parent is { IsOpen: true } && parent.Children.TryGetValue(task.EventId, out var child) && child.StartedEventId != 0 && child.Initiated.WorkflowId == task.WorkflowId)
            {
                parent.AddOrBuffer(ChildEvents.Closed(parent, child, task.RunId, closing));
                parent.EnsureWorkflowTask();
            }
        });
        await DoneAsync(key, task);
    }

    private async Task CloseChildAsync(long key, TransferTask task)
    {
        try
        {
            await store.ChangeAsync(task.TargetNamespaceId, task.TargetWorkflowId, w =>
            {
                var target = Target(w, task, followChain: true);
                if (task.ClosePolicy == ParentClosePolicy.RequestCancel)
                {
                    Signals.RequestCancel(target, "", "history-service", Guid.NewGuid().ToString(), (0, new WorkflowExecution { WorkflowId = task.WorkflowId, RunId = task.RunId }), []);
                }
                else
                {
                    chain.Terminate(w, target, "by parent close policy", null, "history-service");
                }
            });
        }
        catch (GrpcException e) when (e.Code == GrpcStatusCode.NotFound)
        {
            // The child has closed by itself.
        }

        await DoneAsync(key, task);
    }

    /// <summary>The run a record is meant for: open, and where asked a child of the asking run.</summary>
    /// <param name="closed">Also one that has closed.</param>
    private MutableState Target(Workflow workflow, TransferTask task, bool followChain = false, bool closed = false)
    {
        var run = store.Find(workflow, task.ChildOnly || followChain ? "" : task.TargetRunId);
        if (run is null || (!run.IsOpen && !closed))
        {
            throw RpcErrors.NotFound("workflow execution already completed");
        }

        var isChild = run.Start.ParentWorkflowExecution is { } parent && parent.WorkflowId == task.WorkflowId && parent.RunId == task.RunId;
        if (task.ChildOnly && !isChild || (followChain && run.FirstRunId != task.TargetRunId && run.RunId != task.TargetRunId))
        {
            throw RpcErrors.NotFound("workflow execution not found");
        }

        return run;
    }

    private static bool IsSelf(TransferTask task) => task.TargetNamespaceId == task.NamespaceId && task.TargetWorkflowId == task.WorkflowId
        && (task.TargetRunId.Length == 0 || task.TargetRunId == task.RunId);

    private async Task AnswerAsync(long key, TransferTask task, Func<MutableState, bool> waits, Func<MutableState, HistoryEvent> answer)
    {
        var isThere = await store.ChangeAsync(task.NamespaceId, task.WorkflowId, w =>
        {
            if (store.Find(w, task.RunId) is not { } run)
            {
                return false;
            }

            run.Changes.DoneTransfers.Add(key);
            if (run.IsOpen && waits(run))
            {
                run.AddOrBuffer(answer(run));
                run.EnsureWorkflowTask();
            }

            return true;
        });
        if (!isThere)
        {
            await ForgetAsync(key);
        }
    }

    /// <summary>Crosses out a record whose run was deleted meanwhile: no change of that run can carry it any more.</summary>
    private Task ForgetAsync(long key) => store.Database.WriteAsync(db => TransferTaskTable.Delete(db, key));

    private Task DoneAsync(long key, TransferTask task) => AnswerAsync(key, task, static _ => false, static _ => null!);
}
