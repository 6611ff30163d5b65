using Orchestrator.Workflows.Train;

namespace Orchestrator.Workflows.Runs;

/// <summary>
/// State of a run's connection to its merge queue, namely unanswered requests, unsent updates and the queue's execution id. Each report
/// counts once, regardless of which execution of the run receives it.
/// </summary>
internal sealed class MergeQueueRequestTracker
{
    private readonly List<TaskMergeRequest> _waiting = [];
    private readonly List<TaskMergeRequest> _unsent = [];
    private readonly SortedSet<string> _deferred = new(StringComparer.Ordinal);
    private string _past = "";
    private int _arrivals;
    private bool _isStarting;
    private bool _isAsked;

    /// <summary>
    /// Id of the first execution of the merge queue from which the run accepts reports; empty if there is no merge queue.
    /// </summary>
    public string ExecutionId { get; private set; } = "";

    /// <summary>Number of the last report from the current merge queue that the run has handled.</summary>
    public int Sequence { get; private set; }

    /// <summary>Requests without an answer, oldest first.</summary>
    public IReadOnlyList<TaskMergeRequest> Waiting => _waiting;

    /// <summary>
    /// Id of the task that was returned to resolve a conflict, while other conflicting tasks wait; empty if there is none.
    /// </summary>
    public string Resolving { get; private set; } = "";

    /// <summary>Ids of the conflicting tasks that are waiting for <see cref="Resolving"/>.</summary>
    public IReadOnlyCollection<string> Deferred => _deferred;

    /// <summary>True if the run is ending and no further work is merged.</summary>
    public bool IsClosing { get; set; }

    /// <summary>
    /// True if the merge queue has answered all requests that it received, except those that wait until another task has resolved its
    /// conflict.
    /// </summary>
    public bool IsQuiet => !_isStarting && _waiting.TrueForAll(request => _unsent.Contains(request) || _deferred.Contains(request.TaskId));

    /// <summary>
    /// True if the merge queue must receive requests, or an update without requests that checks whether the queue is still open.
    /// </summary>
    public bool AnyToSend => _unsent.Count > 0 || _isAsked;

    /// <summary>Adds a task's merge request, and removes its earlier request.</summary>
    /// <param name="request">Request to add.</param>
    /// <param name="places">Number of positions that the request gains by its priority, or null for runs without turns.</param>
    public void Enqueue(TaskMergeRequest request, int? places = null)
    {
        Remove(request.TaskId);
        if (places is { } gained)
        {
            request = request with { Turn = ++_arrivals - gained };
        }
        Add(
            request.TaskId == Resolving && places is not null
                ? request with
                {
                    Turn = MergeOrderCalculator.First([.. _waiting, request]),
                }
                : request
        );
    }

    /// <summary>Moves a waiting request to the front. Returns false if the task is not waiting for a merge.</summary>
    public bool MoveToFront(string task)
    {
        if (_waiting.Find(request => request.TaskId == task) is not { } request)
        {
            return false;
        }
        Remove(task);
        Add(request with { Turn = MergeOrderCalculator.First([.. _waiting, request]) });
        return true;
    }

    private void Add(TaskMergeRequest request)
    {
        _waiting.Insert(request.TaskId == Resolving ? 0 : _waiting.Count, request);
        _unsent.Add(request);
    }

    /// <summary>Returns the requests to send now, and marks them as sent.</summary>
    public IReadOnlyList<TaskMergeRequest> MarkUnsentAsSent()
    {
        IReadOnlyList<TaskMergeRequest> unsent = [.. _unsent];
        _unsent.Clear();
        _isAsked = false;
        return unsent;
    }

    /// <summary>Records that a merge queue is being started, and returns all waiting requests for it.</summary>
    public IReadOnlyList<TaskMergeRequest> Starting()
    {
        MarkUnsentAsSent();
        _isStarting = true;
        return [.. _waiting];
    }

    /// <summary>Records that the merge queue was started. It may already have reported or even ended.</summary>
    public void Started(string executionId)
    {
        _isStarting = false;
        if (executionId != ExecutionId && executionId != _past)
        {
            (ExecutionId, Sequence) = (executionId, 0);
        }
    }

