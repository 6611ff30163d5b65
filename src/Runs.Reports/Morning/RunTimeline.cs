namespace Orchestrator.Runs.Reports;

/// <summary>The events of a run, for sentences that rest on them.</summary>
/// <param name="events">All of them, in their order.</param>
internal sealed class RunTimeline(IReadOnlyList<RunEvent> events)
{
    private readonly ILookup<string, RunEvent> _ofTasks = events
        .Where(happened => happened.Task is not null)
        .ToLookup(happened => happened.Task!, StringComparer.Ordinal);
    private readonly IReadOnlyList<RunEvent> _ofRun = [.. events.Where(happened => happened.Task is null)];

    /// <summary>All of them.</summary>
    public IReadOnlyList<RunEvent> All => events;

    /// <summary>The last event of the run itself; empty where there is none.</summary>
    public IReadOnlyList<long> OfRun => Numbers(_ofRun is [.., var last] ? last : null);

    /// <summary>The last event of a task; where it has none, of the run.</summary>
    /// <param name="task">A task, or something else that the run asks about.</param>
    public IReadOnlyList<long> Last(string task) => _ofTasks.Contains(task) ? Numbers(_ofTasks[task].Last()) : OfRun;

    /// <summary>The last event of a task in a state; empty where there is none.</summary>
    public IReadOnlyList<long> Last(string task, string state) =>
        Numbers(_ofTasks[task].LastOrDefault(happened => happened.State == state));

    /// <summary>The last event of the run itself in one of these states.</summary>
    public IReadOnlyList<long> OfRunIn(params string[] states) =>
        Numbers(_ofRun.LastOrDefault(happened => states.Contains(happened.State)));

    /// <summary>The last event before something that has no event of its own.</summary>
    /// <param name="task">The task that it belongs to; null: the run.</param>
    /// <param name="time">When it happened; null: unknown.</param>
    public IReadOnlyList<long> Before(string? task, DateTimeOffset? time)
    {
        var own = task is not null && _ofTasks.Contains(task) ? (IReadOnlyList<RunEvent>)[.. _ofTasks[task]] : _ofRun;
        return Numbers(
            (time is { } at ? own.LastOrDefault(happened => happened.Time <= at) : null) ?? (own is [.., var last] ? last : null)
        );
    }

    private static IReadOnlyList<long> Numbers(RunEvent? happened) => happened is null ? [] : [happened.Sequence];
}
