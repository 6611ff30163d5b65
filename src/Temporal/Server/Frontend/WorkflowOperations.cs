using Temporal.Grpc;
using Temporal.Server.Common;
using Temporal.Server.History;
using Temporal.Server.Matching;
using Temporal.Server.Visibility;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Frontend;

/// <summary>What clients do to workflows: start, signal, cancel, terminate, delete, describe.</summary>
internal sealed class WorkflowOperations : IWorkflowOperations
{
    private const string Service = RpcTable.WorkflowService;

    private readonly WorkflowEngine _engine;
    private readonly NamespaceRegistry _namespaces;
    private readonly SearchAttributeRegistry _searchAttributes;
    private readonly VisibilityStore _visibility;
    private readonly ResetOperation _reset;

    public WorkflowOperations(WorkflowEngine engine, NamespaceRegistry namespaces, SearchAttributeRegistry searchAttributes, VisibilityStore visibility)
    {
        _engine = engine;
        _namespaces = namespaces;
        _searchAttributes = searchAttributes;
        _visibility = visibility;
        _reset = new ResetOperation(engine);
    }

    public event Action<ClosedRun>? RunClosed
    {
        add => _engine.RunClosed += value;
        remove => _engine.RunClosed -= value;
    }

    /// <summary>Hands a new run's first task to the one who starts it.</summary>
    public Func<Workflow, MutableState, StartWorkflowExecutionRequest, PollWorkflowTaskQueueResponse?> StartEagerly { get; set; } = static (_, _, _) => null;

    private WorkflowStore Store => _engine.Store;

    public void Register(RpcTable table)
    {
        table.Add(Service, "StartWorkflowExecution", StartWorkflowExecutionRequest.Parser, async (_, r) => await StartAsync(r));
        table.Add(Service, "SignalWithStartWorkflowExecution", SignalWithStartWorkflowExecutionRequest.Parser, SignalWithStartAsync);
        table.Add(Service, "SignalWorkflowExecution", SignalWorkflowExecutionRequest.Parser, async (_, r) =>
        {
            await SignalAsync(r);
            return new SignalWorkflowExecutionResponse();
        });
        table.Add(Service, "RequestCancelWorkflowExecution", RequestCancelWorkflowExecutionRequest.Parser, async (_, r) =>
        {
            await RequestCancelAsync(r);
            return new RequestCancelWorkflowExecutionResponse();
        });
        table.Add(Service, "TerminateWorkflowExecution", TerminateWorkflowExecutionRequest.Parser, async (_, r) =>
        {
            await TerminateAsync(r);
            return new TerminateWorkflowExecutionResponse();
        });
        table.Add(Service, "DeleteWorkflowExecution", DeleteWorkflowExecutionRequest.Parser, async (_, r) =>
        {
            await DeleteAsync(r);
            return new DeleteWorkflowExecutionResponse();
        });
        table.Add(Service, "DescribeWorkflowExecution", DescribeWorkflowExecutionRequest.Parser, async (_, r) => await DescribeAsync(r));
        table.Add(Service, "UpdateWorkflowExecutionOptions", UpdateWorkflowExecutionOptionsRequest.Parser, async (_, r) => await UpdateOptionsAsync(r));
        table.Add(Service, "ResetWorkflowExecution", ResetWorkflowExecutionRequest.Parser, async (_, r) => await ResetAsync(r));
    }

    public Task<StartWorkflowExecutionResponse> StartAsync(StartWorkflowExecutionRequest request)
    {
        var ns = _namespaces.Resolve(request.Namespace);
        StartRequests.Check(request, ns, _searchAttributes);
        return Store.ChangeAsync(ns.Id, request.WorkflowId, w =>
        {
            var response = Start(w, request);
            if (request.RequestEagerExecution && response.Started && Store.Current(w) is { } run && run.RunId == response.RunId)
            {
                response.EagerWorkflowTask = StartEagerly(w, run, request);
            }

            return response;
        });
    }

    public Task SignalAsync(SignalWorkflowExecutionRequest request)
    {
        var ns = _namespaces.Resolve(request.Namespace);
        Require.Execution(request.WorkflowExecution);
        SignalName(request.SignalName);
        Require.RequestId(request.RequestId);
        Require.Blob(request.Input);
        return Store.ChangeAsync(ns.Id, request.WorkflowExecution.WorkflowId, w =>
        {
            var run = Open(w, request.WorkflowExecution.RunId);
            Signals.Add(run, request.SignalName, request.Input, request.Header, request.Identity, request.RequestId, null, request.Links);
        });
    }

