using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporal.Server.History;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Frontend;

/// <summary>Checks requests that start workflows, and turns them into the first event.</summary>
internal static class StartRequests
{
    public const int MaxId = 1000;
    public const int MaxBlob = 2 * 1024 * 1024;
    private static readonly TimeSpan DefaultTaskTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MaximumTaskTimeout = TimeSpan.FromMinutes(2);

    /// <summary>The workflow task timeout that holds: 10 s by default, at most 2 min, and no more than the run may take.</summary>
    public static Duration TaskTimeout(Duration? asked, TimeSpan runTimeout)
    {
        var timeout = asked.IsPositive() ? asked.Span() : DefaultTaskTimeout;
        timeout = timeout > MaximumTaskTimeout ? MaximumTaskTimeout : timeout;
        return ProtoTime.MinPositive(timeout, runTimeout).AsDuration();
    }

    /// <summary>Refuses what the real server refuses, with its texts; gives the request its request id when it has none, and its search attributes their types.</summary>
    public static void Check(StartWorkflowExecutionRequest r, NamespaceEntry ns, ISearchAttributeRegistry searchAttributes)
    {
        Require.WorkflowId(r.WorkflowId);
        if (r.WorkflowType is null || r.WorkflowType.Name.Length == 0)
        {
            throw RpcErrors.InvalidArgument("WorkflowType is not set on request.");
        }

        if (r.WorkflowType.Name.Length > MaxId)
        {
            throw RpcErrors.InvalidArgument("WorkflowType length exceeds limit.");
        }

        Require.TaskQueue(r.TaskQueue);
        Require.RequestId(r.RequestId);
        NotNegative(r.WorkflowExecutionTimeout, "WorkflowExecutionTimeoutSeconds");
        NotNegative(r.WorkflowRunTimeout, "WorkflowRunTimeoutSeconds");
        NotNegative(r.WorkflowTaskTimeout, "WorkflowTaskTimeoutSeconds");
        if (RetryPolicies.Fault(r.RetryPolicy) is { } policy)
        {
            throw RpcErrors.InvalidArgument(policy);
        }

        if (r.CronSchedule.Length > 0 && r.WorkflowStartDelay is not null)
        {
            throw RpcErrors.InvalidArgument("CronSchedule and WorkflowStartDelay may not be used together.");
        }

        if (r.CronSchedule.Length > 0 && CronSchedule.TryParse(r.CronSchedule) is null)
        {
            throw RpcErrors.InvalidArgument("invalid CronSchedule.");
        }

        NotNegative(r.WorkflowStartDelay, "WorkflowStartDelaySeconds");
        Policies(r.WorkflowIdReusePolicy, r.WorkflowIdConflictPolicy);
        Priority(r.Priority);
        Require.Blob(r.Input);
        Require.Blob(r.Memo);
        foreach (var callback in r.CompletionCallbacks)
        {
            Callback(callback);
        }

        r.SearchAttributes = searchAttributes.Validate(ns, r.SearchAttributes);
        if (r.RequestId.Length == 0)
        {
            r.RequestId = Guid.NewGuid().ToString();
        }
    }

    public static void Policies(WorkflowIdReusePolicy reuse, WorkflowIdConflictPolicy conflict)
    {
        if (reuse == WorkflowIdReusePolicy.TerminateIfRunning && conflict != WorkflowIdConflictPolicy.Unspecified)
        {
            throw RpcErrors.InvalidArgument("Invalid WorkflowIDReusePolicy: WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING cannot be used together with a WorkflowIDConflictPolicy");
        }

        if (reuse == WorkflowIdReusePolicy.RejectDuplicate && conflict == WorkflowIdConflictPolicy.TerminateExisting)
        {
            throw RpcErrors.InvalidArgument("Invalid WorkflowIDReusePolicy: WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE cannot be used together with WorkflowIdConflictPolicy WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING");
        }
    }

