using Temporalio.Api.Query.V1;

namespace Temporal.Server.Matching;

/// <summary>A query and the one who waits for its answer.</summary>
/// <param name="query">What is asked.</param>
/// <param name="time">Its monotonic time is what workers are given to take a query and to answer it.</param>
/// <param name="dead">Knows whether the worker that took it is gone.</param>
internal sealed class PendingQuery(WorkflowQuery query, TimeProvider time, DeadWorkers dead)
{
    /// <summary>The time that a worker has for an answer: as long as for a workflow task where nobody says otherwise.</summary>
    public static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    private volatile string? _takenBy;
    private long _offeredUntil = long.MaxValue;
    private int _offer;

    public string Id { get; } = Guid.NewGuid().ToString();

    public WorkflowQuery Query { get; } = query;

    /// <summary>
    /// The run that is asked: where none was named, the one that was the last when the question came. Its successor may not even have
    /// begun.
    /// </summary>
    public string RunId { get; set; } = string.Empty;

    /// <summary>True if it goes with the run's next workflow task, or is out with the current one; else it goes to a worker by
    /// itself.</summary>
    public bool Rides { get; private set; }

    /// <summary>True if a worker had it by itself at some time.</summary>
    public bool WasTaken { get; private set; }

    public TaskCompletionSource<WorkflowQueryResult> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Whether it is to go to any worker: the one that it was offered to did not take it in time, or took it and did not answer in time, or
    /// is dead.
    /// </summary>
    public bool IsLost => time.GetTimestamp() >= Volatile.Read(ref _offeredUntil) || (_takenBy is { } worker && dead.IsGone(worker));

    /// <summary>Puts the query in a queue, without a workflow task. What it had waited for before does not hold any more.</summary>
    /// <param name="limit">What the one worker of that queue has to take it; null in a queue of many, where it waits until one
    /// comes.</param>
    /// <returns>The number of the offer.</returns>
    public int Offer(TimeSpan? limit)
    {
        Rides = false;
        _takenBy = null;
        Volatile.Write(ref _offeredUntil, limit is { } within ? From(within) : long.MaxValue);
        return ++_offer;
    }

    /// <summary>True if that offer still holds: the query is not answered, rides on no task and was not offered anew.</summary>
    public bool IsOffered(int offer) => !Answer.Task.IsCompleted && !Rides && offer == _offer;

    /// <summary>Sends the query with the run's next workflow task. A worker that has it already may still answer.</summary>
    public void Ride()
    {
        Rides = true;
        _takenBy = null;
        Volatile.Write(ref _offeredUntil, long.MaxValue);
    }

    /// <summary>A worker has taken it, by itself, without a workflow task.</summary>
    public void Take(string identity)
    {
        _takenBy = identity;
        WasTaken = true;
        Volatile.Write(ref _offeredUntil, From(AnswerLimit));
    }

    private long From(TimeSpan limit) => time.GetTimestamp() + (long)(limit.TotalSeconds * time.TimestampFrequency);
}
