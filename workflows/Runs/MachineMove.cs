using System.Linq.Expressions;

namespace Orchestrator.Workflows.Runs;

/// <summary>Has the steps of a run done on another machine: what it needs of its repository is there already. Everything below the run is
/// told, and what is under way on the machine before is not waited for.</summary>
internal sealed class MachineMove(RunContext context, TaskMessenger messenger, TaskTakeOver takeOver, MergeTrain merging)
{
    private readonly RunState _state = context.State;

    /// <summary>Why the run can't be moved there; null: it can.</summary>
    public string? Refuse(MoveRunCommand command) =>
        QueueNames.MachineOf(command.To.Queue) is null ? $"'{command.To.Queue}' is not the queue of a repository on a machine."
        : RunStates.IsFinal(_state.Run.State) ? $"{_state.RunId} has ended: {_state.Run.State}."
        : _state.Repository.Queue.Length == 0
            ? $"{_state.RunId} has not begun on any machine yet: the first worker that serves it takes it."
        : command.Lost is { Count: > 0 } ? RefuseLoss(command, command.Lost)
        : null;

    /// <summary>Only what tasks have made is done again.</summary>
    private string? RefuseLoss(MoveRunCommand command, IReadOnlyList<string> lost) =>
        _state.Run.State != RunStates.Executing
            ? $"{_state.RunId} is {_state.Run.State}: what is lost of its tasks can be done again only while they are executed."
        : string.IsNullOrEmpty(command.Staging) ? "The commit of the staging branch is missing ('staging')."
        : lost.FirstOrDefault(id => _state.Board.TryFind(id) is null) is { } unknown ? $"{_state.RunId} has no task '{unknown}'."
        : null;

    /// <summary>Moves it. Repeated, it tells everything below the run once more.</summary>
    /// <param name="command">Where to.</param>
    /// <param name="machine">The machine of the run's own activities.</param>
    public async Task<SteeringAnswer> MoveAsync(MoveRunCommand command, ActivityMachine machine)
    {
        var (from, to, by) = (_state.Repository, command.To, Person.Of(command.By));
        var isElsewhere = from.Queue != to.Queue || from.Path != to.Path;
        if (isElsewhere)
        {
            _state.Repository = to;
            _state.Run = _state.Run with { Repository = to.Path };
            _state.Note(new MovedToMachine(MachineName.Of(from), MachineName.Of(to), by), RunContext.Now, by.Who);
        }
        machine.MoveTo(to.Queue);
        var atWork = _state.Board.AtWork.ToList();
        // At once: nothing is to begin on a commit that nobody has.
        var ended = command.Lost is { Count: > 0 } lost ? Lose(lost, command.Staging!, MachineName.Of(from)) : [];
        // Before they are moved: no agent is to begin there on work that is lost.
        foreach (var report in ended)
        {
            await takeOver.EndUnknownAsync(report);
        }
        foreach (var entry in atWork)
        {
            await messenger.TellAsync(entry.Id, task => task.MovedAsync(to));
        }
        await messenger.TellAsync(RunIds.Train, train => train.MovedAsync(to));
        if (command.Lost is { Count: > 0 })
        {
            await merging.ReplaceAsync();
        }
        if (isElsewhere)
        {
            await MoveLeasesAsync(from, to);
        }
        return isElsewhere
            ? new SteeringAnswer(
                $"{_state.RunId} was moved from {MachineName.Of(from)} to {MachineName.Of(to)}.",
                Changed: true,
                NamesRun: true
            )
            : new SteeringAnswer($"{_state.RunId} is on {MachineName.Of(to)} already.", Changed: false, NamesRun: true);
    }

    /// <summary>Has the work of tasks done again, on a staging branch that does not have it.</summary>
    /// <returns>What was known of those whose workflows are open, which work for nobody any more.</returns>
    private List<TaskReport> Lose(IReadOnlyList<string> lost, string staging, MachineName with)
    {
        var (open, why) = (new List<TaskReport>(), new LostWithMachine(with));
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
            _state.Board.Lose(entry, why, RunContext.Now);
        }
        // Another train goes on from there, once this one has closed.
        _state.Train.Lose(_state.Train.ExecutionId);
        return open;
    }

    /// <summary>Files are leased in each clone by itself.</summary>
    private async Task MoveLeasesAsync(RepositoryReference from, RepositoryReference to)
    {
        if (from.Key == to.Key)
        {
            await TellLeasesAsync(from, leases => leases.MovedAsync(to));
            return;
        }
        if (!_state.Leases.Joined)
        {
            return;
        }
        await TellLeasesAsync(from, leases => leases.LeaveAsync(_state.RunId));
        _state.Leases.Join();
        context.Background.Begin(HoldAsync());
    }

    private async Task HoldAsync()
    {
        await Workflow.WaitConditionAsync(() => _state.Leases.IsAnswered || !_state.Leases.Joined, CancellationToken.None);
        if (_state.Leases.Shared is true)
        {
            _state.Leases.HoldThoseAtWork(_state.Board, RunContext.Now);
        }
    }

    private static async Task TellLeasesAsync(RepositoryReference repository, Expression<Func<ILeaseWorkflow, Task>> signal)
    {
        try
        {
            await Workflow
                .GetExternalWorkflowHandle<ILeaseWorkflow>(RunIds.ForLeases(repository.Key))
                .SignalAsync(signal, new ExternalWorkflowSignalOptions { CancellationToken = CancellationToken.None });
        }
        catch (FailureException)
        {
            // Nothing is leased there any more.
        }
    }
}
