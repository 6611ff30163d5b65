using Orchestrator.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Cli.Engine;

/// <summary>A call to the engine that failed, described for people.</summary>
internal static class FailedEngineCall
{
    /// <summary>The description of an exception; null: it is not about a call to the engine.</summary>
    /// <param name="fault">The exception.</param>
    public static CommandException? Of(Exception fault) =>
        fault switch
        {
            RpcTimeoutOrCanceledException => Silent(fault),
            RpcException rpc => Of(rpc),
            WorkflowQueryFailedException or WorkflowUpdateFailedException => Refused(fault),
            _ => null,
        };

    /// <summary>True if nobody answered for the run in time, which passes on a busy machine.</summary>
    /// <param name="fault">The failure of a query.</param>
    public static bool IsNotReady(Exception fault) =>
        fault is RpcTimeoutOrCanceledException
        || (fault as RpcException)?.Code is RpcException.StatusCode.FailedPrecondition or RpcException.StatusCode.DeadlineExceeded;

    private static CommandException Of(RpcException fault) =>
        IsNotReady(fault) ? Silent(fault)
        : LostConnection.IsCauseOf(fault)
            ? new(
                ExitCodes.Unavailable,
                $"The engine went away during the command: {ConnectionFault.Of(fault)}.",
                "Run the command again: it does nothing twice. 'orchestrate resume' continues open runs."
            )
        : fault.Code is RpcException.StatusCode.PermissionDenied or RpcException.StatusCode.Unauthenticated
            ? new(
                ExitCodes.Unavailable,
                $"The Temporal server refused the credentials: {ConnectionFault.Of(fault)}.",
                "Check temporal.api_key, temporal.tls and temporal.namespace: 'orchestrate config'."
            )
        : fault.Code == RpcException.StatusCode.NotFound
            ? new(
                ExitCodes.Usage,
                $"The engine does not know the run, or no longer has it open: {ConnectionFault.Of(fault)}.",
                "'orchestrate history' lists the runs of this repository."
            )
        : Refused(fault);

    private static CommandException Silent(Exception fault) =>
        new(
            ExitCodes.Unavailable,
            $"No worker answered the engine in time: {ConnectionFault.Of(fault)}.",
            "The machine may be busy: run the command again. 'orchestrate status' shows the run without the engine."
        );

    private static CommandException Refused(Exception fault) =>
        new(
            ExitCodes.Unavailable,
            $"The engine refused the call: {ConnectionFault.Of(fault)}.",
            "Run the command again; .orchestrator/logs/engine.log may have the cause."
        );
}
