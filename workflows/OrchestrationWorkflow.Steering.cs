using System.ComponentModel.DataAnnotations;
using Orchestrator.Messages;
using Orchestrator.Workflows.Messages;
using Temporalio.Workflows;

namespace Orchestrator.Workflows;

/// <summary>How a person steers: each command is an update that answers what it did, and a signal of the same name. Doing it twice is harmless.</summary>
public sealed partial class OrchestrationWorkflow
{
    /// <summary>Tasks that are named to who wrote a name that there is not.</summary>
    private const int MostNamed = 20;

    /// <summary>Notes of messages that could not be read, among the warnings: the last ones.</summary>
    private const int MostDropped = 10;

    /// <summary>Tasks whose time limit for an approval runs in this execution.</summary>
    private readonly HashSet<string> _timed = new(StringComparer.Ordinal);
    private int _steered;
    private bool? _planAnswer;
    private string _planReason = "";
    private bool _promoteAsked;
    private bool _costLifted;
    private bool _untilLifted;

    /// <summary>Tasks that a person paused by name: they go on when they are named again, not with the run.</summary>
    private readonly HashSet<string> _pausedAlone = new(StringComparer.Ordinal);

    private string? RefusePause(TaskCommand? command = null) => RefuseTask(command)
        ?? (command is null || Known(command.Task) is { AtWork: true } ? null : $"{command.Task} is {Known(command.Task).Status.State}; only a task at work can be paused.");

    private async Task<SteeringAnswer> PauseAsync(TaskCommand? command = null)
    {
        if (command is null)
        {
            if (_paused)
                return new SteeringAnswer($"{_runId} is paused already.", false);
            _paused = true;
            _run = _run with { Paused = true };
            Note("paused by a person");
            foreach (var entry in _board.Entries.Where(e => e.AtWork).ToList())
                await TellTaskAsync(entry.Outline.Id, t => t.PauseAsync());
            return new SteeringAnswer($"{_runId} is paused: nothing new starts, agents at work are interrupted and keep their conversations.", true);
        }
        var task = Known(command.Task);
        _pausedAlone.Add(command.Task);
        await TellTaskAsync(command.Task, t => t.PauseAsync());
        return new SteeringAnswer($"{command.Task} is asked to pause.", !task.Status.Paused);
    }

    private async Task<SteeringAnswer> ResumeAsync(TaskCommand? command = null)
    {
        if (command is null)
        {
            var was = _paused;
            _paused = false;
            LiftReachedLimits();
            _run = _run with { Paused = false, Reason = was && _run.State == RunStates.Executing && !Cancelled ? "" : _run.Reason };
            if (was)
                Note("resumed by a person");
            var atWork = _board.Entries.Where(e => e.AtWork).ToList();
            var alone = atWork.Where(e => _pausedAlone.Contains(e.Outline.Id)).ToList();
            atWork = [.. atWork.Except(alone)];
            LetGoOn(atWork);
            foreach (var entry in atWork)
                await TellTaskAsync(entry.Outline.Id, t => t.ResumeAsync());
            var stay = alone.Count == 0 ? "" : $" What was paused by name stays so: {string.Join(", ", alone.Select(e => e.Outline.Id))}.";
            return new SteeringAnswer((was ? $"{_runId} goes on." : $"{_runId} was not paused.") + stay, was);
        }
        var task = Known(command.Task);
        _pausedAlone.Remove(command.Task);
        if (!task.Status.Paused)
        {
            // It may have been told to pause and not have heard yet.
            await TellTaskAsync(command.Task, t => t.ResumeAsync());
            return new SteeringAnswer($"{command.Task} is {task.Status.State} and not paused.", false);
        }
        LetGoOn([task]);
        await TellTaskAsync(command.Task, t => t.ResumeAsync());
        return new SteeringAnswer($"{command.Task} goes on.", true);
    }

    /// <summary>Else others would be started in the slots of paused tasks before these have heard that they may go on.</summary>
    private void LetGoOn(IReadOnlyList<TaskEntry> tasks)
    {
        if (!tasks.Any(task => task.Status.Paused))
            return;
        foreach (var task in tasks)
            _board.GoesOn(task);
        _steered++;
    }

    /// <summary>A limit that is not reached yet holds on: who resumes after Ctrl-C has not been asked about money.</summary>
    private void LiftReachedLimits()
    {
        _costLifted |= IsCostReached;
        _untilLifted |= IsUntilReached;
    }

