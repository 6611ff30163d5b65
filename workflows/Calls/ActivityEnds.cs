using Temporalio.Api.Enums.V1;

namespace Orchestrator.Workflows.Calls;

/// <summary>Classifies the ends of interrupted activities.</summary>
internal static class ActivityEnds
{
    /// <summary>True if an interrupted activity ended without an outcome, so that it may be started again. Either the server ended it
    /// before any worker responded, or its worker released it, died, or was too busy to heartbeat. The failure may also be one that is
    /// retried otherwise, for example while the server is briefly unreachable. The server does not retry an activity whose cancellation
    /// was requested.</summary>
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
