using Orchestrator.Plans;

namespace Orchestrator.Workflows.Leases;

/// <summary>
/// Held and requested leases of a repository's tasks. Requests are served in order of arrival, so no request overtakes an older one for the
/// same path or resource. Independent of Temporal.
/// </summary>
internal sealed class LeaseTable
{
    private readonly List<string> _runs;
    private readonly List<LeaseRequest> _held;
    private readonly List<LeaseRequest> _waiting;

    public LeaseTable(LeaseWorkflowState state)
    {
        _runs = [.. state.Runs];
        _held = [.. state.Held];
        _waiting = [.. state.Waiting];
    }

    public IReadOnlyList<string> Runs => _runs;

    public bool AnyWaits => _waiting.Count > 0;

    public LeaseWorkflowState State(string queue) =>
        new()
        {
            Queue = queue,
            Runs = [.. _runs],
            Held = [.. _held],
            Waiting = [.. _waiting],
        };

    /// <summary>Adds a run. Returns false if the run was already added.</summary>
    public bool Join(string runId)
    {
        if (_runs.Contains(runId))
        {
            return false;
        }
        _runs.Add(runId);
        return true;
    }

    /// <summary>Adds leases that a run already holds, without checking for conflicts.</summary>
    public void AddHeld(string runId, IEnumerable<LeaseRequest> held)
    {
        _held.RemoveAll(h => h.RunId == runId);
        _held.AddRange(held);
    }

    /// <summary>Requests a lease. Returns null if the lease is granted, otherwise the lease that the task has to wait for.</summary>
    public WaitingForLeaseReason? Ask(LeaseRequest request)
    {
        if (_held.FindIndex(h => IsSame(h, request)) is >= 0 and var at)
        {
            // Files granted later are added only if they conflict with no other lease, because a task that holds a lease must never wait.
            _held[at] = Obstacle(request, 0) is null ? request : _held[at];
            return null;
        }
        _waiting.RemoveAll(w => IsSame(w, request));
        if (Obstacle(request, _waiting.Count) is { } obstacle)
        {
            _waiting.Add(request);
            return obstacle;
        }
        _held.Add(request);
        return null;
    }

    /// <summary>Releases the leases of a task, or of the whole run.</summary>
    /// <returns>Waiting requests that are now granted.</returns>
    public IReadOnlyList<LeaseRequest> Release(string runId, string? taskId)
    {
        _held.RemoveAll(h => h.RunId == runId && (taskId is null || h.TaskId == taskId));
        _waiting.RemoveAll(w => w.RunId == runId && (taskId is null || w.TaskId == taskId));
        var granted = new List<LeaseRequest>();
        for (var i = 0; i < _waiting.Count; )
        {
            var request = _waiting[i];
            if (Obstacle(request, i) is not null)
            {
                i++;
                continue;
            }
            _waiting.RemoveAt(i);
            _held.Add(request);
            granted.Add(request);
        }
        return granted;
    }

    /// <summary>Removes a run and all its leases.</summary>
    public IReadOnlyList<LeaseRequest> RemoveRun(string runId)
    {
        _runs.Remove(runId);
        return Release(runId, null);
    }

    private WaitingForLeaseReason? Obstacle(LeaseRequest request, int before)
    {
        foreach (var other in _held.Concat(_waiting.Take(before)).Where(o => o.RunId != request.RunId))
        {
            if (Overlap(request, other) is { } what)
            {
                return new WaitingForLeaseReason(what, $"{other.RunId}/{other.TaskId}", !_held.Contains(other));
            }
        }
        return null;
    }

    private static bool IsSame(LeaseRequest one, LeaseRequest other) => one.RunId == other.RunId && one.TaskId == other.TaskId;

    private static string? Overlap(LeaseRequest one, LeaseRequest other) =>
        Files(one.Writes, other.Writes)
        ?? Files(one.Writes, other.Appends)
        ?? Files(one.Appends, other.Writes)
        ?? Names(one.ResourcesWrite, other.ResourcesWrite)
        ?? Names(one.ResourcesWrite, other.ResourcesRead)
        ?? Names(one.ResourcesRead, other.ResourcesWrite);

    private static string? Files(IReadOnlyList<string> one, IReadOnlyList<string> other)
    {
        var patterns = other.Select(PathPattern.Parse).ToList();
        return one.FirstOrDefault(text => patterns.Exists(PathPattern.Parse(text).Overlaps));
    }

    private static string? Names(IReadOnlyList<string> one, IReadOnlyList<string> other) => one.FirstOrDefault(other.Contains);
}
