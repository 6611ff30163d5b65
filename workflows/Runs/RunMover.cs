using System.Linq.Expressions;

namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Moves a run to another host that already has the required data. Notifies all child workflows, and abandons running activities on the
/// previous host.
/// </summary>
internal sealed class RunMover(
    RunWorkflowComponentContext context,
    TaskWorkflowMessageSender messenger,
    TaskWorkflowAdopter takeOver,
    MergeQueueClient merging
)
{
    private readonly RunWorkflowState _state = context.State;

    /// <summary>Returns the reason why the run can't move to that host, or null if it can.</summary>
    public string? Refuse(MoveRunArguments command) =>
        QueueNames.MachineOf(command.To.Queue) is null ? $"'{command.To.Queue}' is not the task queue of a repository on a host."
        : RunStateNames.IsFinal(_state.Run.State) ? $"{_state.RunId} has ended: {_state.Run.State}."
        : _state.Repository.Queue.Length == 0 ? $"{_state.RunId} has not started on any host yet. The first available worker will start it."
        : command.Lost is { Count: > 0 } ? RefuseLoss(command, command.Lost)
        : null;

    /// <summary>
    /// Returns the reason why a command that repeats tasks with lost work is refused, or null if it is valid. Lost work can be repeated
    /// only while the run is executing tasks.
    /// </summary>
    private string? RefuseLoss(MoveRunArguments command, IReadOnlyList<string> lost) =>
        _state.Run.State != RunStateNames.Executing
            ? $"{_state.RunId} is {_state.Run.State}. Lost work can be redone only while the run is executing tasks."
        : string.IsNullOrEmpty(command.Staging) ? "The field 'staging' (the commit of the staging branch) is missing."
        : lost.FirstOrDefault(id => _state.Board.TryFind(id) is null) is { } unknown ? $"{_state.RunId} has no task '{unknown}'."
        : null;

    /// <summary>Moves the run to another host. A repeated command notifies all child workflows again.</summary>
    /// <param name="command">Command that names the new host.</param>
    /// <param name="machine">Routing of the run's own activities.</param>
    public async Task<SteeringUpdateResult> MoveAsync(MoveRunArguments command, ActivityRouting machine)
    {
        var (from, to, by) = (_state.Repository, command.To, DecidingUser.Of(command.By));
        var isElsewhere = from.Queue != to.Queue || from.Path != to.Path;
        if (isElsewhere)
        {
            _state.Repository = to;
            _state.Run = _state.Run with { Repository = to.Path };
            _state.Note(new RunMovedToHostReason(MachineName.Of(from), MachineName.Of(to), by), RunWorkflowComponentContext.Now, by.Who);
        }
        machine.MoveTo(to.Queue);
        var atWork = _state.Board.AtWork.ToList();
        // This comes first, so that no task starts from a commit that no host has.
        var ended = command.Lost is { Count: > 0 } lost ? RepeatLostTasks(lost, command.Staging!, MachineName.Of(from)) : [];
        // These tasks end before they move, so that no agent starts there from lost work.
        foreach (var report in ended)
        {
            await takeOver.EndUnknownAsync(report);
        }
        foreach (var entry in atWork)
        {
            await messenger.SendAsync(entry.Id, task => task.MovedAsync(to));
        }
        await messenger.SendAsync(RunIds.Train, train => train.MovedAsync(to));
        if (command.Lost is { Count: > 0 })
        {
            await merging.ReplaceAsync();
        }
        if (isElsewhere)
        {
            await MoveLeasesAsync(from, to);
        }
        return isElsewhere
            ? new SteeringUpdateResult(
                $"{_state.RunId} was moved from {MachineName.Of(from)} to {MachineName.Of(to)}.",
                Changed: true,
                NamesRun: true
            )
            : new SteeringUpdateResult($"{_state.RunId} is already on {MachineName.Of(to)}.", Changed: false, NamesRun: true);
    }

    /// <summary>Repeats tasks whose work is lost, on a staging branch without that work.</summary>
    /// <returns>Last reports of tasks whose workflows are open but no longer belong to the run.</returns>
    private List<TaskReport> RepeatLostTasks(IReadOnlyList<string> lost, string staging, MachineName with)
    {
        var (open, why) = (new List<TaskReport>(), new TaskWorkLostWithHostReason(with));
        _state.StagingTip = staging;
        foreach (var entry in _state.Board.WithThoseThatBuildOn(lost))
        {
            if (entry.AtWork)
            {
                open.Add(
                    new TaskReport
                    {
                        Progress = entry.Progress,
                        ExecutionId = entry.ExecutionId,
                        Sequence = entry.State.ReportSequence,
                    }
                );
            }
            _state.Train.Drop(entry.Id);
            _state.Board.RepeatTask(entry, why, RunWorkflowComponentContext.Now);
        }
        // Another merge queue continues from this position once the current one has closed.
        _state.Train.RecordQueueEnded(_state.Train.ExecutionId);
        return open;
    }

    /// <summary>Moves the run's leases to the new host. Each clone of the repository manages its leases separately.</summary>
    private async Task MoveLeasesAsync(RepositoryReference from, RepositoryReference to)
    {
        if (from.Key == to.Key)
        {
            await SignalLeasesAsync(from, leases => leases.MovedAsync(to));
            return;
        }
        if (!_state.Leases.Joined)
        {
            return;
        }
        await SignalLeasesAsync(from, leases => leases.LeaveAsync(_state.RunId));
        _state.Leases.Join();
        context.Background.Begin(HoldAsync());
    }

    private async Task HoldAsync()
    {
        await Workflow.WaitConditionAsync(() => _state.Leases.IsAnswered || !_state.Leases.Joined, CancellationToken.None);
        if (_state.Leases.Shared is true)
        {
            _state.Leases.DeclareLeasesOfRunningTasks(_state.Board, RunWorkflowComponentContext.Now);
        }
    }

    private static async Task SignalLeasesAsync(RepositoryReference repository, Expression<Func<ILeaseWorkflow, Task>> signal)
    {
        try
        {
            await Workflow
                .GetExternalWorkflowHandle<ILeaseWorkflow>(RunIds.ForLeases(repository.Key))
                .SignalAsync(signal, new ExternalWorkflowSignalOptions { CancellationToken = CancellationToken.None });
        }
        catch (FailureException)
        {
            // The lease workflow of the previous clone has already ended.
        }
    }
}
