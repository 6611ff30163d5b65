using Temporalio.Api.Enums.V1;

namespace Temporal.Server.Visibility.Query;

/// <summary>Names of workflow statuses in queries and groups.</summary>
internal static class WorkflowStatusFormatter
{
    /// <summary>Returns the short name of a status, such as <c>TimedOut</c>.</summary>
    public static string Of(WorkflowExecutionStatus status) =>
        status switch
        {
            WorkflowExecutionStatus.Running => "Running",
            WorkflowExecutionStatus.Completed => "Completed",
            WorkflowExecutionStatus.Failed => "Failed",
            WorkflowExecutionStatus.Canceled => "Canceled",
            WorkflowExecutionStatus.Terminated => "Terminated",
            WorkflowExecutionStatus.ContinuedAsNew => "ContinuedAsNew",
            WorkflowExecutionStatus.TimedOut => "TimedOut",
            WorkflowExecutionStatus.Paused => "Paused",
            _ => "Unspecified",
        };
}
