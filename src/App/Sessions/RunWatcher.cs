using System.Threading.Channels;
using Orchestrator.Client;
using Orchestrator.Runs.Reports;
using Temporalio.Exceptions;

namespace Orchestrator.App.Sessions;

/// <summary>Follows a run and updates a view of it. While nothing happens, the engine is not called.</summary>
/// <param name="run">The run.</param>
/// <param name="folder">Absolute path of the run's folder.</param>
/// <param name="view">View of the run.</param>
/// <param name="context">Provides the clock and shows warnings.</param>
internal sealed class RunWatcher(RunHandle run, string folder, ILiveRunView view, UseCaseServiceBundle context)
{
    private static readonly TimeSpan ScreenPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan NotReadyPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LinePause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Follows the run until it has ended, needs attention, or is paused without running tasks.</summary>
    /// <param name="stop">Stops following the run. The run continues.</param>
    /// <param name="leavesPreparation">True to return if the run is paused during preparation. Gates at the base may take long, and
    /// repeating them costs nothing.</param>
    /// <returns>Status of the run at that time.</returns>
    public async Task<RunStatus> WatchAsync(CancellationToken stop, bool leavesPreparation = false)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        var hints = Task.Run(() => ForwardChangesAsync(changes.Writer, ending.Token), CancellationToken.None);
        try
        {
            RunStatus? status = null;
            while (true)
            {
                // Between two changes, only files are read, to show the current actions of agents.
                var isClosed = changes.Reader.Completion.IsCompleted;
                if (status is null || isClosed || changes.Reader.TryRead(out _))
                {
                    status = await AskAsync(stop);
                    if (isClosed)
                    {
                        status = await EndOfAsync(status, stop);
                    }
                    if ((leavesPreparation && IsHeldInPreparation(status) ? status : await LastOfAsync(status, stop)) is { } last)
                    {
                        view.Show(last, isLast: true);
                        return last;
                    }
                }

                view.Show(status, isLast: false);
                var isSettling = RunExitCode.CodeOf(status) is not null;
                await WaitAsync(changes.Reader, isSettling || view.HasClocks ? ScreenPause : Timeout.InfiniteTimeSpan, stop);
                if (isSettling)
                {
                    status = null;
                }
                await Task.Delay(PauseFor(status), context.Time, stop);
            }
        }
        finally
        {
            view.Close();
            await ending.CancelAsync();
            await hints;
        }
    }

    /// <summary>True if the run is paused while set-up and gates are still running.</summary>
    public static bool IsHeldInPreparation(RunStatus status) => status.Paused && status.State == RunStateNames.Preparing;

    // Returns null while the run continues. A run in its final state may still be writing files. A waiting run may have received an answer
    // while no worker was running, and may be about to continue.
    private async Task<RunStatus?> LastOfAsync(RunStatus status, CancellationToken stop)
    {
        if (RunExitCode.CodeOf(status) is null)
        {
            return null;
        }
        if (RunStateNames.IsFinal(status.State))
        {
            await run.ResultAsync(stop);
            return status;
        }

        if (await run.IsMovingAsync(status, stop))
        {
            return null;
        }

        // The run may have stopped or continued between the two queries, so only the second result counts.
        var rested = await AskAsync(stop);
        return RunExitCode.CodeOf(rested) is null || RunStateNames.IsFinal(rested.State) ? null : rested;
    }

    // A run that another tool ended, or whose workflow failed, could not record its end.
    private async Task<RunStatus> EndOfAsync(RunStatus status, CancellationToken stop)
    {
        if (RunStateNames.IsFinal(status.State))
        {
            return status;
        }
        var result = await run.ResultAsync(stop);
        StoredRun.TryRead(folder)?.Close(result, context.Time.GetUtcNow());
        return RunRecord.Ended(status, result);
    }

    /// <summary>
    /// Queries the current status, and retries if the query fails. After a worker dies during a workflow task, the engine rejects queries
    /// until a workflow task completes. A worker on a busy machine might also respond too late.
    /// </summary>
    public async Task<RunStatus> AskAsync(CancellationToken stop)
    {
        var began = context.Time.GetTimestamp();
        var told = false;
        while (true)
        {
            try
            {
                return await run.StatusAsync(stop);
            }
            catch (RpcException notReady) when (EngineCallFailureText.IsNotReady(notReady) && !stop.IsCancellationRequested)
            {
                if (!told && context.Time.GetElapsedTime(began) > NotReadyPatience)
                {
                    told = true;
                    context.Interaction.Warn(
                        $"{run.RunId} can't report its state: {ConnectionFailureText.Of(notReady)}. Waiting; "
                            + ".orchestrator/logs/engine.log may say why."
                    );
                }

                await Task.Delay(ScreenPause, context.Time, stop);
            }
        }
    }

    private static async Task WaitAsync(ChannelReader<bool> changes, TimeSpan limit, CancellationToken stop)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (limit != Timeout.InfiniteTimeSpan)
        {
            waiting.CancelAfter(limit);
        }
        try
        {
            await changes.WaitToReadAsync(waiting.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Nothing changed within the time limit. The table is drawn again to update its durations.
        }
    }

    // Each new event in the workflow history causes a query. If the engine can't be reached, the query fails with the reason.
    private async Task ForwardChangesAsync(ChannelWriter<bool> changes, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                try
                {
                    await foreach (var _ in run.ChangesAsync(stop))
                    {
                        changes.TryWrite(true);
                    }
                    changes.TryComplete();
                    return;
                }
                catch (RpcException)
                {
                    changes.TryWrite(true);
                    await Task.Delay(ScreenPause, context.Time, stop);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Expected after the run is no longer followed.
        }
    }

    /// <summary>
    /// Returns the minimum delay between two queries. Each result contains all tasks, so a large run is queried less often.
    /// </summary>
    private static TimeSpan PauseFor(RunStatus? status) =>
        TimeSpan.FromMilliseconds(Math.Clamp(status?.TaskCount ?? 0, LinePause.TotalMilliseconds, LongestPause.TotalMilliseconds));
}
