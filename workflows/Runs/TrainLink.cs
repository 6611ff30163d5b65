using Orchestrator.Workflows.Train;

namespace Orchestrator.Workflows.Runs;

/// <summary>State shared with the merge train: unanswered requests, its execution id, and updates not yet sent. Each report counts once,
/// whichever execution of the run receives it.</summary>
internal sealed class TrainLink
{
    private readonly List<MergeRequest> _waiting = [];
    private readonly List<MergeRequest> _unsent = [];
    private readonly SortedSet<string> _deferred = new(StringComparer.Ordinal);
    private string _past = "";
    private bool _isStarting;
    private bool _isAsked;

    /// <summary>First execution of the train whose reports count; empty: there is no train.</summary>
    public string ExecutionId { get; private set; } = "";

    /// <summary>Number of the last report that was handled.</summary>
    public int Sequence { get; private set; }

    /// <summary>Requests without an answer, the oldest first.</summary>
    public IReadOnlyList<MergeRequest> Waiting => _waiting;

    /// <summary>The task that was sent back to resolve a conflict, for which others in conflict wait; empty: none.</summary>
    public string Resolving { get; private set; } = "";

    /// <summary>Tasks in conflict that wait for that one.</summary>
    public IReadOnlyCollection<string> Deferred => _deferred;

    /// <summary>The run ends: nothing more is merged.</summary>
    public bool IsClosing { get; set; }

    /// <summary>There is something to send to a train, or a train is needed.</summary>
    public bool AnyToSend => _unsent.Count > 0 || _isAsked;

    /// <summary>Adds a task's merge request, which replaces an earlier one.</summary>
    public void Enqueue(MergeRequest request)
    {
        Remove(request.TaskId);
        _waiting.Insert(request.TaskId == Resolving ? 0 : _waiting.Count, request);
        _unsent.Add(request);
    }

    /// <summary>The requests to send now.</summary>
    public IReadOnlyList<MergeRequest> TakeUnsent()
    {
        IReadOnlyList<MergeRequest> unsent = [.. _unsent];
        _unsent.Clear();
        _isAsked = false;
        return unsent;
    }

    /// <summary>Starts a train with all waiting requests.</summary>
    public IReadOnlyList<MergeRequest> Starting()
    {
        TakeUnsent();
        _isStarting = true;
        return [.. _waiting];
    }

    /// <summary>The train has started; it may have reported already, or even have ended.</summary>
    public void Started(string executionId)
    {
        _isStarting = false;
        if (executionId != ExecutionId && executionId != _past)
        {
            (ExecutionId, Sequence) = (executionId, 0);
        }
    }

    /// <summary>The train could not be started.</summary>
    public void NotStarted() => _isStarting = false;

    /// <summary>Handles a report. False: it is old, or from a train that was given up.</summary>
    public bool TakeIn(TrainReport report)
    {
        var isFirst = ExecutionId.Length == 0 && _isStarting && report.ExecutionId != _past;

        // A train that was reset numbers its reports from an earlier number on; its end counts anyway.
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
            Lose(report.ExecutionId);
        }
        return true;
    }

    /// <summary>The train has ended, or is given up: requests without an answer go to the next one.</summary>
    public void Lose(string executionId)
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

    /// <summary>A signal says that the train was ended from outside: it is checked whether it is open.</summary>
    public void Ask() => _isAsked = ExecutionId.Length > 0;

    /// <summary>The train need not wait for this task's conflict any more.</summary>
    public void Pass(string task)
    {
        Resolving = Resolving == task ? "" : Resolving;
        _deferred.Remove(task);
    }

    /// <summary>The work of a task is gone: it does not wait to be merged any more.</summary>
    public void Drop(string task)
    {
        Remove(task);
        Pass(task);
    }

    /// <summary>Gives up all waiting requests.</summary>
    public IReadOnlyList<MergeRequest> GiveUp()
    {
        IReadOnlyList<MergeRequest> waiting = [.. _waiting];
        _waiting.Clear();
        _unsent.Clear();
        return waiting;
    }

    /// <summary>Places of tasks in the order in which they are merged, from 1.</summary>
    public IReadOnlyDictionary<string, int> Positions() =>
        TrainOrder
            .Of(_waiting)
            .Select((request, i) => (request.TaskId, i))
            .ToDictionary(t => t.TaskId, t => t.i + 1, StringComparer.Ordinal);

    /// <summary>For the next execution; all updates were sent by then.</summary>
    public TrainLinkCheckpoint ToCheckpoint() =>
        new()
        {
            ExecutionId = ExecutionId,
            Sequence = Sequence,
            Waiting = [.. _waiting],
            Resolving = Resolving,
            Deferred = [.. _deferred],
        };

    /// <summary>Restores a checkpoint.</summary>
    public void Restore(TrainLinkCheckpoint checkpoint)
    {
        (ExecutionId, Sequence, Resolving) = (checkpoint.ExecutionId, checkpoint.Sequence, checkpoint.Resolving);
        _waiting.AddRange(checkpoint.Waiting);
        _deferred.UnionWith(checkpoint.Deferred);
    }

    private void Remove(string task)
    {
        _waiting.RemoveAll(request => request.TaskId == task);
        _unsent.RemoveAll(request => request.TaskId == task);
    }
}
