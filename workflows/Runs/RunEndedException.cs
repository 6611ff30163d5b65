namespace Orchestrator.Workflows.Runs;

/// <summary>Ends a run from any place: cancelled, rejected or impossible.</summary>
internal sealed class RunEndedException(string state, Reason why) : Exception(why.ToString())
{
    /// <summary>Final state of the run.</summary>
    public string State { get; } = state;

    /// <summary>Reason for the end.</summary>
    public Reason Why { get; } = why;
}
