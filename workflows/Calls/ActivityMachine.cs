using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Workflows.Calls;

/// <summary>A workflow whose activities may be done on another machine from some moment on.</summary>
internal interface IHasMachine
{
    /// <summary>The machine that does its activities.</summary>
    ActivityMachine Machine { get; }
}

/// <summary>The machine that does the activities of a workflow: the one that their options name, until its run is moved to another one.
/// Some of a task's are done at its place, which may be another host's.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A source without a timer holds nothing, and it lives as long as its workflow.")]
internal sealed class ActivityMachine
{
    private const string Place = "place:";
    private const string Exact = "exactly:";

    private string? _queue;
    private string? _place;
    private CancellationTokenSource _move = new();
    private CancellationTokenSource _placing = new();

    /// <summary>Called before each activity that is done at the task's place: it ends when the task has one.</summary>
    public Func<Task>? Arrive { get; set; }

    /// <summary>Called when the run is another machine's.</summary>
    public Action? Moved { get; set; }

    /// <summary>The place is another host's.</summary>
    public bool IsAway => _place is not null;

    /// <summary>The queue for options of an activity that is done at the task's place.</summary>
    /// <param name="queue">Queue of the run's repository.</param>
    public static string AtPlace(string queue) => Place + queue;

    /// <summary>The queue for options of an activity that is done on one machine, whatever is moved.</summary>
    /// <param name="queue">That machine's queue of the repository.</param>
    public static string Exactly(string queue) => Exact + queue;

    /// <summary>True if the options of an activity name the task's place.</summary>
    public static bool IsAtPlace(string asked) => asked.StartsWith(Place, StringComparison.Ordinal);

    /// <summary>Cancelled when what such an activity has begun is not waited for any more: the run is moved, or the task's place
    /// is.</summary>
    /// <param name="asked">The queue that its options name.</param>
    public CancellationToken Left(string asked) =>
        asked.StartsWith(Exact, StringComparison.Ordinal) ? CancellationToken.None
        : IsAtPlace(asked) && IsAway ? _placing.Token
        : _move.Token;

    /// <summary>The queue of an activity now.</summary>
    /// <param name="asked">The one that its options name.</param>
    public string QueueOf(string asked) =>
        IsAtPlace(asked) ? _place ?? QueueOf(asked[Place.Length..])
        : asked.StartsWith(Exact, StringComparison.Ordinal) ? asked[Exact.Length..]
        : _queue is null || asked == QueueNames.Workflows ? asked
        : _queue;

    /// <summary>The activities are done on another machine from now on.</summary>
    /// <param name="queue">Its queue of the repository.</param>
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

    /// <summary>The task's place is on another host from now on.</summary>
    /// <param name="queue">The host's queue of the repository; null: on the run's own machine.</param>
    /// <param name="anew">What is under way is not waited for on the same host either.</param>
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
