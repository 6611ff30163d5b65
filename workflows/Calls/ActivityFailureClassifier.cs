using Temporalio.Api.Enums.V1;

namespace Orchestrator.Workflows.Calls;

/// <summary>Classifies the failures of interrupted activities.</summary>
internal static class ActivityFailureClassifier
{
    /// <summary>
    /// True if an interrupted activity ended without an outcome, so that it may be started again. The server may have ended it before a
    /// worker responded, or its worker shut down, died, or was too busy to heartbeat. It may also have failed with a retryable failure, for
    /// example while the server was briefly unreachable. The server does not retry an activity whose cancellation was requested.
    /// </summary>
    /// <param name="failure">Failure of the activity.</param>
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
