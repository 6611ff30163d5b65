using Temporalio.Common;

namespace Orchestrator.Workflows.Runs;

/// <summary>Detects that the run, or its merge train, was reset. The SDK shows it only by a new random seed from the reset point
/// on.</summary>
internal sealed class ResetWatch
{
    private DeterministicRandom _takenUp = Workflow.Random;
    private DeterministicRandom _followed = Workflow.Random;

    /// <summary>There was a reset, and the state left by the replaced execution is not taken over yet.</summary>
    public bool WasReset => Workflow.Random != _takenUp;

    /// <summary>There was a reset, and the record contains events that this execution does not know.</summary>
    public bool RecordIsOfAnother => Workflow.Random != _followed;

    /// <summary>The takeover for a reset is done.</summary>
    public void TakenUp(DeterministicRandom reset) => _takenUp = reset;

    /// <summary>The record is followed since a reset. False: it was already.</summary>
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