    /// <summary>The first event of a run that a client starts.</summary>
    public static WorkflowExecutionStartedEventAttributes FirstEvent(StartWorkflowExecutionRequest r, string runId, DateTimeOffset now)
    {
        var runTimeout = ProtoTime.MinPositive(r.WorkflowRunTimeout.Span(), r.WorkflowExecutionTimeout.Span());
        var start = new WorkflowExecutionStartedEventAttributes
        {
            WorkflowType = r.WorkflowType,
            TaskQueue = new TaskQueue { Name = r.TaskQueue.Name, Kind = TaskQueueKind.Normal },
            Input = r.Input,
            WorkflowExecutionTimeout = r.WorkflowExecutionTimeout,
            WorkflowRunTimeout = runTimeout > TimeSpan.Zero ? runTimeout.AsDuration() : r.WorkflowRunTimeout,
            WorkflowTaskTimeout = TaskTimeout(r.WorkflowTaskTimeout, runTimeout),
            OriginalExecutionRunId = runId,
            FirstExecutionRunId = runId,
            Identity = r.Identity,
            RetryPolicy = r.RetryPolicy is null ? null : RetryPolicies.WithDefaults(r.RetryPolicy),
            Attempt = 1,
            CronSchedule = r.CronSchedule,
            Memo = r.Memo,
            SearchAttributes = r.SearchAttributes,
            Header = r.Header,
            WorkflowId = r.WorkflowId,
            ContinuedFailure = r.ContinuedFailure,
            LastCompletionResult = r.LastCompletionResult,
            Priority = r.Priority,
            VersioningOverride = r.VersioningOverride,
            FirstWorkflowTaskBackoff = r.WorkflowStartDelay.Span().AsDuration(),
        };
        start.CompletionCallbacks.AddRange(r.CompletionCallbacks);
        if (r.CronSchedule.Length > 0)
        {
            start.Initiator = ContinueAsNewInitiator.CronSchedule;
            start.FirstWorkflowTaskBackoff = ((CronSchedule.TryParse(r.CronSchedule)!.Next(now, now) ?? now) - now).AsDuration();
        }

        start.EagerExecutionAccepted = r.RequestEagerExecution && !start.FirstWorkflowTaskBackoff.IsPositive();
        if (r.WorkflowExecutionTimeout.IsPositive())
        {
            start.WorkflowExecutionExpirationTime = (now + r.WorkflowExecutionTimeout.Span() + start.FirstWorkflowTaskBackoff.Span()).Stamp();
        }

        return start;
    }

    /// <summary>No callback address is configured, so none is accepted.</summary>
    private static void Callback(Callback callback)
    {
        var url = callback.Nexus?.Url ?? "";
        throw RpcErrors.InvalidArgument(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? $"invalid url: url does not match any configured callback address: {url}"
            : $"invalid url: unknown scheme: {Uri.EscapeDataString(url)}");
    }

    private static void NotNegative(Duration? value, string name)
    {
        if (value.IsNegative())
        {
            throw RpcErrors.InvalidArgument($"An invalid {name} is set on request. cause: negative duration");
        }
    }

    private static void Priority(Priority? priority)
    {
        if (priority is { PriorityKey: < 0 })
        {
            throw RpcErrors.InvalidArgument("PriorityKey can't be negative");
        }

        if (priority is { FairnessKey.Length: > 64 })
        {
            throw RpcErrors.InvalidArgument("FairnessKey length exceeds limit");
        }
    }
}

/// <summary>Checks that many requests share.</summary>
internal static class Require
{
    public static void WorkflowId(string id)
    {
        if (id.Length == 0)
        {
            throw RpcErrors.InvalidArgument("WorkflowId is not set on request.");
        }

        if (id.Length > StartRequests.MaxId)
        {
            throw RpcErrors.InvalidArgument("WorkflowId length exceeds limit.");
        }
    }

    public static void RequestId(string id)
    {
        if (id.Length > StartRequests.MaxId)
        {
            throw RpcErrors.InvalidArgument("RequestId length exceeds limit.");
        }
    }

    public static void Execution(WorkflowExecution? execution)
    {
        if (execution is null)
        {
            throw RpcErrors.InvalidArgument("Execution is not set on request.");
        }

        WorkflowId(execution.WorkflowId);
        if (execution.RunId.Length > 0 && !Guid.TryParse(execution.RunId, out _))
        {
            throw RpcErrors.InvalidArgument("Invalid RunId.");
        }
    }

    public static void TaskQueue(TaskQueue? queue)
    {
        if (queue is null)
        {
            throw RpcErrors.InvalidArgument("taskQueue is not set");
        }

        if (queue.Name.Length == 0)
        {
            throw RpcErrors.InvalidArgument("missing task queue name");
        }

        if (queue.Name.Length > StartRequests.MaxId)
        {
            throw RpcErrors.InvalidArgument("taskQueue length exceeds limit");
        }

        if (queue.Name.StartsWith("/_sys/", StringComparison.Ordinal))
        {
            throw RpcErrors.InvalidArgument("task queue name cannot start with reserved prefix /_sys/");
        }
    }

    public static void Blob(IMessage? blob)
    {
        if (blob is not null && blob.CalculateSize() > StartRequests.MaxBlob)
        {
            throw RpcErrors.InvalidArgument("Blob data size exceeds limit.");
        }
    }
}
