using Orchestrator.Client;
using Temporalio.Exceptions;

namespace Orchestrator.App.Engine;

/// <summary>Describes, for users, the failures of calls to the engine.</summary>
public static class EngineCallFailureText
{
    /// <summary>Returns the error for users. Returns null if the exception does not come from a call to the engine.</summary>
    /// <param name="fault">The exception.</param>
    public static UseCaseException? Of(Exception fault) =>
        fault switch
        {
            RpcTimeoutOrCanceledException => Silent(fault),
            RpcException rpc => Of(rpc),
            WorkflowQueryFailedException or WorkflowUpdateFailedException => Refused(fault),
            _ => null,
        };

    /// <summary>
    /// True if a query failed because no worker of the run responded in time. On a busy machine, this is usually temporary.
    /// </summary>
    /// <param name="fault">Failure of a query.</param>
    public static bool IsNotReady(Exception fault) =>
        fault is RpcTimeoutOrCanceledException
        || (fault as RpcException)?.Code is RpcException.StatusCode.FailedPrecondition or RpcException.StatusCode.DeadlineExceeded;

    private static UseCaseException Of(RpcException fault) =>
        IsNotReady(fault) ? Silent(fault)
        : LostConnectionDetector.IsCauseOf(fault)
            ? new(
                UseCaseOutcome.Unavailable,
                $"The connection to the engine was lost during the command: {ConnectionFailureText.Of(fault)}.",
                "Run the command again; repeating it is safe. 'orchestrate resume' continues open runs."
            )
        : fault.Code is RpcException.StatusCode.PermissionDenied or RpcException.StatusCode.Unauthenticated
            ? new(
                UseCaseOutcome.Unavailable,
                $"The Temporal server refused the credentials: {ConnectionFailureText.Of(fault)}.",
                "Check temporal.api_key, temporal.tls and temporal.namespace ('orchestrate config' shows them)."
            )
        : fault.Code == RpcException.StatusCode.NotFound
            ? new(
                UseCaseOutcome.Usage,
                $"The run is unknown to the engine or has ended: {ConnectionFailureText.Of(fault)}.",
                "'orchestrate history' lists the runs of this repository."
            )
        : Refused(fault);

    private static UseCaseException Silent(Exception fault) =>
        new(
            UseCaseOutcome.Unavailable,
            $"No worker answered the engine in time: {ConnectionFailureText.Of(fault)}.",
            "The machine may be busy; run the command again. 'orchestrate status' shows the run without the engine."
        );

    private static UseCaseException Refused(Exception fault) =>
        new(
            UseCaseOutcome.Unavailable,
            $"The engine refused the call: {ConnectionFailureText.Of(fault)}.",
            "Run the command again; .orchestrator/logs/engine.log may name the cause."
        );
}
