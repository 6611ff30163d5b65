using Google.Protobuf.WellKnownTypes;
using Temporal.Server.History;
using Temporal.Server.Visibility;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Frontend;

/// <summary>Validates requests that start workflows.</summary>
internal static class WorkflowStartValidator
{
    /// <summary>
    /// Rejects invalid requests with the Temporal server's messages. Sets a missing request id and the types of the search attributes.
    /// </summary>
    public static void Check(StartWorkflowExecutionRequest r, TemporalNamespace ns, SearchAttributeRegistry searchAttributes)
    {
        GrpcArgumentValidator.WorkflowId(r.WorkflowId);
        if (r.WorkflowType is null || r.WorkflowType.Name.Length == 0)
        {
            throw GrpcErrorFactory.InvalidArgument("WorkflowType is not set on request.");
        }

        if (r.WorkflowType.Name.Length > GrpcArgumentValidator.MaxId)
        {
            throw GrpcErrorFactory.InvalidArgument("WorkflowType length exceeds limit.");
        }

        GrpcArgumentValidator.TaskQueue(r.TaskQueue);
        GrpcArgumentValidator.RequestId(r.RequestId);
        NotNegative(r.WorkflowExecutionTimeout, "WorkflowExecutionTimeoutSeconds");
        NotNegative(r.WorkflowRunTimeout, "WorkflowRunTimeoutSeconds");
        NotNegative(r.WorkflowTaskTimeout, "WorkflowTaskTimeoutSeconds");
        if (RetryPolicies.Fault(r.RetryPolicy) is { } policy)
        {
            throw GrpcErrorFactory.InvalidArgument(policy);
        }

        if (r.CronSchedule.Length > 0 && r.WorkflowStartDelay is not null)
        {
            throw GrpcErrorFactory.InvalidArgument("CronSchedule and WorkflowStartDelay may not be used together.");
        }

        if (r.CronSchedule.Length > 0 && CronSchedule.TryParse(r.CronSchedule) is null)
        {
            throw GrpcErrorFactory.InvalidArgument("invalid CronSchedule.");
        }

        NotNegative(r.WorkflowStartDelay, "WorkflowStartDelaySeconds");
        Policies(r.WorkflowIdReusePolicy, r.WorkflowIdConflictPolicy);
        if (PriorityInheritance.Fault(r.Priority) is { } priority)
        {
            throw GrpcErrorFactory.InvalidArgument(priority);
        }

        GrpcArgumentValidator.Blob(r.Input, ns.BlobSizeLimit);
        GrpcArgumentValidator.Blob(r.Memo, GrpcArgumentValidator.MaxMemo);
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
            throw GrpcErrorFactory.InvalidArgument(
                "Invalid WorkflowIDReusePolicy: WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING cannot be used together with a "
                    + "WorkflowIDConflictPolicy"
            );
        }

        if (reuse == WorkflowIdReusePolicy.RejectDuplicate && conflict == WorkflowIdConflictPolicy.TerminateExisting)
        {
            throw GrpcErrorFactory.InvalidArgument(
                "Invalid WorkflowIDReusePolicy: WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE cannot be used together with "
                    + "WorkflowIdConflictPolicy WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING"
            );
        }
    }

    /// <summary>Rejects every callback, because no callback address is configured.</summary>
    private static void Callback(Callback callback)
    {
        var url = callback.Nexus?.Url ?? "";
        throw GrpcErrorFactory.InvalidArgument(
            Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                ? $"invalid url: url does not match any configured callback address: {url}"
                : $"invalid url: unknown scheme: {Uri.EscapeDataString(url)}"
        );
    }

    private static void NotNegative(Duration? value, string name)
    {
        if (value.IsNegative())
        {
            throw GrpcErrorFactory.InvalidArgument($"An invalid {name} is set on request. cause: negative duration");
        }
    }
}
