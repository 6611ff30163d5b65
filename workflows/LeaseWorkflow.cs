using Orchestrator.Workflows.Leases;
using Orchestrator.Workflows.Messages;

namespace Orchestrator.Workflows;

/// <summary>Leases the files and resources of one repository to tasks, across all runs of the repository.</summary>
[Workflow]
public sealed class LeaseWorkflow : WorkflowBase, ILeaseWorkflow
{
    /// <summary>
    /// Time within which a run that was alone in the repository must declare its leases after another run joins. After that time, the
    /// joining run proceeds without them.
    /// </summary>
    private static readonly TimeSpan HoldPatience = TimeSpan.FromSeconds(60);

    /// <summary>Maximum number of retained notes about unreadable messages.</summary>
    private const int MostDropped = 5;

    /// <summary>Interval between checks that lease holders are still open. Holders are also checked when a run joins or a task has to
    /// wait.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    /// <summary>True if lease holders must be checked now, because a task has to wait and the holder may have ended.</summary>
    private bool _shouldLook;
    private readonly HashSet<string> _undeclared = new(StringComparer.Ordinal);

    /// <summary>
    /// Id of the run that was notified that no other run is active, or null. This run requests no leases, but declares its needs when
    /// another run joins.
    /// </summary>
    private string? _alone;
    private LeaseWorkflowState _begin = new();
    private LeaseTable _table = new(new LeaseWorkflowState());
    private readonly List<Task> _telling = [];
    private readonly List<string> _dropped = [];

    /// <inheritdoc/>
    [WorkflowRun]
    public async Task RunAsync(LeaseWorkflowState state = null!)
    {
        if (state.Queue.Length == 0)
        {
            throw UnreadableStart("'queue' is missing. Set it to the task queue of the repository's activities.");
        }
        _begin = state;
        _table = new LeaseTable(state);
        _alone = state.Runs is [var only] ? only : null;
        _dropped.AddRange(state.Dropped);
        await AllowMessagesAsync();
        do
        {
            await ServeAsync();
        }
        // A run may have joined while the last notifications were being sent.
        while (_table.Runs.Count > 0);
    }

    private async Task ServeAsync()
    {
        // Signal-with-start starts this workflow, so a signal follows.
        await TimedConditionWaiter.WaitUntilAsync(
            () => _table.Runs.Count > 0,
            LookInterval,
            "Until a run has joined",
            Workflow.CancellationToken
        );
        while (_table.Runs.Count > 0)
        {
            if (Workflow.ContinueAsNewSuggested && _undeclared.Count == 0)
            {
                await Workflow.WhenAllAsync(_telling);
                await Workflow.WaitConditionAsync(() => Workflow.AllHandlersFinished);
                var carried = Status();
                if (_undeclared.Count == 0)
                {
                    throw Workflow.CreateContinueAsNewException((ILeaseWorkflow w) => w.RunAsync(carried));
                }
            }
            if (_table.AnyWaits || _undeclared.Count > 0)
            {
                await TimedConditionWaiter.WaitUntilAsync(
                    () => _table.Runs.Count == 0 || _shouldLook,
                    LookInterval,
                    "Until the next check for ended runs",
                    Workflow.CancellationToken
                );
                _shouldLook = false;
                await RemoveEndedAsync();
            }
            else
            {
                await Workflow.WaitConditionAsync(() =>
                    _table.Runs.Count == 0 || _table.AnyWaits || _undeclared.Count > 0 || Workflow.ContinueAsNewSuggested
                );
            }
        }
        await Workflow.WhenAllAsync(_telling);
        await Workflow.WaitConditionAsync(() => Workflow.AllHandlersFinished);
    }

    /// <inheritdoc/>
    [WorkflowQuery(WorkflowMessageNames.Status, Description = "Holders of leases, and waiting tasks.")]
    public LeaseWorkflowState Status() => _table.State(_begin.Queue) with { Dropped = _dropped };

    /// <inheritdoc/>
    [WorkflowSignal(WorkflowMessageNames.Moved, Description = "Moves the steps of a run to another host.")]
    public Task MovedAsync(RepositoryReference place = null!)
    {
        _begin = _begin with { Queue = place.Queue };
        Machine.MoveTo(place.Queue);
        return Task.CompletedTask;
    }

    internal override void NoteDropped(string note)
    {
        _dropped.Add(PayloadSizeLimiter.Shorten(note));
        if (_dropped.Count > MostDropped)
        {
            _dropped.RemoveAt(0);
        }
        Workflow.CurrentDetails = string.Join("\n\n", _dropped);
    }

