using Temporalio.Api.Enums.V1;

namespace Temporal.Server.Visibility.Query;

/// <summary>Formats workflow statuses as they appear in queries and in the groups of a count.</summary>
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
