using Orchestrator.Client;
using Orchestrator.Plans;
using Temporalio.Exceptions;

namespace Orchestrator.App.Runs;

/// <summary>Runs that are open by their record while the engine has closed them or does not know them: terminated by another tool, or the
/// engine's file is another one.</summary>
public static class ClosedRuns
{
    /// <summary>Refuses a run that can't continue. The record of a closed one is corrected, so that it does not count as open any
    /// more.</summary>
    /// <param name="handle">The run on its engine.</param>
    /// <param name="run">Its record; null: there is none.</param>
    /// <param name="engine">Which engine it is, for people.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Gives up.</param>
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
                Outcome.Usage,
                $"The {engine} does not know {handle.RunId}.",
                "Was it started with another --address? Else its engine's file is gone: start a new run, which takes up what is "
                    + $"finished{(run is null ? "" : $", and remove {run.Folder}")}."
            );
        }

        var result = await handle.ResultAsync(stop);
        run?.Close(result, time.GetUtcNow());
        throw new UseCaseException(
            Outcome.Usage,
            $"{handle.RunId} has ended: {result.State}{(result.Reason.Length > 0 ? $" ({new UntrustedText(result.Reason).Line})" : "")}.",
            "Nothing more can be changed in it. A new run takes up what is finished."
        );
    }
}
