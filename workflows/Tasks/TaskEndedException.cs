namespace Orchestrator.Workflows.Tasks;

/// <summary>Thrown to end a task early, with its final state.</summary>
internal sealed class TaskEndedException(string state, Reason why) : Exception(why.ToString())
{
    /// <summary>Final state of the task.</summary>
    public string State { get; } = state;

    /// <summary>Reason for the end.</summary>
    public Reason Why { get; } = why;
}