    private async Task<SteeringAnswer> CancelTaskAsync(TaskCommand command)
    {
        var task = Known(command.Task);
        if (task.AtWork)
        {
            await TellTaskAsync(command.Task, t => t.CancelAsync());
            return new SteeringAnswer($"{command.Task} is asked to stop; its files stay.", true);
        }
        if (TaskStates.IsEnd(task.Status.State))
            return new SteeringAnswer($"{command.Task} is {task.Status.State} already.", false);
        _board.End(task, TaskStates.Cancelled, "cancelled by a person", Now);
        return Steered($"{command.Task} will not run.");
    }

    private string? RefuseRetry(TaskCommand command) => RefuseTask(command) ?? (Known(command.Task) switch
    {
        { AtWork: true, Status.State: not (TaskStates.Blocked or TaskStates.Parked) } task => $"{command.Task} is {task.Status.State}; it can be retried when it has ended, is blocked or parked.",
        { AtWork: false, Status.State: TaskStates.Merged } => $"{command.Task} is merged; there is nothing to retry.",
        _ => null,
    });

    private async Task<SteeringAnswer> RetryTaskAsync(TaskCommand command)
    {
        var task = Known(command.Task);
        if (task.AtWork)
        {
            _troubles.Told(task.Outline);
            await TellTaskAsync(command.Task, t => t.GoOnAsync(command.Text));
            // Who pauses a task and then answers it wants it to go on; a paused run keeps all its tasks.
            if (!_paused)
            {
                _pausedAlone.Remove(command.Task);
                await TellTaskAsync(command.Task, t => t.ResumeAsync());
            }

            return new SteeringAnswer($"{command.Task} goes on in its conversation.", true);
        }
        if (!TaskStates.IsEnd(task.Status.State))
            return new SteeringAnswer($"{command.Task} is {task.Status.State} and will run.", false);
        _board.Retry(task, command.Text, Now);
        return Steered($"{command.Task} is tried again.");
    }

    private string? RefuseSkip(TaskCommand command) => RefuseTask(command)
        ?? (IsPlanner(Known(command.Task)) && !_board.IsMerged(command.Task) ? "Without its planner the run has no plan. Retry it (with --guidance), or cancel the run." : null);

    private async Task<SteeringAnswer> SkipTaskAsync(TaskCommand command)
    {
        var task = Known(command.Task);
        if (task.Status.State == TaskStates.Merged)
            return new SteeringAnswer($"{command.Task} is merged already.", false);
        if (task.AtWork)
        {
            await TellTaskAsync(command.Task, t => t.CancelAsync());
            await Workflow.WaitConditionAsync(() => !task.AtWork, CancellationToken.None);
            if (task.Status.State == TaskStates.Merged)
                return new SteeringAnswer($"{command.Task} was merged before it could be skipped.", false);
        }
        _board.CountAsDone(task, "skipped by a person: counts as done without changes", Now);
        return Steered($"{command.Task} counts as done without changes; what depends on it may run.");
    }

    private Task<SteeringAnswer> SetConcurrencyAsync([Range(1, 64)] int workers)
    {
        var changed = workers != _workers;
        _workers = workers;
        _run = _run with { Workers = workers };
        return Answer(Steered($"{workers} agents at once; those at work go on.") with { Changed = changed });
    }

    private string? RefusePromote() => _run.State is RunStates.Landing or RunStates.Completed or RunStates.AwaitingPromotion
        ? null
        : $"{_runId} is {_run.State}; only a run that is {RunStates.AwaitingPromotion} can be promoted.";

    private Task<SteeringAnswer> PromoteAsync()
    {
        if (_run.State != RunStates.AwaitingPromotion)
            return Answer(new SteeringAnswer($"{_runId} is {_run.State} already.", false));
        _promoteAsked = true;
        return Answer(Steered("Landing is tried again."));
    }

    private Task<SteeringAnswer> CancelAsync()
    {
        if (Cancelled || RunStates.IsFinal(_run.State))
            return Answer(new SteeringAnswer($"{_runId} is {(RunStates.IsFinal(_run.State) ? _run.State : "being cancelled")} already.", false));
        _stop.Cancel();
        return Answer(Steered($"{_runId} is being cancelled; what is merged stays on staging."));
    }

    private string? RefuseDecision(ApprovalCommand command, bool yes)
    {
        var awaits = _run.State == RunStates.AwaitingApproval;
        if (command.Id == "plan")
            return NeedsNoAnswer(yes) || (_planAnswer is null && awaits) ? null : $"The plan is not waiting for an answer; the run is {_run.State}.";
        if (_board.TryFind(command.Id) is not { } task)
            return $"{NoTask(command.Id)} 'plan' is the plan itself.";
        var state = task.Status.State;
        return yes || state == TaskStates.Cancelled || (task.AtWork ? state == TaskStates.AwaitingApproval : !task.Approved) ? null : $"{command.Id} is {state} and waits for no approval.";
    }