    public Task RequestCancelAsync(RequestCancelWorkflowExecutionRequest request)
    {
        var ns = _namespaces.Resolve(request.Namespace);
        Require.Execution(request.WorkflowExecution);
        Require.RequestId(request.RequestId);
        return Store.ChangeAsync(ns.Id, request.WorkflowExecution.WorkflowId, w =>
        {
            var run = OfChain(w, request.WorkflowExecution.RunId, request.FirstExecutionRunId);
            if (run.IsOpen)
            {
                Signals.RequestCancel(run, request.Reason, request.Identity, request.RequestId, null, request.Links);
            }
        });
    }

    public Task TerminateAsync(TerminateWorkflowExecutionRequest request)
    {
        var ns = _namespaces.Resolve(request.Namespace);
        Require.Execution(request.WorkflowExecution);
        return Store.ChangeAsync(ns.Id, request.WorkflowExecution.WorkflowId, w =>
        {
            var run = OfChain(w, request.WorkflowExecution.RunId, request.FirstExecutionRunId);
            if (!run.IsOpen)
            {
                throw Closed();
            }

            _engine.Chain.Terminate(w, run, request.Reason, request.Details, request.Identity, request.Links);
        });
    }

    public async Task DeleteAsync(DeleteWorkflowExecutionRequest request)
    {
        var ns = _namespaces.Resolve(request.Namespace);
        Require.Execution(request.WorkflowExecution);
        var id = request.WorkflowExecution.WorkflowId;
        var run = await Store.ChangeAsync(ns.Id, id, w =>
        {
            var run = Existing(w, request.WorkflowExecution.RunId);
            if (run.IsOpen)
            {
                _engine.Chain.Terminate(w, run, "Delete workflow execution", null, "history-service");
            }

            return run;
        });
        await Store.DeleteAsync(run, _visibility);
    }

    public Task<DescribeWorkflowExecutionResponse> DescribeAsync(DescribeWorkflowExecutionRequest request)
    {
        var ns = _namespaces.Resolve(request.Namespace);
        Require.Execution(request.Execution);
        return Store.ChangeAsync(ns.Id, request.Execution.WorkflowId, w => Describer.Describe(Existing(w, request.Execution.RunId)));
    }

    public Task<ResetWorkflowExecutionResponse> ResetAsync(ResetWorkflowExecutionRequest request)
    {
        var ns = _namespaces.Resolve(request.Namespace);
        Require.Execution(request.WorkflowExecution);
        return Store.ChangeAsync(ns.Id, request.WorkflowExecution.WorkflowId, w => _reset.Reset(w, Existing(w, request.WorkflowExecution.RunId), request));
    }

    public Task<long?> FindCompletedWorkflowTaskAsync(string namespaceName, WorkflowExecution execution, bool last)
    {
        var ns = _namespaces.Resolve(namespaceName);
        return Store.ChangeAsync(ns.Id, execution.WorkflowId, w =>
        {
            var completed = Store.Batches(Existing(w, execution.RunId), 1).SelectMany(HistoryLog.Decode)
                .Where(e => e.EventType == EventType.WorkflowTaskCompleted).Select(e => (long?)e.EventId);
            return last ? completed.LastOrDefault() : completed.FirstOrDefault();
        });
    }

    public Task<UpdateWorkflowExecutionOptionsResponse> UpdateOptionsAsync(UpdateWorkflowExecutionOptionsRequest request)
    {
        var ns = _namespaces.Resolve(request.Namespace);
        Require.Execution(request.WorkflowExecution);
        if (request.UpdateMask is null || request.UpdateMask.Paths.Count == 0)
        {
            throw RpcErrors.InvalidArgument("UpdateMask is not set on request.");
        }

        return Store.ChangeAsync(ns.Id, request.WorkflowExecution.WorkflowId, w =>
        {
            var run = Open(w, request.WorkflowExecution.RunId);
            if (request.UpdateMask.Paths.Any(p => p.StartsWith("versioning_override", StringComparison.Ordinal)))
            {
                OptionsUpdate.Apply(run, request.WorkflowExecutionOptions, request.Identity);
            }

            return new UpdateWorkflowExecutionOptionsResponse
            {
                WorkflowExecutionOptions = new Temporalio.Api.Workflow.V1.WorkflowExecutionOptions { VersioningOverride = run.Record.VersioningOverride },
            };
        });
    }

