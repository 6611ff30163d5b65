using Temporalio.Common;

namespace Orchestrator.Workflows.Runs;

/// <summary>Detects that the run, or its merge train, was reset. The SDK shows it only by a new random seed from the reset point
/// on.</summary>
internal sealed class ResetWatch
{
    private DeterministicRandom? _takenUp = BeganWithReset ? null : Workflow.Random;
    private DeterministicRandom? _followed = BeganWithReset ? null : Workflow.Random;

    /// <summary>After a reset to the first workflow task the seed is new before any code runs; only the run id tells. The patch marks this
    /// in the history, and a replay goes by the mark: it may have another run id, and what came before a later reset has no mark.</summary>
    private static bool BeganWithReset =>
        (Workflow.Unsafe.IsReplaying || Workflow.Info.RunId != Workflow.Info.OriginalExecutionRunId)
        && Workflow.Patched("began-with-reset");

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
