namespace Orchestrator.Processes;

/// <summary>A set of processes that is looked at again and again. Once seen, a process stays in the set until it is dead, so that a child
/// whose parent has ended (and which then belongs to nobody) is not lost between two looks.</summary>
internal sealed class TrackedTree(Func<IReadOnlyList<ProcessInfo>> find)
{
    private readonly HashSet<ProcessIdentity> _seen = [];
    private readonly HashSet<ProcessIdentity> _notOurs = [];

    /// <summary>Sends a signal to one of them; one that turns out to be another user's is no part of the set any more.</summary>
    internal void Send(ProcessInfo process, int signal)
    {
        if (Signals.Send(process.Identity, signal) == SignalResult.NotOurs)
        {
            _notOurs.Add(process.Identity);
        }
    }

    /// <summary>Those that live now: what is found, what was seen before, and the descendants of both.</summary>
    internal IReadOnlyList<ProcessInfo> Refresh()
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