    /// <summary>Records that the merge queue could not be started.</summary>
    public void NotStarted() => _isStarting = false;

    /// <summary>Handles a report. Returns false if the report is old, or comes from an abandoned merge queue.</summary>
    public bool HandleReport(MergeQueueReport report)
    {
        var isFirst = ExecutionId.Length == 0 && _isStarting && report.ExecutionId != _past;

        // A merge queue that was reset repeats report numbers, but its last report always counts.
        var isNews = report.Sequence > Sequence || report.Ended;
        if (!isFirst && (report.ExecutionId != ExecutionId || !isNews))
        {
            return false;
        }
        (ExecutionId, Sequence) = (report.ExecutionId, report.Sequence);
        _deferred.UnionWith(report.Deferred.Select(put => put.TaskId));
        foreach (var answer in report.Answers)
        {
            _deferred.Remove(answer.TaskId);
            if (answer.Outcome == MergeOutcome.Conflict)
            {
                Resolving = answer.TaskId;
            }
            else if (Resolving == answer.TaskId)
            {
                Resolving = "";
            }
            if (_waiting.Exists(request => request.TaskId == answer.TaskId && request.Attempt == answer.Attempt))
            {
                Remove(answer.TaskId);
            }
        }
        if (report.Ended)
        {
            RecordQueueEnded(report.ExecutionId);
        }
        return true;
    }

    /// <summary>Records that the merge queue has ended or was abandoned. Requests without an answer go to its successor.</summary>
    public void RecordQueueEnded(string executionId)
    {
        if (executionId != ExecutionId || executionId.Length == 0)
        {
            return;
        }
        (_past, ExecutionId, Sequence, Resolving, _isAsked) = (executionId, "", 0, "", false);
        _deferred.Clear();
        _unsent.Clear();
        _unsent.AddRange(_waiting);
    }

    /// <summary>
    /// Requests an update to the merge queue even if there are no new requests. The update passes on the position of the staging branch and
    /// detects a terminated merge queue.
    /// </summary>
    public void Ask() => _isAsked = ExecutionId.Length > 0;

    /// <summary>Records that the merge queue no longer waits for this task to resolve its conflict.</summary>
    public void Pass(string task)
    {
        Resolving = Resolving == task ? "" : Resolving;
        _deferred.Remove(task);
    }

    /// <summary>Removes the request of a task whose work is lost.</summary>
    public void Drop(string task)
    {
        Remove(task);
        Pass(task);
    }

    /// <summary>Removes and returns all waiting requests.</summary>
    public IReadOnlyList<TaskMergeRequest> RemoveWaiting()
    {
        IReadOnlyList<TaskMergeRequest> waiting = [.. _waiting];
        _waiting.Clear();
        _unsent.Clear();
        return waiting;
    }

    /// <summary>Returns each task's position in merge order, starting at 1, by task id.</summary>
    public IReadOnlyDictionary<string, int> Positions() =>
        MergeOrderCalculator
            .Of(_waiting)
            .Select((request, i) => (request.TaskId, i))
            .ToDictionary(t => t.TaskId, t => t.i + 1, StringComparer.Ordinal);

    /// <summary>
    /// Returns the state from which the next execution starts. All outgoing signals to the merge queue must already have been sent.
    /// </summary>
    public MergeQueueClientCheckpoint ToCheckpoint() =>
        new()
        {
            ExecutionId = ExecutionId,
            Sequence = Sequence,
            Arrivals = _arrivals,
            Waiting = [.. _waiting],
            Resolving = Resolving,
            Deferred = [.. _deferred],
        };

    /// <summary>Restores a checkpoint.</summary>
    public void Restore(MergeQueueClientCheckpoint checkpoint)
    {
        (ExecutionId, Sequence, Resolving) = (checkpoint.ExecutionId, checkpoint.Sequence, checkpoint.Resolving);
        _arrivals = checkpoint.Arrivals;
        _waiting.AddRange(checkpoint.Waiting);
        _deferred.UnionWith(checkpoint.Deferred);
    }

    private void Remove(string task)
    {
        _waiting.RemoveAll(request => request.TaskId == task);
        _unsent.RemoveAll(request => request.TaskId == task);
    }
}
