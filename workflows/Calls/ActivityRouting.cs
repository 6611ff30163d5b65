using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Workflows.Calls;

/// <summary>A workflow whose activities can move to another host.</summary>
internal interface IHasActivityRouting
{
    /// <summary>Routing of the workflow's activities.</summary>
    ActivityRouting Machine { get; }
}

/// <summary>
/// Routes the activities of a workflow to a host. The queue in the activity options applies until the run moves to another host. Some
/// activities of a task run in the task's slot, which may be on a worker host.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A token source without a timer owns no resources and lives as long as its workflow.")]
internal sealed class ActivityRouting
{
    private const string Place = "place:";
    private const string Exact = "exactly:";

    private string? _queue;
    private string? _place;
    private CancellationTokenSource _move = new();
    private CancellationTokenSource _placing = new();

    /// <summary>
    /// Called before each activity that runs in the task's slot. The returned task completes once the workflow's task has a slot.
    /// </summary>
    public Func<Task>? Arrive { get; set; }

    /// <summary>Called after the run has moved to another host.</summary>
    public Action? Moved { get; set; }

    /// <summary>True if the task's slot is on a worker host and not on the owner host.</summary>
    public bool IsAway => _place is not null;

    /// <summary>Returns the queue name that, in activity options, routes an activity to the task's slot.</summary>
    /// <param name="queue">Task queue of the run's repository.</param>
    public static string AtPlace(string queue) => Place + queue;

    /// <summary>Returns the name of the task queue that keeps an activity on one host even if the run or the task moves.</summary>
    /// <param name="queue">Task queue of the repository on that host.</param>
    public static string Exactly(string queue) => Exact + queue;

    /// <summary>True if a queue name was created by <see cref="AtPlace"/> and thus routes to the task's slot.</summary>
    public static bool IsAtPlace(string asked) => asked.StartsWith(Place, StringComparison.Ordinal);

    /// <summary>
    /// Returns a token that is canceled when the run or the task's slot moves to another host. Activities that have started on the previous
    /// host are then no longer awaited.
    /// </summary>
    /// <param name="asked">Queue name from the activity options.</param>
    public CancellationToken Left(string asked) =>
        asked.StartsWith(Exact, StringComparison.Ordinal) ? CancellationToken.None
        : IsAtPlace(asked) && IsAway ? _placing.Token
        : _move.Token;

    /// <summary>Returns the actual task queue for a queue name from activity options.</summary>
    /// <param name="asked">Queue name from the activity options.</param>
    public string QueueOf(string asked) =>
        IsAtPlace(asked) ? _place ?? QueueOf(asked[Place.Length..])
        : asked.StartsWith(Exact, StringComparison.Ordinal) ? asked[Exact.Length..]
        : _queue is null || asked == QueueNames.Workflows ? asked
        : _queue;

    /// <summary>Routes the workflow's activities to another host.</summary>
    /// <param name="queue">Task queue of the repository on that host.</param>
    public void MoveTo(string queue)
    {
        if (queue == _queue)
        {
            return;
        }
        _queue = queue;
        Renew(ref _move);
        Moved?.Invoke();
    }

    /// <summary>Routes the activities in the task's slot to another host.</summary>
    /// <param name="queue">Task queue of the repository on the host, or null for the owner host.</param>
    /// <param name="anew">True to abandon running activities even if the host stays the same.</param>
    public void PlaceAt(string? queue, bool anew = false)
    {
        if (queue == _place && !anew)
        {
            return;
        }
        var wasAway = IsAway;
        _place = queue;
        if (wasAway)
        {
            Renew(ref _placing);
        }
    }

    private static void Renew(ref CancellationTokenSource source)
    {
        var left = source;
        source = new CancellationTokenSource();
        left.Cancel();
    }
}
