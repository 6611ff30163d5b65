using System.Diagnostics;

namespace Orchestrator.Processes;

/// <summary>A started child and all that comes of it.</summary>
internal sealed class RunningChild(Process process, ProcessCommand command, string mark, ProcessStopper stopper) : IDisposable
{
    internal Process Process => process;

    /// <summary>Waits for its end.</summary>
    /// <returns>False if <paramref name="stop"/> came first.</returns>
    internal async Task<bool> WaitAsync(CancellationToken stop)
    {
        await process.WaitForExitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return process.HasExited;
    }

    /// <summary>Asks it to end, waits its grace, then kills it and all that came of it, and sees them gone.</summary>
    /// <returns>True if it did not end by itself.</returns>
    internal async Task<bool> StopAsync(CancellationToken kill)
    {
        var tree = new TrackedTree(FindAll);
        tree.Refresh();
        Signals.Send(command.OwnSession ? -process.Id : process.Id, (int)command.StopSignal);
        using var graceOver = CancellationTokenSource.CreateLinkedTokenSource(kill);
        graceOver.CancelAfter(command.Grace);
        var endedByItself = await WaitAsync(graceOver.Token);
        await stopper.KillAsync(tree, command.KillLimit);
        await WaitAsync(CancellationToken.None);
        return !endedByItself;
    }

    /// <summary>After its own end: stops what it left behind.</summary>
    internal Task<int> StopLeftoversAsync(CancellationToken kill) =>
        stopper.StopAsync(FindAll, command.StopSignal, command.Grace, command.KillLimit, kill);

    public void Dispose() => process.Dispose();

    private IReadOnlyList<ProcessInfo> FindAll() =>
    [
        .. ProcessTable.FindByEnvironment(ProcessRunner.ChildVariable, mark)
            .Concat(ProcessTable.All().Where(IsOurs))
            .DistinctBy(found => found.ProcessId),
    ];

    /// <summary>A program may throw its environment away; the child itself and its session are known without it.</summary>
    private bool IsOurs(ProcessInfo found) =>
        (found.ProcessId == process.Id && found.ParentId == Environment.ProcessId)
        || (command.OwnSession && found.SessionId == process.Id);
}
