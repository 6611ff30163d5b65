using System.Diagnostics;

namespace Orchestrator.Processes;

/// <summary>A started child and its descendants.</summary>
/// <param name="process">The child.</param>
/// <param name="command">What it was started with.</param>
/// <param name="mark">Its value of <see cref="ProcessRunner.ChildVariable"/>.</param>
/// <param name="notBefore">Clock ticks from boot to a moment before its start: its descendants are not older.</param>
/// <param name="watermark">The same moment in process ids; null: unknown.</param>
/// <param name="stopper">Stops it.</param>
internal sealed class RunningChild(
    Process process,
    ProcessCommand command,
    string mark,
    long notBefore,
    PidWatermark? watermark,
    ProcessStopper stopper
) : IDisposable
{
    /// <summary>The time that killed processes have to disappear; then <see cref="ProcessStopException"/>.</summary>
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);

    internal Process Process => process;

    /// <summary>Waits for its end.</summary>
    /// <returns>False if <paramref name="stop"/> was cancelled first.</returns>
    internal async Task<bool> WaitAsync(CancellationToken stop)
    {
        await process.WaitForExitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return process.HasExited;
    }

    /// <summary>Signals it, waits its grace, then kills it and its descendants, and checks that they are gone.</summary>
    /// <returns>True if it did not end by itself.</returns>
    internal async Task<bool> StopAsync()
    {
        var tree = new TrackedTree(FindAll);
        tree.Refresh();
        if (command.OwnSession || !process.HasExited)
        {
            ProcessSignals.Send(command.OwnSession ? -process.Id : process.Id, (int)command.StopSignal);
        }
        using var graceOver = new CancellationTokenSource(command.Grace);
        var endedByItself = await WaitAsync(graceOver.Token);
        await stopper.KillAsync(tree, KillLimit);
        await WaitAsync(CancellationToken.None);
        return !endedByItself;
    }

    /// <summary>After it has ended: stops its remaining processes.</summary>
    internal Task<int> StopLeftoversAsync() => stopper.StopAsync(FindAll, command.StopSignal, command.Grace, KillLimit);

    public void Dispose() => process.Dispose();

    private IReadOnlyList<ProcessInfo> FindAll()
    {
        var assignment = ProcFiles.Assignment(ProcessRunner.ChildVariable, mark);
        return
        [
            .. ProcessTable
                .Living(ProcessTable.Ids(watermark))
                .Where(found => IsOurs(found) || (found.StartTime >= notBefore && ProcFiles.HasEnvironment(found.ProcessId, assignment))),
        ];
    }

    /// <summary>A program may clear its environment; the child itself and its session are recognized without it.</summary>
    private bool IsOurs(ProcessInfo found) =>
        (found.ProcessId == process.Id && found.ParentId == Environment.ProcessId) || (command.OwnSession && found.SessionId == process.Id);
}
