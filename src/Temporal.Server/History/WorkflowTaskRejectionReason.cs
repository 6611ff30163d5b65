using Temporalio.Api.Enums.V1;

namespace Temporal.Server.History;

/// <summary>Reason why a workflow task completion is rejected. Contains the cause that history records and the message for the worker.
/// </summary>
/// <param name="EndsRun">True if the run must end, because the next attempt would be rejected as well.</param>
internal sealed record WorkflowTaskRejectionReason(WorkflowTaskFailedCause Cause, string Message, bool EndsRun = false)
{
    /// <summary>The message with the name of the cause as a prefix.</summary>
    public string FullMessage => Message.Length > 0 ? $"{Cause}: {Message}" : Cause.ToString();
}
