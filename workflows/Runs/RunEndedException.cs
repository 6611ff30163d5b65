namespace Orchestrator.Workflows.Runs;

/// <summary>Thrown to end a run early because it was canceled or rejected, or because it can't succeed.</summary>
internal sealed class RunEndedException(string state, Reason why) : Exception(why.ToString())
{
    /// <summary>Final state of the run.</summary>
    public string State { get; } = state;

    /// <summary>Reason for the end.</summary>
    public Reason Why { get; } = why;
}
