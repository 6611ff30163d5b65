using System.Diagnostics;

namespace Orchestrator.Processes;

/// <summary>A started child and its descendants.</summary>
/// <param name="process">Process of the child.</param>
/// <param name="command">Command with which it was started.</param>
/// <param name="mark">Value of <see cref="ProcessRunner.ChildVariable"/> in its environment.</param>
/// <param name="notBefore">Clock ticks between boot and a moment before the start. All descendants are newer.</param>
/// <param name="watermark">The same moment in the order of process ids, or null if unknown.</param>
/// <param name="stopper">Stops the processes.</param>
internal sealed class RunningChildProcess(
    Process process,
    ChildProcessOptions command,
    string mark,
    long notBefore,
    NewProcessIdWatermark? watermark,
    ProcessStopper stopper
) : IDisposable
{
    /// <summary>Maximum time for killed processes to disappear, after which <see cref="ProcessNotStoppedException"/> is thrown.</summary>
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);

    internal Process Process => process;

    /// <summary>Waits until the child has ended.</summary>
    /// <returns>False if <paramref name="stop"/> was cancelled first.</returns>
    internal async Task<bool> WaitAsync(CancellationToken stop)
    {
        await process.WaitForExitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return process.HasExited;
    }

    /// <summary>Sends the stop signal to the child, waits for the grace period, kills the child and its descendants, and verifies that they
    /// have ended.</summary>
    /// <returns>True if the child was stopped. False if it had already ended by itself.</returns>
    internal async Task<bool> StopAsync()
    {
        var tree = new TrackedProcessTree(FindAll);
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

    /// <summary>Stops the remaining processes after the child has ended.</summary>
    internal Task<int> StopLeftoversAsync() => stopper.StopAsync(FindAll, command.StopSignal, command.Grace, KillLimit);

    public void Dispose() => process.Dispose();

    private IReadOnlyList<ProcessTableRow> FindAll()
    {
        var assignment = ProcFiles.Assignment(ProcessRunner.ChildVariable, mark);
        return
        [
            .. ProcessTable
                .Living(ProcessTable.Ids(watermark))
                .Where(found => IsOurs(found) || (found.StartTime >= notBefore && ProcFiles.HasEnvironment(found.ProcessId, assignment))),
        ];
    }

    /// <summary>True if the process is the child itself, or belongs to the session that the child leads. The child and its session are
    /// recognized even if a program has cleared its environment.</summary>
    private bool IsOurs(ProcessTableRow found) =>
        (found.ProcessId == process.Id && found.ParentId == Environment.ProcessId) || (command.OwnSession && found.SessionId == process.Id);
}
