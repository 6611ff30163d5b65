using Temporal.Server.History;
using Temporal.Server.Visibility;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Frontend;

/// <summary>Performs client operations on workflows: start, signal, cancel, terminate, delete and describe.</summary>
internal sealed class WorkflowGrpcHandler : IInProcessWorkflowClient
{
    private readonly WorkflowEngine _engine;
    private readonly NamespaceRegistry _namespaces;
    private readonly SearchAttributeRegistry _searchAttributes;
    private readonly WorkflowRunResetter _reset;

    public WorkflowGrpcHandler(WorkflowEngine engine, NamespaceRegistry namespaces, SearchAttributeRegistry searchAttributes)
    {
        _engine = engine;
        _namespaces = namespaces;
        _searchAttributes = searchAttributes;
        _reset = new WorkflowRunResetter(engine);
        Starts = new WorkflowStarter(engine);
    }

    public event Action<ClosedRun>? RunClosed
    {
        add => _engine.RunClosed += value;
        remove => _engine.RunClosed -= value;
    }

    /// <summary>The component that starts workflows.</summary>
    public WorkflowStarter Starts { get; }

    private WorkflowStore Store => _engine.Store;

    public void Register(GrpcMethodRegistry table)
    {
        table.AddAsync((StartWorkflowExecutionRequest r) => StartAsync(r));
        table.AddAsync<SignalWithStartWorkflowExecutionRequest, SignalWithStartWorkflowExecutionResponse>(SignalWithStartAsync);
        table.AddAsync((SignalWorkflowExecutionRequest r) => SignalAsync(r));
        table.AddAsync(
            async (RequestCancelWorkflowExecutionRequest r) =>
            {
                await RequestCancelAsync(r);
                return new RequestCancelWorkflowExecutionResponse();
            }
        );
        table.AddAsync(
            async (TerminateWorkflowExecutionRequest r) =>
            {
                await TerminateAsync(r);
                return new TerminateWorkflowExecutionResponse();
            }
        );
        table.AddAsync(
            async (DeleteWorkflowExecutionRequest r) =>
            {
                await DeleteAsync(r);
                return new DeleteWorkflowExecutionResponse();
            }
        );
        table.AddAsync((DescribeWorkflowExecutionRequest r) => DescribeAsync(r));
        table.AddAsync((UpdateWorkflowExecutionOptionsRequest r) => UpdateOptionsAsync(r));
        table.AddAsync((ResetWorkflowExecutionRequest r) => ResetAsync(r));
    }

    public Task<StartWorkflowExecutionResponse> StartAsync(StartWorkflowExecutionRequest request)
    {
        var ns = _namespaces.Resolve(request.Namespace);
        WorkflowStartValidator.Check(request, ns, _searchAttributes);
        return Store.ChangeAsync(
            ns.Id,
            request.WorkflowId,
            w =>
            {
                var response = Starts.Start(w, request);
                if (request.RequestEagerExecution && response.Started && Store.Current(w) is { } run && run.RunId == response.RunId)
                {
                    response.EagerWorkflowTask = Starts.StartEagerly(w, run, request);
                }

                return response;
            }
        );
    }

    public Task<SignalWorkflowExecutionResponse> SignalAsync(SignalWorkflowExecutionRequest request)
    {
        var ns = _namespaces.Resolve(request.Namespace);
        GrpcArgumentValidator.Execution(request.WorkflowExecution);
        SignalName(request.SignalName);
        GrpcArgumentValidator.RequestId(request.RequestId);
        GrpcArgumentValidator.Blob(request.Input, ns.BlobSizeLimit);
        return Store.ChangeAsync(
            ns.Id,
            request.WorkflowExecution.WorkflowId,
            w =>
            {
                var run = Open(w, request.WorkflowExecution.RunId);
                WorkflowSignalRecorder.Add(
                    run,
                    request.SignalName,
                    request.Input,
                    request.Header,
                    request.Identity,
                    request.RequestId,
                    null,
                    request.Links
                );
                return new SignalWorkflowExecutionResponse { Link = SignalLink(ns, run, request.RequestId) };
            }
        );
    }

