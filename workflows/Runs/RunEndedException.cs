namespace Orchestrator.Workflows.Runs;

/// <summary>Ends a run from anywhere: cancelled, rejected, or impossible.</summary>
internal sealed class RunEndedException(string state, Reason why) : Exception(why.ToString())
{
    /// <summary>The state the run ends in.</summary>
    public string State { get; } = state;

    /// <summary>Why.</summary>
    public Reason Why { get; } = why;
}
