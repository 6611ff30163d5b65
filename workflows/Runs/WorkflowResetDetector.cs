using Temporalio.Common;

namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Detects a Temporal reset of the run or its merge queue. The SDK exposes a reset only as a new random seed after the reset point.
/// </summary>
internal sealed class WorkflowResetDetector
{
    private DeterministicRandom? _takenUp = BeganWithReset ? null : Workflow.Random;
    private DeterministicRandom? _followed = BeganWithReset ? null : Workflow.Random;

    /// <summary>
    /// True if the execution started with a reset to its first workflow task. The random seed is then new before any code runs, so only the
    /// run id reveals the reset. A patch marker records this in the history, because a replay may have another run id.
    /// </summary>
    private static bool BeganWithReset =>
        (Workflow.Unsafe.IsReplaying || Workflow.Info.RunId != Workflow.Info.OriginalExecutionRunId)
        && Workflow.Patched("began-with-reset");

    /// <summary>True after a reset until the state of the replaced execution has been adopted.</summary>
    public bool WasReset => Workflow.Random != _takenUp;

    /// <summary>
    /// True after a reset until the run continues the event numbers of its record, which contains events that are not in this execution's
    /// history.
    /// </summary>
    public bool RecordIsOfAnother => Workflow.Random != _followed;

    /// <summary>Records that the recovery from a reset is complete.</summary>
    public void RecordRecovered(DeterministicRandom reset) => _takenUp = reset;

    /// <summary>Records that event numbers continue those of the record after a reset. Returns false if they already did.</summary>
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