    public Task RequestCancelAsync(RequestCancelWorkflowExecutionRequest request)
    {
        var ns = _namespaces.Resolve(request.Namespace);
        GrpcArgumentValidator.Execution(request.WorkflowExecution);
        GrpcArgumentValidator.RequestId(request.RequestId);
        return Store.ChangeAsync(
            ns.Id,
            request.WorkflowExecution.WorkflowId,
            w =>
            {
                var run = OfChain(w, request.WorkflowExecution.RunId, request.FirstExecutionRunId);
                if (run.IsOpen)
                {
                    WorkflowSignalRecorder.RequestCancel(run, request.Reason, request.Identity, request.RequestId, null, request.Links);
                }
            }
        );
    }

    public Task TerminateAsync(TerminateWorkflowExecutionRequest request)
    {
        var ns = _namespaces.Resolve(request.Namespace);
        GrpcArgumentValidator.Execution(request.WorkflowExecution);
        return Store.ChangeAsync(
            ns.Id,
            request.WorkflowExecution.WorkflowId,
            w =>
            {
                var run = OfChain(w, request.WorkflowExecution.RunId, request.FirstExecutionRunId);
                if (!run.IsOpen)
                {
                    throw Closed();
                }

                _engine.Chain.Terminate(w, run, request.Reason, request.Details, request.Identity, request.Links);
            }
        );
    }

    public async Task DeleteAsync(DeleteWorkflowExecutionRequest request)
    {
        var ns = _namespaces.Resolve(request.Namespace);
        GrpcArgumentValidator.Execution(request.WorkflowExecution);
        var id = request.WorkflowExecution.WorkflowId;
        var run = await Store.ChangeAsync(
            ns.Id,
            id,
            w =>
            {
                var run = Existing(w, request.WorkflowExecution.RunId);
                if (run.IsOpen)
                {
                    _engine.Chain.Terminate(w, run, "Delete workflow execution", null, "history-service");
                }

                return run;
            }
        );
        await Store.DeleteAsync(run);
    }

    public Task<DescribeWorkflowExecutionResponse> DescribeAsync(DescribeWorkflowExecutionRequest request)
    {
        var ns = _namespaces.Resolve(request.Namespace);
        GrpcArgumentValidator.Execution(request.Execution);
        return Store.ChangeAsync(
            ns.Id,
            request.Execution.WorkflowId,
            w => WorkflowDescriber.Describe(Existing(w, request.Execution.RunId))
        );
    }

    public Task<ResetWorkflowExecutionResponse> ResetAsync(ResetWorkflowExecutionRequest request, bool once = false)
    {
        var ns = _namespaces.Resolve(request.Namespace);
        GrpcArgumentValidator.Execution(request.WorkflowExecution);
        return Store.ChangeAsync(
            ns.Id,
            request.WorkflowExecution.WorkflowId,
            w => _reset.Reset(w, Existing(w, request.WorkflowExecution.RunId), request, once)
        );
    }

    public Task<long?> FindCompletedWorkflowTaskAsync(string namespaceName, WorkflowExecution execution, bool last)
    {
        var ns = _namespaces.Resolve(namespaceName);
        return Store.ChangeAsync(
            ns.Id,
            execution.WorkflowId,
            w =>
            {
                var completed = Store
                    .Batches(Existing(w, execution.RunId), 1)
                    .SelectMany(CachedEventHistory.Decode)
                    .Where(e => e.EventType == EventType.WorkflowTaskCompleted)
                    .Select(e => (long?)e.EventId);
                return last ? completed.LastOrDefault() : completed.FirstOrDefault();
            }
        );
    }

    public Task<UpdateWorkflowExecutionOptionsResponse> UpdateOptionsAsync(UpdateWorkflowExecutionOptionsRequest request)
    {
        var ns = _namespaces.Resolve(request.Namespace);
        GrpcArgumentValidator.Execution(request.WorkflowExecution);
        if (request.UpdateMask is null)
        {
            throw GrpcErrorFactory.InvalidArgument("UpdateMask is not set on request.");
        }

        var paths = WorkflowOptionsUpdater.Paths(request.UpdateMask);
        if (PriorityInheritance.Fault(request.WorkflowExecutionOptions?.Priority) is { } priority)
        {
            throw GrpcErrorFactory.InvalidArgument(priority);
        }

        return Store.ChangeAsync(
            ns.Id,
            request.WorkflowExecution.WorkflowId,
            w => new UpdateWorkflowExecutionOptionsResponse
            {
                WorkflowExecutionOptions = WorkflowOptionsUpdater.Apply(
                    Open(w, request.WorkflowExecution.RunId),
                    _engine.Deployments,
                    request.WorkflowExecutionOptions,
                    paths,
                    request.Identity
                ),
            }
        );
    }

