namespace Orchestrator.Workflows.Runs;

/// <summary>Ends a run from anywhere: cancelled, rejected, or impossible.</summary>
internal sealed class RunEndedException(string state, string reason) : Exception(reason)
{
    /// <summary>The state the run ends in.</summary>
    public string State { get; } = state;

    /// <summary>Why, in a sentence.</summary>
    public string Reason { get; } = reason;
}
