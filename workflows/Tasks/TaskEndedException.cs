namespace Orchestrator.Workflows.Tasks;

/// <summary>Ends a task from anywhere.</summary>
internal sealed class TaskEndedException(string state, string reason) : Exception(reason)
{
    /// <summary>The state the task ends in.</summary>
    public string State { get; } = state;

    /// <summary>Why, in a sentence.</summary>
    public string Reason { get; } = reason;
}