    /// <summary>Finds the running or closed run that a request names.</summary>
    public MutableState Existing(SingleWorkflowRunCache workflow, string runId) =>
        Store.Find(workflow, runId)
        ?? throw (
            runId.Length > 0
                ? GrpcErrorFactory.NotFound(
                    $"workflow execution not found for workflow ID \"{workflow.WorkflowId}\" and run ID \"{runId}\""
                )
                : GrpcErrorFactory.NotFound($"workflow not found for ID: {workflow.WorkflowId}")
        );

    /// <summary>Finds the run that a request names. The run must be open.</summary>
    public MutableState Open(SingleWorkflowRunCache workflow, string runId) =>
        Existing(workflow, runId) is { IsOpen: true } run ? run : throw Closed();

    public static RpcException Closed() => GrpcErrorFactory.NotFound("workflow execution already completed");

    private async ValueTask<SignalWithStartWorkflowExecutionResponse> SignalWithStartAsync(
        IncomingGrpcCall context,
        SignalWithStartWorkflowExecutionRequest r
    )
    {
        var ns = _namespaces.Resolve(r.Namespace);
        CheckNames(r);
        GrpcArgumentValidator.Blob(r.SignalInput, ns.BlobSizeLimit);
        var requestId = r.RequestId;
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
            throw GrpcErrorFactory.InvalidArgument(
                "Invalid WorkflowIDConflictPolicy: WORKFLOW_ID_CONFLICT_POLICY_FAIL is not supported for this operation."
            );
        }

        WorkflowStartValidator.Check(start, ns, _searchAttributes);
        return await Store.ChangeAsync(
            ns.Id,
            r.WorkflowId,
            w =>
            {
                void Signal(MutableState run) =>
                    WorkflowSignalRecorder.Add(run, r.SignalName, r.SignalInput, r.Header, r.Identity, requestId, null, r.Links);
                var terminates =
                    r.WorkflowIdConflictPolicy == WorkflowIdConflictPolicy.TerminateExisting
                    || r.WorkflowIdReusePolicy == WorkflowIdReusePolicy.TerminateIfRunning;
                if (!terminates && Store.Current(w) is { IsOpen: true } current)
                {
                    Signal(current);
                    return Answer(current, started: false);
                }

                Starts.Start(w, start, Signal, repeats: false);
                var run = Store.Current(w)!;
                if (run.Record.RequestIds.TryGetValue(start.RequestId, out var known))
                {
                    // As in the Temporal server, the request id refers to the signal, the second event.
                    known.EventId = 2;
                }

                return Answer(run, started: true);

                SignalWithStartWorkflowExecutionResponse Answer(MutableState signaled, bool started) =>
                    new()
                    {
                        RunId = signaled.RunId,
                        Started = started,
                        FirstExecutionRunId = signaled.FirstRunId,
                        SignalLink = SignalLink(ns, signaled, requestId),
                    };
            }
        );
    }

    private static Link SignalLink(TemporalNamespace ns, MutableState run, string requestId) =>
        TemporalApiLinkFactory.ToRequest(ns.Name, run, requestId, EventType.WorkflowExecutionSignaled);

    private static void CheckNames(SignalWithStartWorkflowExecutionRequest request)
    {
        if (request.SignalName.Length == 0)
        {
            throw GrpcErrorFactory.InvalidArgument("signal not set");
        }

        SignalName(request.SignalName);
        if (request.WorkflowId.Length > 0 && request.WorkflowType is null or { Name.Length: 0 })
        {
            throw GrpcErrorFactory.InvalidArgument("workflow type not set");
        }
    }

    private static void SignalName(string name)
    {
        if (name.Length == 0)
        {
            throw GrpcErrorFactory.InvalidArgument("SignalName is not set on request.");
        }

        if (name.Length > GrpcArgumentValidator.MaxId)
        {
            throw GrpcErrorFactory.InvalidArgument("SignalName length exceeds limit.");
        }
    }

    /// <summary>
    /// Finds the run that a request names. If the request specifies the first run of a chain, ignores the run id. Returns the workflow's
    /// latest run, which must then belong to that chain.
    /// </summary>
    private MutableState OfChain(SingleWorkflowRunCache workflow, string runId, string firstRunId)
    {
        var run = Existing(workflow, firstRunId.Length > 0 ? "" : runId);
        return firstRunId.Length == 0 || run.FirstRunId == firstRunId
            ? run
            : throw GrpcErrorFactory.NotFound("workflow execution not found");
    }
}
