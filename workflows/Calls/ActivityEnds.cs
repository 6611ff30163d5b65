using Temporalio.Api.Enums.V1;

namespace Orchestrator.Workflows.Calls;

/// <summary>The ends of interrupted activities.</summary>
internal static class ActivityEnds
{
    /// <summary>True if an interrupted activity ended without an outcome of its own, so that it may be begun again: the server ended it
    /// unheard, its worker released it, died, or was too busy to heartbeat; or it failed in a way that is tried again otherwise, such as
    /// where the server is away for a moment. An activity that is to be cancelled is not tried again by the server.</summary>
    /// <param name="failure">How it ended.</param>
    public static bool HasNoOutcome(ActivityFailureException failure) =>
        TemporalException.IsCanceledException(failure)
        || failure.InnerException
            is TimeoutFailureException
                or ApplicationFailureException { ErrorType: FailureTypes.WorkerStops or FailureTypes.WorkerDied }
        || (
            failure is { RetryState: RetryState.CancelRequested, InnerException: ApplicationFailureException { NonRetryable: false } }
            && Workflow.Patched("interrupted-failure")
        );
}
