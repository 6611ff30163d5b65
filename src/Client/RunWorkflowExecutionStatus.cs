namespace Orchestrator.Client;

/// <summary>Latest execution of a run, as known to the server. No worker is needed to find it.</summary>
/// <param name="ExecutionId">Temporal run id of the execution.</param>
/// <param name="End">Result of the execution, or null while it is open.</param>
/// <param name="EndedAt">Time at which the execution ended, in UTC, or null while it is open.</param>
public sealed record RunWorkflowExecutionStatus(string ExecutionId, RunResult? End, DateTimeOffset? EndedAt)
{
    /// <summary>True while the execution is open.</summary>
    public bool IsOpen => End is null;

    /// <summary>Finds the latest execution of a run on the server.</summary>
    /// <param name="client">Client of the server that hosts the run.</param>
    /// <param name="runId">Id of the run.</param>
    /// <param name="rpc">Options of the call, such as its time limit.</param>
    /// <returns>The latest execution, or null if the server does not know the run.</returns>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    internal static async Task<RunWorkflowExecutionStatus?> FindAsync(ITemporalClient client, string runId, RpcOptions rpc)
    {
        try
        {
            var found = await client.GetWorkflowHandle(runId).DescribeAsync(new WorkflowDescribeOptions { Rpc = rpc });
            var end =
                found.Status == WorkflowExecutionStatus.Running
                    ? null
                    : await EndOfAsync(client.GetWorkflowHandle<IOrchestrationWorkflow, RunResult>(runId, found.RunId), rpc);
            return new RunWorkflowExecutionStatus(found.RunId, end, end is not null && found.CloseTime is { } closed ? Utc(closed) : null);
        }
        catch (RpcException gone) when (gone.Code == RpcException.StatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>
    /// Returns the result of a closed execution. If the execution returned no result, derives one from the server's records.
    /// </summary>
    private static async Task<RunResult> EndOfAsync(WorkflowHandle<IOrchestrationWorkflow, RunResult> execution, RpcOptions rpc)
    {
        if ((await ClosedExecution.LastEventAsync(execution, rpc))?.WorkflowExecutionTerminatedEventAttributes is { } terminated)
        {
            return Ended(RunStateNames.Terminated, Terminated(terminated.Identity, terminated.Reason));
        }
        try
        {
            return await execution.GetResultAsync(followRuns: false, rpc);
        }
        catch (WorkflowFailedException failure)
        {
            return Ended(
                failure.InnerException is CanceledFailureException ? RunStateNames.Cancelled : RunStateNames.Failed,
                Failed(failure)
            );
        }
        catch (WorkflowContinuedAsNewException)
        {
            return Ended(RunStateNames.Failed, new ContinuedAsNewExecutionLostReason());
        }
    }

    /// <summary>Returns the reason for the end of a run that a client terminated.</summary>
    /// <param name="identity">Identity of the client that terminated the run; empty if it gave none.</param>
    /// <param name="words">Reason given by that client; may be empty.</param>
    public static WorkflowTerminatedReason Terminated(string identity, string words) =>
        new(identity, words.Length > 0 ? new VerbatimQuote(words) : null);

    /// <summary>Returns the reason why a run failed, as known to the server.</summary>
    internal static WorkflowFailedReason Failed(WorkflowFailedException failure) =>
        new(new VerbatimQuote(failure.InnerException?.Message ?? failure.Message));

    private static DateTimeOffset Utc(DateTime time) => new(time, TimeSpan.Zero);

    private static RunResult Ended(string state, Reason why) => new() { State = state, Why = why };
}
