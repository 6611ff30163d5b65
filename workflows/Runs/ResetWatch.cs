using Temporalio.Common;

namespace Orchestrator.Workflows.Runs;

/// <summary>Whether the run, or its merge train, was reset. The SDK tells of it by this alone: from its place in the history on there are
/// other random numbers.</summary>
internal sealed class ResetWatch
{
    private DeterministicRandom _takenUp = Workflow.Random;
    private DeterministicRandom _followed = Workflow.Random;

    /// <summary>There was a reset, and what the execution before has left is not taken up yet.</summary>
    public bool WasReset => Workflow.Random != _takenUp;

    /// <summary>There was a reset, and the run's record tells of more than this execution has lived through.</summary>
    public bool RecordIsOfAnother => Workflow.Random != _followed;

    /// <summary>What the execution before has left is taken up, as of a reset.</summary>
    public void TakenUp(DeterministicRandom reset) => _takenUp = reset;

    /// <summary>The record is followed, as of a reset. False: it was already.</summary>
    public bool Follow(DeterministicRandom reset)
    {
        if (_followed == reset)
        {
            return false;
        }
        _followed = reset;
        return true;
    }
}
