using Temporal.Grpc;
using Temporal.Server.Frontend;
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
internal sealed class OutboxWorker(WorkflowStore store, RunChain chain, NamespaceRegistry namespaces)
{
    /// <summary>Does what a record asks for; repeated from its beginning when something could not be written.</summary>
    public Task RunAsync(long key, OutboxRecord record) => record.Kind switch
    {
        OutboxRecord.Types.Kind.StartChild => StartChildAsync(key, record),
        OutboxRecord.Types.Kind.SignalExternal => SignalAsync(key, record),
        OutboxRecord.Types.Kind.CancelExternal => CancelAsync(key, record),
        OutboxRecord.Types.Kind.ChildClosed => TellParentAsync(key, record),
        _ => CloseChildAsync(key, record),
    };

    private async Task StartChildAsync(long key, OutboxRecord record)
    {
        var a = HistoryEvent.Parser.ParseFrom(record.Event).StartChildWorkflowExecutionInitiatedEventAttributes;
        var ns = namespaces.FindById(record.NamespaceId)!;
        var (root, priority, knownRunId) = await store.ChangeAsync(record.NamespaceId, record.WorkflowId, w =>
            store.Find(w, record.RunId) is { IsOpen: true } run && run.Children.TryGetValue(record.EventId, out var child)
                ? (run.Root, Priorities.Inherit(a.Priority, run.Start.Priority), child.RunId) : (null, null, ""));
        if (root is null)
        {
            // The parent has closed, or knows the answer already: no child is started for it.
            await DoneAsync(key, record);
            return;
        }

        var runId = knownRunId;
        if (runId.Length == 0)
        {
            var failure = StartChildWorkflowExecutionFailedCause.Unspecified;
            try
            {
                runId = await store.ChangeAsync(record.TargetNamespaceId, record.TargetWorkflowId, w => StartChild(w, record, a, ns, root, priority));
            }
            catch (GrpcException e) when (e.Code == GrpcStatusCode.AlreadyExists)
            {
                failure = StartChildWorkflowExecutionFailedCause.WorkflowAlreadyExists;
            }

            await store.ChangeAsync(record.NamespaceId, record.WorkflowId, w => AnswerStart(w, key, record, a, runId, failure));
        }

        // The child's first task waits until its parent knows of it, so that the parent's events come in order.
        if (runId.Length > 0)
        {
            var isThere = await store.ChangeAsync(record.TargetNamespaceId, record.TargetWorkflowId, w =>
            {
                if (store.Find(w, runId) is not { } child)
                {
                    return false;
                }

                child.Changes.DoneOutbox.Add(key);
                child.EnsureWorkflowTask();
                return true;
            });
            if (!isThere)
            {
                await ForgetAsync(key);
            }
        }
    }

