using Temporalio.Api.Query.V1;

namespace Temporal.Server.Matching;

/// <summary>A workflow query whose caller is waiting for the answer.</summary>
/// <param name="query">The query.</param>
/// <param name="time">Clock whose monotonic time limits how long a worker may take to accept and answer the query.</param>
/// <param name="dead">Detects the death of the worker that took the query.</param>
internal sealed class PendingQuery(WorkflowQuery query, TimeProvider time, DeadWorkerDetector dead)
{
    /// <summary>Time limit for a worker's answer, equal to the default workflow task timeout.</summary>
    public static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    private volatile string? _takenBy;
    private long _offeredUntil = long.MaxValue;
    private int _offer;

    public string Id { get; } = Guid.NewGuid().ToString();

    public WorkflowQuery Query { get; } = query;

    /// <summary>
    /// Id of the queried run. If the caller specified no run, this is the latest run at the time of the query, even if a successor starts
    /// later.
    /// </summary>
    public string RunId { get; set; } = string.Empty;

    /// <summary>True if the query is attached to the run's next or current workflow task; otherwise it is a separate query task.</summary>
    public bool Rides { get; private set; }

    /// <summary>True if a worker has ever taken the query as a separate task.</summary>
    public bool WasTaken { get; private set; }

    public TaskCompletionSource<WorkflowQueryResult> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// True if the query must be offered again, to any worker. Either the worker to which it was offered did not accept or answer it in
    /// time, or that worker has died.
    /// </summary>
    public bool IsLost => time.GetTimestamp() >= Volatile.Read(ref _offeredUntil) || (_takenBy is { } worker && dead.IsGone(worker));

    /// <summary>Offers the query in a queue as a separate task. Replaces all earlier offers.</summary>
    /// <param name="limit">Time within which the only worker of a sticky queue must take the query. Null for a queue of many workers,
    /// where the query waits for the first one.</param>
    /// <returns>Number of the offer.</returns>
    public int Offer(TimeSpan? limit)
    {
        Rides = false;
        _takenBy = null;
        Volatile.Write(ref _offeredUntil, limit is { } within ? From(within) : long.MaxValue);
        return ++_offer;
    }

    /// <summary>True if the offer is still valid: the query has not been answered, attached to a task or offered again.</summary>
    public bool IsOffered(int offer) => !Answer.Task.IsCompleted && !Rides && offer == _offer;

    /// <summary>Attaches the query to the run's next workflow task. A worker that already has the query may still answer.</summary>
    public void AttachToWorkflowTask()
    {
        Rides = true;
        _takenBy = null;
        Volatile.Write(ref _offeredUntil, long.MaxValue);
    }

    /// <summary>Records that a worker has taken the query as a separate task.</summary>
    public void RecordWorker(string identity)
    {
        _takenBy = identity;
        WasTaken = true;
        Volatile.Write(ref _offeredUntil, From(AnswerLimit));
    }

    private long From(TimeSpan limit) => time.GetTimestamp() + (long)(limit.TotalSeconds * time.TimestampFrequency);
}