    /// <summary>Starts, or meets the run that is there, by the policies of the request. Call with the workflow's lock held.</summary>
    /// <param name="beforeFirstTask">What belongs in front of the first workflow task.</param>
    /// <param name="repeats">A request id that is known already stands for the same start.</param>
    public StartWorkflowExecutionResponse Start(Workflow workflow, StartWorkflowExecutionRequest request, Action<MutableState>? beforeFirstTask = null, bool repeats = true)
    {
        var newRunId = Guid.CreateVersion7().ToString();
        if (Store.Current(workflow) is { } current)
        {
            if (repeats && current.Record.RequestIds.TryGetValue(request.RequestId, out var known))
            {
                return Started(request, current, known.EventType == EventType.WorkflowExecutionStarted);
            }

            if (current.IsOpen)
            {
                if (Conflict(workflow, current, request, ref newRunId) is { } answer)
                {
                    return answer;
                }
            }
            else
            {
                Reuse(current, request.WorkflowIdReusePolicy);
            }
        }

        var run = Store.Create(workflow, newRunId);
        run.Begin(StartedEvents.First(request, run.RunId, run.Now), request.UserMetadata, request.Links, request.RequestId);
        if (request.VersioningOverride is { } versioning)
        {
            run.Record.VersioningOverride = versioning;
        }

        run.Record.Callbacks.AddRange(request.CompletionCallbacks);
        beforeFirstTask?.Invoke(run);
        run.EnsureWorkflowTask();
        return Started(request, run, started: true);
    }

    /// <summary>A running or closed run that a request names.</summary>
    public MutableState Existing(Workflow workflow, string runId) => Store.Find(workflow, runId) ?? throw (runId.Length > 0
        ? RpcErrors.NotFound($"workflow execution not found for workflow ID \"{workflow.WorkflowId}\" and run ID \"{runId}\"")
        : RpcErrors.NotFound($"workflow not found for ID: {workflow.WorkflowId}"));

    /// <summary>A running run that a request names.</summary>
    public MutableState Open(Workflow workflow, string runId) => Existing(workflow, runId) is { IsOpen: true } run ? run : throw Closed();

    public static GrpcException Closed() => RpcErrors.NotFound("workflow execution already completed");

    private async ValueTask<SignalWithStartWorkflowExecutionResponse> SignalWithStartAsync(GrpcServerCallContext context, SignalWithStartWorkflowExecutionRequest r)
    {
        var ns = _namespaces.Resolve(r.Namespace);
        SignalName(r.SignalName);
        Require.Blob(r.SignalInput);
        var start = new StartWorkflowExecutionRequest
        {
            Namespace = r.Namespace,
            WorkflowId = r.WorkflowId,
            WorkflowType = r.WorkflowType,
            TaskQueue = r.TaskQueue,
            Input = r.Input,
            WorkflowExecutionTimeout = r.WorkflowExecutionTimeout,
            WorkflowRunTimeout = r.WorkflowRunTimeout,
            WorkflowTaskTimeout = r.WorkflowTaskTimeout,
            Identity = r.Identity,
            RequestId = r.RequestId,
            WorkflowIdReusePolicy = r.WorkflowIdReusePolicy,
            WorkflowIdConflictPolicy = r.WorkflowIdConflictPolicy,
            RetryPolicy = r.RetryPolicy,
            CronSchedule = r.CronSchedule,
            Memo = r.Memo,
            SearchAttributes = r.SearchAttributes,
            Header = r.Header,
            WorkflowStartDelay = r.WorkflowStartDelay,
            UserMetadata = r.UserMetadata,
            VersioningOverride = r.VersioningOverride,
            Priority = r.Priority,
        };
        start.Links.AddRange(r.Links);
        if (r.WorkflowIdConflictPolicy == WorkflowIdConflictPolicy.Fail)
        {
            throw RpcErrors.InvalidArgument("Invalid WorkflowIDConflictPolicy: WORKFLOW_ID_CONFLICT_POLICY_FAIL is not supported for this operation.");
        }

        StartRequests.Check(start, ns, _searchAttributes);
        return await Store.ChangeAsync(ns.Id, r.WorkflowId, w =>
        {
            void Signal(MutableState run) => Signals.Add(run, r.SignalName, r.SignalInput, r.Header, r.Identity, start.RequestId, null, r.Links);
            var terminates = r.WorkflowIdConflictPolicy == WorkflowIdConflictPolicy.TerminateExisting || r.WorkflowIdReusePolicy == WorkflowIdReusePolicy.TerminateIfRunning;
            if (!terminates && Store.Current(w) is { IsOpen: true } current)
            {
                Signal(current);
                return new SignalWithStartWorkflowExecutionResponse { RunId = current.RunId };
            }

            var started = Start(w, start, Signal, repeats: false);
            return new SignalWithStartWorkflowExecutionResponse { RunId = started.RunId, Started = true };
        });
    }

