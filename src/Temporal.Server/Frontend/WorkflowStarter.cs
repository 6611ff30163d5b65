using Temporal.Server.History;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Frontend;

/// <summary>Starts workflows. Creates a new run or uses the existing one, according to the request's id policies.</summary>
internal sealed class WorkflowStarter(WorkflowEngine engine)
{
    /// <summary>Returns a new run's first task to the client that started the run (eager start).</summary>
    public Func<
        SingleWorkflowRunCache,
        MutableState,
        StartWorkflowExecutionRequest,
        PollWorkflowTaskQueueResponse?
    > StartEagerly { get; set; } = static (_, _, _) => null;

    private WorkflowStore Store => engine.Store;

    /// <summary>Starts a run or uses the existing one, according to the request's id policies. The caller must hold the workflow's lock.
    /// </summary>
    /// <param name="beforeFirstTask">Adds events before the first workflow task.</param>
    /// <param name="repeats">True for a known request id that identifies the same start.</param>
    public StartWorkflowExecutionResponse Start(
        SingleWorkflowRunCache workflow,
        StartWorkflowExecutionRequest request,
        Action<MutableState>? beforeFirstTask = null,
        bool repeats = true
    )
    {
        request.VersioningOverride = VersioningOverrideValidator.ForStart(
            request.VersioningOverride,
            engine.Deployments,
            workflow.NamespaceId,
            request.TaskQueue.Name
        );
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
        run.Begin(WorkflowStartEventFactory.First(request, run.RunId, run.Now), request.UserMetadata, request.Links, request.RequestId);
        if (request.VersioningOverride is { } versioning)
        {
            run.Record.VersioningOverride = versioning;
        }

        run.Record.Callbacks.AddRange(request.CompletionCallbacks);
        beforeFirstTask?.Invoke(run);
        run.WorkflowTask.EnsureScheduled();
        return Started(request, run, started: true);
    }

    private StartWorkflowExecutionResponse? Conflict(
        SingleWorkflowRunCache workflow,
        MutableState current,
        StartWorkflowExecutionRequest request,
        ref string newRunId
    )
    {
        var policy = request.WorkflowIdConflictPolicy;
        if (request.WorkflowIdReusePolicy == WorkflowIdReusePolicy.TerminateIfRunning)
        {
            policy = WorkflowIdConflictPolicy.TerminateExisting;
        }

        switch (policy)
        {
            case WorkflowIdConflictPolicy.UseExisting:
                var answer = Started(request, current, started: false);
                if (Attach(current, request))
                {
                    answer.Link = TemporalApiLinkFactory.ToRequest(
                        request.Namespace,
                        current,
                        request.RequestId,
                        EventType.WorkflowExecutionOptionsUpdated
                    );
                }

                return answer;
            case WorkflowIdConflictPolicy.TerminateExisting:
                newRunId = engine.Chain.Replace(workflow, current);
                return null;
            default:
                throw GrpcErrorFactory.AlreadyStarted(
                    $"Workflow execution is already running. WorkflowId: {current.WorkflowId}, RunId: {current.RunId}.",
                    current.Record.CreateRequestId,
                    current.RunId,
                    current.FirstRunId
                );
        }
    }

    /// <summary>Attaches the request id, callbacks and links of a start request to the running workflow that the request found.</summary>
    /// <returns>True if the request contained callbacks or links to attach.</returns>
    private static bool Attach(MutableState run, StartWorkflowExecutionRequest request)
    {
        if (
            request.OnConflictOptions is not { } options
            || !(options.AttachRequestId || options.AttachCompletionCallbacks || options.AttachLinks)
        )
        {
            return false;
        }

        var e = run.NewEvent(EventType.WorkflowExecutionOptionsUpdated);
        e.WorkflowExecutionOptionsUpdatedEventAttributes = new WorkflowExecutionOptionsUpdatedEventAttributes
        {
            AttachedRequestId = options.AttachRequestId ? request.RequestId : "",
        };
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

        return true;
    }

    private static void Reuse(MutableState closed, WorkflowIdReusePolicy policy)
    {
        var refused = policy switch
        {
            WorkflowIdReusePolicy.AllowDuplicateFailedOnly when closed.Status == WorkflowExecutionStatus.Completed =>
                "allow duplicate workflow Id if last run failed.",
            WorkflowIdReusePolicy.RejectDuplicate => "reject duplicate workflow Id.",
            _ => null,
        };
        if (refused is not null)
        {
            throw GrpcErrorFactory.AlreadyStarted(
                $"Workflow execution already finished{(policy == WorkflowIdReusePolicy.RejectDuplicate ? "" : " successfully")}. "
                    + $"WorkflowId: {closed.WorkflowId}, RunId: {closed.RunId}. Workflow Id reuse policy: {refused}",
                closed.Record.CreateRequestId,
                closed.RunId,
                closed.FirstRunId
            );
        }
    }

    /// <summary>Builds the response to a start that created a run or found a running one.</summary>
    public static StartWorkflowExecutionResponse Started(StartWorkflowExecutionRequest request, MutableState run, bool started) =>
        new()
        {
            RunId = run.RunId,
            FirstExecutionRunId = run.FirstRunId,
            Started = started,
            Status = run.IsPaused ? WorkflowExecutionStatus.Running : run.Status,
            Link = new Link
            {
                WorkflowEvent = new Link.Types.WorkflowEvent
                {
                    Namespace = request.Namespace,
                    WorkflowId = run.WorkflowId,
                    RunId = run.RunId,
                    EventRef = new Link.Types.WorkflowEvent.Types.EventReference
                    {
                        EventId = 1,
                        EventType = EventType.WorkflowExecutionStarted,
                    },
                },
            },
        };
}
