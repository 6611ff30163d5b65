using Temporalio.Api.Enums.V1;

namespace Temporal.Server.History;

/// <summary>
/// Why the answer to a workflow task is refused: the cause that is written to history, and the text that the worker sees.
/// </summary>
/// <param name="EndsRun">The run can't go on: the next attempt would only be refused again.</param>
internal sealed record CommandFault(WorkflowTaskFailedCause Cause, string Message, bool EndsRun = false)
{
    /// <summary>The text with the name of the cause in front of it.</summary>
    public string FullMessage => Message.Length > 0 ? $"{Cause}: {Message}" : Cause.ToString();
}