    private bool NeedsNoAnswer(bool yes) => _planAnswer == yes || (_run.State != RunStates.AwaitingApproval && _planAnswer is null && yes);

    private Task<SteeringAnswer> Decide(ApprovalCommand command, bool yes)
    {
        if (command.Id == "plan")
        {
            if (NeedsNoAnswer(yes))
                return Answer(new SteeringAnswer("The plan needs no approval now.", false));
            _planAnswer = yes;
            _planReason = command.Reason;
            return Answer(Steered(yes ? "The plan is approved." : "The plan is rejected."));
        }
        var task = Known(command.Id);
        if (task.AtWork && task.Status.State == TaskStates.AwaitingApproval)
        {
            Answered(command.Id);
            _ = TellTaskAsync(command.Id, t => t.DecideAsync(yes, command.Reason));
            return Answer(Steered(yes ? $"{command.Id} is merged." : $"{command.Id} is rejected and fails; 'retry' gives it back to its agent."));
        }
        if (yes)
        {
            // A question that it has for another reason, such as being blocked, stays.
            if (task.Approved)
                return Answer(new SteeringAnswer($"{command.Id} is {task.Status.State} and waits for no approval.", false));
            _board.Approve(task, Now);
            Answered(command.Id);
            return Answer(Steered($"{command.Id} is approved."));
        }
        if (task.Status.State is TaskStates.Cancelled)
            return Answer(new SteeringAnswer($"{command.Id} is cancelled already.", false));
        _board.End(task, TaskStates.Cancelled, $"rejected by a person{(command.Reason.Length > 0 ? ": " + command.Reason : "")}", Now);
        Answered(command.Id);
        return Answer(Steered($"{command.Id} is rejected; what depends on it is skipped."));
    }

    private void AskForTaskApprovals()
    {
        _board.MarkAwaitingApproval(Now);
        foreach (var entry in _board.AwaitingApproval())
        {
            var id = entry.Outline.Id;
            if (_questions.All(q => q.Id != id))
                Ask(id, $"May {id} start? {entry.Outline.Title}", $"orchestrate approve {id} --run {_runId}", $"orchestrate reject {id} --run {_runId}");
            // A question may have been asked by an earlier execution of the run, whose timers ended with it.
            if (_timed.Add(id))
                _ = RejectAfterTimeoutAsync(entry);
        }
    }

    private async Task RejectAfterTimeoutAsync(TaskEntry entry)
    {
        var waits = () => entry.Status.State == TaskStates.AwaitingApproval;
        var left = entry.Status.Since + _plan.Settings.ApprovalTimeout - Now;
        var answered = left > TimeSpan.Zero && await Workflow.WaitConditionAsync(() => !waits() || Cancelled, left, CancellationToken.None);
        _timed.Remove(entry.Outline.Id);
        if (answered || !waits())
            return;
        _board.End(entry, TaskStates.Cancelled, "nobody approved it in time", Now);
        Answered(entry.Outline.Id);
    }

    private string? RefuseTask(TaskCommand? command = null) => 
        command is null || _board.TryFind(command.Task) is not null ? null : NoTask(command.Task);

    private string NoTask(string id)
    {
        var known = _board.Entries.Take(MostNamed).Select(e => e.Outline.Id).ToList();
        return $"There is no task {MessageFaults.Quote(id)} in {_runId}. Its tasks are {string.Join(", ", known)}{(_board.Entries.Count > known.Count ? $" and {_board.Entries.Count - known.Count} more" : "")}.";
    }

    private TaskEntry Known(string taskId) => _board.Find(taskId);

    private static Task<SteeringAnswer> Answer(SteeringAnswer answer) => Task.FromResult(answer);

    private SteeringAnswer Steered(string message)
    {
        _steered++;
        _run = _run with { UpdatedAt = Now };
        return new SteeringAnswer(message, true);
    }

    private void Note(string what)
    {
        _steered++;
        _run = _run with { UpdatedAt = Now };
        _board.NoteRun(_run.State, what, Now);
    }

    private Task MessageDroppedAsync(DroppedMessage message)
    {
        NoteDropped($"to {message.Workflow}: {message.Note}");
        return Task.CompletedTask;
    }

    /// <summary>In the record as an event, and among the warnings, which 'status' shows.</summary>
    private protected override void NoteDropped(string note)
    {
        var warnings = _run.Warnings.Where(w => !w.StartsWith(RunStatus.DroppedMessage, StringComparison.Ordinal));
        var notes = _run.Warnings.Except(warnings).Append($"{RunStatus.DroppedMessage}{MessageParts.Brief(note)}").TakeLast(MostDropped);
        _run = _run with { Warnings = [.. warnings, .. notes] };
        Note(note);
    }
}
