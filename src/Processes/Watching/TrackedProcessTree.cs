namespace Orchestrator.Processes;

/// <summary>A set of processes that is refreshed repeatedly. A process stays in the set until it is dead, so that a child whose parent has
/// ended is not lost between two refreshes.</summary>
internal sealed class TrackedProcessTree(Func<IReadOnlyList<ProcessTableRow>> find)
{
    private readonly HashSet<ProcessIdentity> _seen = [];
    private readonly HashSet<ProcessIdentity> _notOurs = [];

    /// <summary>Sends a signal to a process of the set. A process of another user is removed from the set.</summary>
    internal void Send(ProcessTableRow process, int signal)
    {
        if (ProcessSignals.Send(process.Identity, signal) == ProcessSignalResult.NotOurs)
        {
            _notOurs.Add(process.Identity);
        }
    }

    /// <summary>
    /// Returns the running processes of the set, which are the newly found ones, those found earlier, and the descendants of both.
    /// </summary>
    internal IReadOnlyList<ProcessTableRow> Refresh()
    {
        _seen.UnionWith(find().Select(process => process.Identity));
        _seen.ExceptWith(_notOurs);
        if (_seen.Count == 0)
        {
            return [];
        }
        var all = ProcessTable.All();
        var alive = all.Where(process => _seen.Contains(process.Identity)).ToList();
        alive.AddRange(
            ProcessTable
                .Descendants(all, alive.Select(process => process.ProcessId))
                .Where(process => !_seen.Contains(process.Identity) && !_notOurs.Contains(process.Identity))
        );
        _seen.Clear();
        _seen.UnionWith(alive.Select(process => process.Identity));
        return alive;
    }
}
