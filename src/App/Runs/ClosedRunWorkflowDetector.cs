using Orchestrator.Client;
using Temporalio.Exceptions;

namespace Orchestrator.App.Runs;

/// <summary>
/// Detects runs that are open according to their record, although the engine has closed them or has no record of them. For example, another
/// tool terminated them, or the engine's database file was replaced.
/// </summary>
public static class ClosedRunWorkflowDetector
{
    /// <summary>
    /// Throws if a run can't continue because the engine has closed it or has no record of it. If the engine has closed the run, the run's
    /// record is corrected first.
    /// </summary>
    /// <param name="handle">Handle of the run on its engine.</param>
    /// <param name="run">Record of the run, or null if there is none.</param>
    /// <param name="engine">Description of the engine for messages.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Cancels the check.</param>
    /// <exception cref="UseCaseException">The run can't continue.</exception>
    public static async Task RefuseAsync(RunHandle handle, StoredRun? run, string engine, TimeProvider time, CancellationToken stop)
    {
        try
        {
            if (await handle.IsOpenAsync(stop))
            {
                return;
            }
        }
        catch (RpcException unknown) when (unknown.Code == RpcException.StatusCode.NotFound)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"The {engine} has no record of {handle.RunId}.",
                "It may have been started with another --address, or its engine's file is missing. Start a new run, which reuses "
                    + $"finished work{(run is null ? "" : $", and remove {run.Folder}")}."
            );
        }

        var result = await handle.ResultAsync(stop);
        run?.Close(result, time.GetUtcNow());
        throw new UseCaseException(
            UseCaseOutcome.Usage,
            $"{handle.RunId} has ended: {result.State}{(result.Reason.Length > 0 ? $" ({new UntrustedText(result.Reason).Line})" : "")}.",
            "An ended run can't be changed. A new run reuses its finished work."
        );
    }
}
