using Orchestrator.Plans;

namespace Orchestrator.Workflows.Leases;

/// <summary>Who holds what in a repository, and who waits for it. First come, first served: nobody passes one that waits for the same. No
/// Temporal.</summary>
internal sealed class LeaseTable
{
    private readonly List<string> _runs;
    private readonly List<LeaseRequest> _held;
    private readonly List<LeaseRequest> _waiting;

    public LeaseTable(LeaseState state)
    {
        _runs = [.. state.Runs];
        _held = [.. state.Held];
        _waiting = [.. state.Waiting];
    }

    public IReadOnlyList<string> Runs => _runs;

    public bool AnyWaits => _waiting.Count > 0;

    public LeaseState State(string queue) =>
        new()
        {
            Queue = queue,
            Runs = [.. _runs],
            Held = [.. _held],
            Waiting = [.. _waiting],
        };

    /// <summary>A run begins. False: it is there already.</summary>
    public bool Join(string runId)
    {
        if (_runs.Contains(runId))
        {
            return false;
        }
        _runs.Add(runId);
        return true;
    }

    /// <summary>What a run holds already; it is not asked whether that was wise.</summary>
    public void Hold(string runId, IEnumerable<LeaseRequest> held)
    {
        _held.RemoveAll(h => h.RunId == runId);
        _held.AddRange(held);
    }

    /// <summary>A task asks. Null: it has its lease; else what it waits for.</summary>
    public string? Ask(LeaseRequest request)
    {
        if (_held.FindIndex(h => IsSame(h, request)) is >= 0 and var at)
        {
            // It was lent something: that is added where nobody is in the way, and who holds something waits for nothing.
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

    /// <summary>A task gives back what it held.</summary>
    /// <returns>Who has a lease now.</returns>
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

    /// <summary>A run is over.</summary>
    public IReadOnlyList<LeaseRequest> Leave(string runId)
    {
        _runs.Remove(runId);
        return Release(runId, null);
    }

    private string? Obstacle(LeaseRequest request, int before)
    {
        foreach (var other in _held.Concat(_waiting.Take(before)).Where(o => o.RunId != request.RunId))
        {
            if (Overlap(request, other) is { } what)
            {
                return $"waits for {what}, which {other.RunId}/{other.TaskId} {(_held.Contains(other) ? "works on" : "waits for too")}";
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
