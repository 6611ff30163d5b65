using System.Threading.Channels;
using Orchestrator.Cli.Console;
using Orchestrator.Client;
using Orchestrator.Messages;
using Orchestrator.Runs.Reports;
using Temporalio.Exceptions;

namespace Orchestrator.Cli.Runs;

/// <summary>Shows a run while it works: a live table on a screen, one line per transition without one. Makes no call to the engine while
/// nothing happens.</summary>
internal sealed class RunWatcher(RunHandle run, string folder, CommandContext context, bool table)
{
    private static readonly TimeSpan ScreenPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan NotReadyPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LinePause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private readonly ITerminal _terminal = context.Terminal;
    private readonly bool _table = table && context.Terminal.HasScreen;
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);
    private long _shown;
    private long _read;

    /// <summary>Transitions up to this number are not shown again; for a resumed run.</summary>
    public long SkipUntil
    {
        init => _shown = value;
    }

    /// <summary>Warnings that were shown while it was watched: before the work, if they are known then.</summary>
    public IReadOnlySet<string> Warned => _warned;

    /// <summary>True if the run is shown as a table, which stays on the screen.</summary>
    public bool HasTable => _table;

    /// <summary>Watches until the run has ended, waits for a person, or is paused without running tasks.</summary>
    /// <param name="stop">Ends the watching, not the run.</param>
    /// <param name="leavesPreparation">Stop watching a paused run that is still being prepared: gates at the base may take long, and can be
    /// repeated at no cost.</param>
    /// <returns>The run as it was then.</returns>
    public async Task<RunStatus> WatchAsync(CancellationToken stop, bool leavesPreparation = false)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        var hints = Task.Run(() => PumpAsync(changes.Writer, ending.Token), CancellationToken.None);
        try
        {
            RunStatus? status = null;
            while (true)
            {
                // Between two changes only the files are read, for the agents' present activity.
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
                        Show(last, isLast: true);
                        return last;
                    }
                }

                Show(status);
                var isSettling = RunExit.CodeOf(status) is not null;
                await WaitAsync(changes.Reader, isSettling || _table ? ScreenPause : Timeout.InfiniteTimeSpan, stop);
                if (isSettling)
                {
                    status = null;
                }
                await Task.Delay(PauseFor(status), context.Time, stop);
            }
        }
        finally
        {
            _terminal.EndRedraw();
            await ending.CancelAsync();
            await hints;
        }
    }

    /// <summary>The run is paused, and set-up and gates still run.</summary>
    public static bool IsHeldInPreparation(RunStatus status) => status.Paused && status.State == RunStates.Preparing;

    // Null while the run goes on. In its last state it still writes files; a waiting one may have been answered while no worker ran, and
    // still be moving.
    private async Task<RunStatus?> LastOfAsync(RunStatus status, CancellationToken stop)
    {
        if (RunExit.CodeOf(status) is null)
        {
            return null;
        }
        if (RunStates.IsFinal(status.State))
        {
            await run.ResultAsync(stop);
            return status;
        }

        if (await run.IsMovingAsync(status, stop))
        {
            return null;
        }

        // It may have come to rest, or have continued, between the two queries: only this state counts.
        var rested = await AskAsync(stop);
        return RunExit.CodeOf(rested) is null || RunStates.IsFinal(rested.State) ? null : rested;
    }

    // A run that was ended by another tool, or whose workflow failed, could not report it.
    private async Task<RunStatus> EndOfAsync(RunStatus status, CancellationToken stop)
    {
        if (RunStates.IsFinal(status.State))
        {
            return status;
        }
        var result = await run.ResultAsync(stop);
        StoredRun.TryRead(folder)?.Close(result, context.Time.GetUtcNow());
        return RunRecord.Ended(status, result);
    }

    /// <summary>The present state. After a worker died during a workflow task the engine refuses queries until one completes, and on a busy
    /// machine a worker may not answer in time.</summary>
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
            catch (RpcException notReady) when (FailedEngineCall.IsNotReady(notReady) && !stop.IsCancellationRequested)
            {
                if (!told && context.Time.GetElapsedTime(began) > NotReadyPatience)
                {
                    told = true;
                    _terminal.Warn(
                        $"{run.RunId} can't report its state: {ConnectionFault.Of(notReady)}. Waiting; "
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
            // Nothing changed within the limit; the table is drawn again for its clocks.
        }
    }

    // Every growth of the run's history is a hint to query again. If the engine can't be reached, the query shows why, or that it is back.
    private async Task PumpAsync(ChannelWriter<bool> changes, CancellationToken stop)
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
            // The watching has ended.
        }
    }

    /// <summary>Each answer contains the state of all tasks, so large runs are queried less often.</summary>
    private static TimeSpan PauseFor(RunStatus? status) =>
        TimeSpan.FromMilliseconds(Math.Clamp(status?.TaskCount ?? 0, LinePause.TotalMilliseconds, LongestPause.TotalMilliseconds));

    private void Show(RunStatus status, bool isLast = false)
    {
        var news = RunWarnings.Of(status).Where(_warned.Add).ToList();
        if (news.Count > 0)
        {
            _terminal.EndRedraw();
        }
        foreach (var warning in news)
        {
            _terminal.Warn(warning);
        }
        if (_terminal.HasScreen)
        {
            _terminal.Report(RunProgramStatus.Of(status));
        }
        if (_table)
        {
            _terminal.Redraw(
                TaskTable.Draw(
                    status,
                    AgentActivity.Read(folder, status, context.Environment),
                    context.Time.GetUtcNow(),
                    _terminal.Width,
                    _terminal.Height - 1,
                    stepsFollow: isLast
                )
            );
            return;
        }

        foreach (
            var happened in EventFile
                .ReadNew(Path.Combine(folder, "events.jsonl"), ref _read)
                .Select(EventFile.Parse)
                .Where(happened => happened.Sequence > _shown)
        )
        {
            _terminal.Say(EventFile.Describe(happened));
            _shown = happened.Sequence;
        }
    }
}