    private StartWorkflowExecutionResponse? Conflict(Workflow workflow, MutableState current, StartWorkflowExecutionRequest request, ref string newRunId)
    {
        var policy = request.WorkflowIdConflictPolicy;
        if (request.WorkflowIdReusePolicy == WorkflowIdReusePolicy.TerminateIfRunning)
        {
            policy = WorkflowIdConflictPolicy.TerminateExisting;
        }

        switch (policy)
        {
            case WorkflowIdConflictPolicy.UseExisting:
                Attach(current, request);
                return Started(request, current, started: false);
            case WorkflowIdConflictPolicy.TerminateExisting:
                newRunId = _engine.Chain.Replace(workflow, current);
                return null;
            default:
                throw RpcErrors.AlreadyStarted(
                    $"Workflow execution is already running. WorkflowId: {current.WorkflowId}, RunId: {current.RunId}.", current.Record.CreateRequestId, current.RunId);
        }
    }

    /// <summary>A start that met a running workflow leaves what it asked for there.</summary>
    private static void Attach(MutableState run, StartWorkflowExecutionRequest request)
    {
        if (request.OnConflictOptions is not { } options || !(options.AttachRequestId || options.AttachCompletionCallbacks || options.AttachLinks))
        {
            return;
        }

        var e = run.NewEvent(EventType.WorkflowExecutionOptionsUpdated);
        e.WorkflowExecutionOptionsUpdatedEventAttributes = new WorkflowExecutionOptionsUpdatedEventAttributes { AttachedRequestId = options.AttachRequestId ? request.RequestId : "" };
        if (options.AttachCompletionCallbacks)
        {
            e.WorkflowExecutionOptionsUpdatedEventAttributes.AttachedCompletionCallbacks.AddRange(request.CompletionCallbacks);
            run.Record.Callbacks.AddRange(request.CompletionCallbacks);
        }

        if (options.AttachLinks)
        {
            e.Links.AddRange(request.Links);
        }

        e.WorkerMayIgnore = true;
        run.AddOrBuffer(e);
        if (options.AttachRequestId)
        {
            run.RememberRequest(request.RequestId, e.EventType, e);
        }
    }

    private static void Reuse(MutableState closed, WorkflowIdReusePolicy policy)
    {
        var refused = policy switch
        {
            WorkflowIdReusePolicy.AllowDuplicateFailedOnly when closed.Status == WorkflowExecutionStatus.Completed => "allow duplicate workflow Id if last run failed.",
            WorkflowIdReusePolicy.RejectDuplicate => "reject duplicate workflow Id.",
            _ => null,
        };
        if (refused is not null)
        {
            throw RpcErrors.AlreadyStarted(
                $"Workflow execution already finished{(policy == WorkflowIdReusePolicy.RejectDuplicate ? "" : " successfully")}. WorkflowId: {closed.WorkflowId}, RunId: {closed.RunId}. Workflow Id reuse policy: {refused}",
                closed.Record.CreateRequestId, closed.RunId);
        }
    }

    /// <summary>The answer to a start that made a run, or met one.</summary>
    public StartWorkflowExecutionResponse Started(StartWorkflowExecutionRequest request, MutableState run, bool started) => new()
    {
        RunId = run.RunId,
        Started = started,
        Status = run.Status,
        Link = new Link
        {
            WorkflowEvent = new Link.Types.WorkflowEvent
            {
                Namespace = request.Namespace,
                WorkflowId = run.WorkflowId,
                RunId = run.RunId,
                EventRef = new Link.Types.WorkflowEvent.Types.EventReference { EventId = 1, EventType = EventType.WorkflowExecutionStarted },
            },
        },
    };

    private static void SignalName(string name)
    {
        if (name.Length == 0)
        {
            throw RpcErrors.InvalidArgument("SignalName is not set on request.");
        }

        if (name.Length > Require.MaxId)
        {
            throw RpcErrors.InvalidArgument("SignalName length exceeds limit.");
        }
    }

    /// <summary>The run that is meant: where the chain's first run is named, the one that is the chain's last by now, whatever else is named.</summary>
    private MutableState OfChain(Workflow workflow, string runId, string firstRunId)
    {
        var run = Existing(workflow, firstRunId.Length > 0 ? "" : runId);
        return firstRunId.Length == 0 || run.FirstRunId == firstRunId ? run : throw RpcErrors.NotFound("workflow execution not found");
    }
}
