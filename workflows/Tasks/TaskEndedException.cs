namespace Orchestrator.Workflows.Tasks;

/// <summary>Ends a task from anywhere.</summary>
internal sealed class TaskEndedException(string state, Reason why) : Exception(why.ToString())
{
    /// <summary>The state the task ends in.</summary>
    public string State { get; } = state;

    /// <summary>Why.</summary>
    public Reason Why { get; } = why;
}