    private string StartChild(Workflow workflow, OutboxRecord record, StartChildWorkflowExecutionInitiatedEventAttributes a, NamespaceEntry parentNamespace, WorkflowExecution root, Priority? priority)
    {
        var current = store.Current(workflow);
        var newRunId = Guid.CreateVersion7().ToString();
        if (current is not null)
        {
            if (current.Record.RequestIds.ContainsKey(record.RequestId) || current.Record.CreateRequestId == record.RequestId)
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
                newRunId = WorkflowOperations.Replace(chain, workflow, current);
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
        var start = StartRequests.FirstEvent(request, run.RunId, run.Now);
        start.WorkflowRunTimeout ??= new Google.Protobuf.WellKnownTypes.Duration();
        start.ParentWorkflowNamespace = parentNamespace.Name;
        start.ParentWorkflowNamespaceId = parentNamespace.Id;
        start.ParentWorkflowExecution = new WorkflowExecution { WorkflowId = record.WorkflowId, RunId = record.RunId };
        start.ParentInitiatedEventId = record.EventId;
        start.RootWorkflowExecution = root;
        run.Begin(start, HistoryEvent.Parser.ParseFrom(record.Event).UserMetadata, [], record.RequestId);
        return run.RunId;
    }

    private void AnswerStart(
        Workflow workflow, long key, OutboxRecord record, StartChildWorkflowExecutionInitiatedEventAttributes a, string runId, StartChildWorkflowExecutionFailedCause failure)
    {
        if (store.Find(workflow, record.RunId) is not { } run)
        {
            return;
        }

        if (runId.Length == 0)
        {
            run.Changes.DoneOutbox.Add(key);
        }

        if (!run.IsOpen || !run.Children.TryGetValue(record.EventId, out var child) || child.StartedEventId != 0)
        {
            if (!run.IsOpen && runId.Length > 0 && a.ParentClosePolicy != ParentClosePolicy.Abandon)
            {
                // The parent closed while the child was being started.
                run.Changes.Outbox.Add(new OutboxRecord
                {
                    Kind = OutboxRecord.Types.Kind.CloseChild,
                    NamespaceId = record.NamespaceId,
                    WorkflowId = record.WorkflowId,
                    RunId = record.RunId,
                    TargetNamespaceId = record.TargetNamespaceId,
                    TargetWorkflowId = record.TargetWorkflowId,
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
                InitiatedEventId = record.EventId,
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
                InitiatedEventId = record.EventId,
            };
            run.AddOrBuffer(e);
        }

        run.EnsureWorkflowTask();
    }

    private async Task SignalAsync(long key, OutboxRecord record)
    {
        var a = HistoryEvent.Parser.ParseFrom(record.Event).SignalExternalWorkflowExecutionInitiatedEventAttributes;
        var cause = SignalExternalWorkflowExecutionFailedCause.Unspecified;
        if (IsSelf(record))
        {
            cause = SignalExternalWorkflowExecutionFailedCause.ExternalWorkflowExecutionNotFound;
        }
        else
        {
            try
            {
                await store.ChangeAsync(record.TargetNamespaceId, record.TargetWorkflowId, w =>
                {
                    var target = Target(w, record);
                    Signals.Add(target, a.SignalName, a.Input, a.Header, "history-service", record.RequestId, new WorkflowExecution { WorkflowId = record.WorkflowId, RunId = record.RunId }, []);
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

        await AnswerAsync(key, record, run => run.ExternalSignals.ContainsKey(record.EventId), run =>
        {
            if (cause == SignalExternalWorkflowExecutionFailedCause.Unspecified)
            {
                var e = run.NewEvent(EventType.ExternalWorkflowExecutionSignaled);
                e.ExternalWorkflowExecutionSignaledEventAttributes = new ExternalWorkflowExecutionSignaledEventAttributes
                {
                    InitiatedEventId = record.EventId,
                    Namespace = namespaces.FindById(record.TargetNamespaceId)?.Name ?? "",
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
                Namespace = namespaces.FindById(record.TargetNamespaceId)?.Name ?? "",
                NamespaceId = a.NamespaceId,
                WorkflowExecution = a.WorkflowExecution,
                InitiatedEventId = record.EventId,
                Control = a.Control,
            };
            return failed;
        });
    }

    private async Task CancelAsync(long key, OutboxRecord record)
    {
        var a = HistoryEvent.Parser.ParseFrom(record.Event).RequestCancelExternalWorkflowExecutionInitiatedEventAttributes;
        var found = true;
        if (IsSelf(record))
        {
            found = false;
        }
        else
        {
            try
            {
                await store.ChangeAsync(record.TargetNamespaceId, record.TargetWorkflowId, w =>
                {
                    if (Target(w, record, closed: true) is not { IsOpen: true } target)
                    {
                        // What has closed needs no cancelling: the request is taken, and nothing comes of it.
                        return;
                    }

                    Signals.RequestCancel(target, a.Reason, "history-service", record.RequestId, (record.EventId, new WorkflowExecution { WorkflowId = record.WorkflowId, RunId = record.RunId }), []);
                });
            }
            catch (GrpcException e) when (e.Code == GrpcStatusCode.NotFound)
            {
                found = false;
            }
        }

        await AnswerAsync(key, record, run => run.ExternalCancels.ContainsKey(record.EventId), run =>
        {
            if (found)
            {
                var e = run.NewEvent(EventType.ExternalWorkflowExecutionCancelRequested);
                e.ExternalWorkflowExecutionCancelRequestedEventAttributes = new ExternalWorkflowExecutionCancelRequestedEventAttributes
                {
                    InitiatedEventId = record.EventId,
                    Namespace = namespaces.FindById(record.TargetNamespaceId)?.Name ?? "",
                    NamespaceId = a.NamespaceId,
                    WorkflowExecution = a.WorkflowExecution,
                };
                return e;
            }

            var failed = run.NewEvent(EventType.RequestCancelExternalWorkflowExecutionFailed);
            failed.RequestCancelExternalWorkflowExecutionFailedEventAttributes = new RequestCancelExternalWorkflowExecutionFailedEventAttributes
            {
                Cause = CancelExternalWorkflowExecutionFailedCause.ExternalWorkflowExecutionNotFound,
                Namespace = namespaces.FindById(record.TargetNamespaceId)?.Name ?? "",
                NamespaceId = a.NamespaceId,
                WorkflowExecution = a.WorkflowExecution,
                InitiatedEventId = record.EventId,
            };
            return failed;
        });
    }

    private async Task TellParentAsync(long key, OutboxRecord record)
    {
        var closing = HistoryEvent.Parser.ParseFrom(record.Event);
        await store.ChangeAsync(record.TargetNamespaceId, record.TargetWorkflowId, w =>
        {
            // A parent that was reset meanwhile hears of it in the run that it was reset to, if the child had been started before that place.
            var parent = store.Find(w, record.TargetRunId);
            while (parent is { IsOpen: false } && parent.Record.ResetRunId is { Length: > 0 } next && store.Find(w, next) is { } reset)
            {
                parent = reset;
            }

            if (parent is { IsOpen: true } && parent.Children.TryGetValue(record.EventId, out var child) && child.StartedEventId != 0 && child.Initiated.WorkflowId == record.WorkflowId)
            {
                parent.AddOrBuffer(ChildEvents.Closed(parent, child, record.RunId, closing));
                parent.EnsureWorkflowTask();
            }
        });
        await DoneAsync(key, record);
    }

    private async Task CloseChildAsync(long key, OutboxRecord record)
    {
        try
        {
            await store.ChangeAsync(record.TargetNamespaceId, record.TargetWorkflowId, w =>
            {
                var target = Target(w, record, followChain: true);
                if (record.ClosePolicy == ParentClosePolicy.RequestCancel)
                {
                    Signals.RequestCancel(target, "", "history-service", Guid.NewGuid().ToString(), (0, new WorkflowExecution { WorkflowId = record.WorkflowId, RunId = record.RunId }), []);
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

        await DoneAsync(key, record);
    }

    /// <summary>The run a record is meant for: open, and where asked a child of the asking run.</summary>
    /// <param name="closed">Also one that has closed.</param>
    private Run Target(Workflow workflow, OutboxRecord record, bool followChain = false, bool closed = false)
    {
        var run = store.Find(workflow, record.ChildOnly || followChain ? "" : record.TargetRunId);
        if (run is null || (!run.IsOpen && !closed))
        {
            throw RpcErrors.NotFound("workflow execution already completed");
        }

        var isChild = run.Start.ParentWorkflowExecution is { } parent && parent.WorkflowId == record.WorkflowId && parent.RunId == record.RunId;
        if (record.ChildOnly && !isChild || (followChain && run.FirstRunId != record.TargetRunId && run.RunId != record.TargetRunId))
        {
            throw RpcErrors.NotFound("workflow execution not found");
        }

        return run;
    }

    private static bool IsSelf(OutboxRecord record) => record.TargetNamespaceId == record.NamespaceId && record.TargetWorkflowId == record.WorkflowId
        && (record.TargetRunId.Length == 0 || record.TargetRunId == record.RunId);

    private async Task AnswerAsync(long key, OutboxRecord record, Func<Run, bool> waits, Func<Run, HistoryEvent> answer)
    {
        var isThere = await store.ChangeAsync(record.NamespaceId, record.WorkflowId, w =>
        {
            if (store.Find(w, record.RunId) is not { } run)
            {
                return false;
            }

            run.Changes.DoneOutbox.Add(key);
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
    private Task ForgetAsync(long key) => store.Database.WriteAsync(db =>
    {
        using var delete = db.Prepare("DELETE FROM outbox WHERE key = ?");
        delete.Bind(key).Run();
    });

    private Task DoneAsync(long key, OutboxRecord record) => AnswerAsync(key, record, static _ => false, static _ => null!);
}