    /// <inheritdoc/>
    [WorkflowSignal(WorkflowMessageNames.Join, Description = "Reports that a run starts or continues.")]
    public async Task JoinAsync([ValidTemporalIdentifier] string runId = null!)
    {
        _table.Join(runId);

        // A terminated run sends no leave signal, and the new run must not wait for it.
        if (_table.Runs.Count > 1)
        {
            await RemoveEndedAsync();
        }
        // A run that has not been notified yet that it is alone holds no leases. The reply to its own join reports the other run.
        if (_alone is { } alone && alone != runId && _table.Runs.Contains(alone))
        {
            _undeclared.Add(alone);
            NotifyShared(alone, true);
        }
        // A run that was reset joins again. It declares its leases only after this reply, so the workflow must not wait for that
        // declaration here.
        await TimedConditionWaiter.WaitUntilAsync(
            () => _undeclared.All(other => other == runId),
            HoldPatience,
            "Until the other runs have reported their leases",
            Workflow.CancellationToken
        );
        _undeclared.RemoveWhere(other => other != runId);
        if (!_table.Runs.Contains(runId))
        {
            return; // The run has left meanwhile.
        }
        NotifyShared(runId, _table.Runs.Count > 1);
    }

    private void NotifyShared(string runId, bool isShared)
    {
        _alone = isShared ? null : runId;
        NotifyRun(runId, new LeaseChangeNotification { Shared = isShared });
    }

    /// <inheritdoc/>
    [WorkflowSignal(WorkflowMessageNames.Hold, Description = "Reports the leases of a run that was the only open run until now.")]
    public Task HoldAsync([ValidTemporalIdentifier] string runId = null!, IReadOnlyList<LeaseRequest> held = null!)
    {
        _table.AddHeld(runId, held);
        _undeclared.Remove(runId);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowSignal(WorkflowMessageNames.Ask, Description = "Requests the files and resources of a task.")]
    public Task AskAsync(LeaseRequest request = null!)
    {
        _table.Join(request.RunId);
        var obstacle = _table.Ask(request);
        _shouldLook |= obstacle is not null;
        NotifyRun(
            request.RunId,
            obstacle is not null
                ? new LeaseChangeNotification { Waiting = request.TaskId, Wait = obstacle }
                : new LeaseChangeNotification { Granted = request.TaskId }
        );
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowSignal(WorkflowMessageNames.Release, Description = "Releases the leases of a task.")]
    public Task ReleaseAsync(string runId = null!, string taskId = null!)
    {
        Grant(_table.Release(runId, taskId));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowSignal(WorkflowMessageNames.Leave, Description = "Reports that a run has ended.")]
    public Task LeaveAsync(string runId = null!)
    {
        Remove(runId);
        return Task.CompletedTask;
    }

    private void Remove(string runId)
    {
        _undeclared.Remove(runId);
        Grant(_table.RemoveRun(runId));
        if (_table.Runs is [var alone])
        {
            NotifyShared(alone, false);
        }
    }

    private void Grant(IEnumerable<LeaseRequest> granted)
    {
        foreach (var request in granted)
        {
            NotifyRun(request.RunId, new LeaseChangeNotification { Granted = request.TaskId });
        }
    }

    /// <summary>Removes runs that were terminated or deleted. They sent no leave signal, so their leases are released by polling.</summary>
    private async Task RemoveEndedAsync()
    {
        if (_table.Runs.Count == 0)
        {
            return;
        }
        var runs = _table.Runs.ToList();
        var ended = await Workflow.ExecuteActivityAsync(
            (IRunActivities a) => a.FindEndedRunsAsync(runs),
            ActivityDefaults.ShortActivity(_begin.Queue)
        );
        foreach (var run in ended)
        {
            Remove(run);
        }
    }

    private void NotifyRun(string runId, LeaseChangeNotification news)
    {
        _telling.RemoveAll(t => t.IsCompleted);
        _telling.Add(NotifyRunAsync(runId, news));
    }

    private static async Task NotifyRunAsync(string runId, LeaseChangeNotification news)
    {
        try
        {
            await Workflow.GetExternalWorkflowHandle<IOrchestrationWorkflow>(runId).SignalAsync(w => w.LeasesChangedAsync(news));
        }
        catch (FailureException)
        {
            // The run has ended and needs no lease. The next check for a waiting task removes the run.
        }
    }
}
