using Orchestrator.Contracts;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Orchestrator.Workflows;

/// <summary>How a person steers: each command is an update that answers what it did, and a signal of the same name. Doing it twice is harmless.</summary>
public sealed partial class OrchestrationWorkflow
{
    private int _steered;
    private bool? _planAnswer;
    private string _planReason = "";
    private bool _promoteAsked;
    private bool _costLifted;
    private bool _untilLifted;

    /// <summary>Tasks that a person paused by name: they go on when they are named again, not with the run.</summary>
    private readonly HashSet<string> _pausedAlone = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    [WorkflowUpdate("pause")]
    public async Task<SteeringAnswer> PauseAsync(TaskCommand? command = null)
    {
        await HasBoardAsync();
        if (command is null || command.Task.Length == 0)
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
        if (!task.AtWork)
            throw Invalid($"{command.Task} is {task.Status.State}; only a task at work can be paused.");
        _pausedAlone.Add(command.Task);
        await TellTaskAsync(command.Task, t => t.PauseAsync());
        return new SteeringAnswer($"{command.Task} is asked to pause.", !task.Status.Paused);
    }

    /// <inheritdoc/>
    [WorkflowUpdate("resume")]
    public async Task<SteeringAnswer> ResumeAsync(TaskCommand? command = null)
    {
        await HasBoardAsync();
        if (command is null || command.Task.Length == 0)
        {
            var was = _paused;
            _paused = false;
            LiftReachedLimits();
            _run = _run with { Paused = false, Reason = was && _run.State == RunStates.Executing && !Cancelled ? "" : _run.Reason };
            if (was)
                Note("resumed by a person");
            var atWork = _board.Entries.Where(e => e.AtWork).ToList();
            var alone = atWork.Where(e => _pausedAlone.Contains(e.Outline.Id)).ToList();
            if (alone.Count > 0 && Workflow.Patched("tasks-paused-by-name-stay"))
                atWork = [.. atWork.Except(alone)];
            else
                alone = [];
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
        if (!tasks.Any(task => task.Status.Paused) || !Workflow.Patched("resumed-tasks-hold-their-slots"))
            return;
        foreach (var task in tasks)
            _board.GoesOn(task);
        _steered++;
    }

    /// <summary>A limit that is not reached yet holds on: who resumes after Ctrl-C has not been asked about money.</summary>
    private void LiftReachedLimits()
    {
        var (cost, until) = (IsCostReached, IsUntilReached);
        if (_input.MaxCost is null && _input.Until is null)
            return;

        // Earlier versions lifted both limits where one was reached, and before that even where none was.
        var both = cost || until || _costLifted || _untilLifted
            ? cost == until || _input.MaxCost is null || _input.Until is null || !Workflow.Patched("each-limit-is-lifted-alone")
            : !Workflow.Patched("lift-only-reached-limits");
        _costLifted |= both || cost;
        _untilLifted |= both || until;
    }

    /// <inheritdoc/>
    [WorkflowUpdate("cancelTask")]
    public async Task<SteeringAnswer> CancelTaskAsync(TaskCommand command)
    {
        await HasBoardAsync();
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

    /// <inheritdoc/>
    [WorkflowUpdate("retryTask")]
    public async Task<SteeringAnswer> RetryTaskAsync(TaskCommand command)
    {
        await HasBoardAsync();
        var task = Known(command.Task);
        if (task.AtWork)
        {
            if (task.Status.State is not (TaskStates.Blocked or TaskStates.Parked))
                throw Invalid($"{command.Task} is {task.Status.State}; it can be retried when it has ended, is blocked or parked.");
            _troubles.Told(task.Outline);
            await TellTaskAsync(command.Task, t => t.GoOnAsync(command.Text));
            // Who pauses a task and then answers it wants it to go on; a paused run keeps all its tasks.
            if (!_paused && Workflow.Patched("retry-ends-a-pause"))
            {
                _pausedAlone.Remove(command.Task);
                await TellTaskAsync(command.Task, t => t.ResumeAsync());
            }

            return new SteeringAnswer($"{command.Task} goes on in its conversation.", true);
        }
        if (task.Status.State is TaskStates.Merged)
            throw Invalid($"{command.Task} is merged; there is nothing to retry.");
        if (!TaskStates.IsEnd(task.Status.State))
            return new SteeringAnswer($"{command.Task} is {task.Status.State} and will run.", false);
        _board.Retry(task, command.Text, Now);
        return Steered($"{command.Task} is tried again.");
    }

    /// <inheritdoc/>
    [WorkflowUpdate("skipTask")]
    public async Task<SteeringAnswer> SkipTaskAsync(TaskCommand command)
    {
        await HasBoardAsync();
        var task = Known(command.Task);
        if (task.Status.State == TaskStates.Merged)
            return new SteeringAnswer($"{command.Task} is merged already.", false);
        if (IsPlanner(task))
            throw Invalid("Without its planner the run has no plan. Retry it (with --guidance), or cancel the run.");
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

    /// <inheritdoc/>
    [WorkflowUpdate("setConcurrency")]
    public async Task<SteeringAnswer> SetConcurrencyAsync(int workers)
    {
        if (workers is < 1 or > 64)
            throw Invalid($"{workers} workers: it must be 1 to 64.");
        await HasBoardAsync();
        var changed = workers != _workers;
        _workers = workers;
        _run = _run with { Workers = workers };
        return Steered($"{workers} agents at once; those at work go on.") with { Changed = changed };
    }

    /// <inheritdoc/>
    [WorkflowUpdate("approve")]
    public Task<SteeringAnswer> ApproveAsync(ApprovalCommand command) => DecideAsync(command, true);

    /// <inheritdoc/>
    [WorkflowUpdate("reject")]
    public Task<SteeringAnswer> RejectAsync(ApprovalCommand command) => DecideAsync(command, false);

    /// <inheritdoc/>
    [WorkflowUpdate("promote")]
    public async Task<SteeringAnswer> PromoteAsync()
    {
        await HasBegunAsync();
        if (_run.State is RunStates.Landing or RunStates.Completed)
            return new SteeringAnswer($"{_runId} is {_run.State} already.", false);
        if (_run.State != RunStates.AwaitingPromotion)
            throw Invalid($"{_runId} is {_run.State}; only a run that is {RunStates.AwaitingPromotion} can be promoted.");
        _promoteAsked = true;
        return Steered("Landing is tried again.");
    }

    /// <inheritdoc/>
    [WorkflowUpdate("cancel")]
    public async Task<SteeringAnswer> CancelAsync()
    {
        await HasBegunAsync();
        if (Cancelled || RunStates.IsFinal(_run.State))
            return new SteeringAnswer($"{_runId} is {(RunStates.IsFinal(_run.State) ? _run.State : "being cancelled")} already.", false);
        _stop.Cancel();
        return Steered($"{_runId} is being cancelled; what is merged stays on staging.");
    }

    [WorkflowSignal("pause")]
    public Task PauseSignalAsync(TaskCommand? command = null) => QuietlyAsync(() => PauseAsync(command));

    [WorkflowSignal("resume")]
    public Task ResumeSignalAsync(TaskCommand? command = null) => QuietlyAsync(() => ResumeAsync(command));

    [WorkflowSignal("cancelTask")]
    public Task CancelTaskSignalAsync(TaskCommand command) => QuietlyAsync(() => CancelTaskAsync(command));

    [WorkflowSignal("retryTask")]
    public Task RetryTaskSignalAsync(TaskCommand command) => QuietlyAsync(() => RetryTaskAsync(command));

    [WorkflowSignal("skipTask")]
    public Task SkipTaskSignalAsync(TaskCommand command) => QuietlyAsync(() => SkipTaskAsync(command));

    [WorkflowSignal("setConcurrency")]
    public Task SetConcurrencySignalAsync(int workers) => QuietlyAsync(() => SetConcurrencyAsync(workers));

    [WorkflowSignal("approve")]
    public Task ApproveSignalAsync(ApprovalCommand command) => QuietlyAsync(() => ApproveAsync(command));

    [WorkflowSignal("reject")]
    public Task RejectSignalAsync(ApprovalCommand command) => QuietlyAsync(() => RejectAsync(command));

    [WorkflowSignal("promote")]
    public Task PromoteSignalAsync() => QuietlyAsync(PromoteAsync);

    [WorkflowSignal("cancel")]
    public Task CancelSignalAsync() => QuietlyAsync(CancelAsync);

    /// <summary>A signal has nobody to answer to: what is refused is noted in the run's record instead of failing the run.</summary>
    private async Task QuietlyAsync(Func<Task<SteeringAnswer>> command)
    {
        try
        {
            await command();
        }
        catch (ApplicationFailureException refused)
        {
            Note($"a command was refused: {refused.Message}");
        }
    }

    private async Task<SteeringAnswer> DecideAsync(ApprovalCommand command, bool yes)
    {
        await HasBoardAsync();
        return Decide(command, yes);
    }

    private SteeringAnswer Decide(ApprovalCommand command, bool yes)
    {
        if (command.Id == "plan")
        {
            if (_planAnswer == yes || (_run.State != RunStates.AwaitingApproval && _planAnswer is null && yes))
                return new SteeringAnswer("The plan needs no approval now.", false);
            if (_planAnswer is not null || _run.State != RunStates.AwaitingApproval)
                throw Invalid($"The plan is not waiting for an answer; the run is {_run.State}.");
            _planAnswer = yes;
            _planReason = command.Reason;
            return Steered(yes ? "The plan is approved." : "The plan is rejected.");
        }
        var task = Known(command.Id);
        if (task.AtWork && task.Status.State == TaskStates.AwaitingApproval)
        {
            Answered(command.Id);
            _ = TellTaskAsync(command.Id, t => t.DecideAsync(yes, command.Reason));
            return Steered(yes ? $"{command.Id} is merged." : $"{command.Id} is rejected and fails; 'retry' gives it back to its agent.");
        }
        if (yes)
        {
            // A question that it has for another reason, such as being blocked, stays.
            if (task.Approved)
                return new SteeringAnswer($"{command.Id} is {task.Status.State} and waits for no approval.", false);
            _board.Approve(task, Now);
            Answered(command.Id);
            return Steered($"{command.Id} is approved.");
        }
        if (task.Status.State is TaskStates.Cancelled)
            return new SteeringAnswer($"{command.Id} is cancelled already.", false);
        if (task.AtWork || task.Approved)
            throw Invalid($"{command.Id} is {task.Status.State} and waits for no approval.");
        _board.End(task, TaskStates.Cancelled, $"rejected by a person{(command.Reason.Length > 0 ? ": " + command.Reason : "")}", Now);
        Answered(command.Id);
        return Steered($"{command.Id} is rejected; what depends on it is skipped.");
    }

    private void AskForTaskApprovals()
    {
        _board.MarkAwaitingApproval(Now);
        foreach (var entry in _board.AwaitingApproval())
        {
            var id = entry.Outline.Id;
            if (_questions.Any(q => q.Id == id))
                continue;
            Ask(id, $"May {id} start? {entry.Outline.Title}", $"orchestrate approve {id} --run {_runId}", $"orchestrate reject {id} --run {_runId}");
            _ = RejectAfterTimeoutAsync(entry);
        }
    }

    private async Task RejectAfterTimeoutAsync(TaskEntry entry)
    {
        var waits = () => entry.Status.State == TaskStates.AwaitingApproval;
        if (await Workflow.WaitConditionAsync(() => !waits() || Cancelled, _plan.Settings.ApprovalTimeout, CancellationToken.None) || !waits())
            return;
        _board.End(entry, TaskStates.Cancelled, "nobody approved it in time", Now);
        Answered(entry.Outline.Id);
    }

    private TaskEntry Known(string taskId) => _board.TryFind(taskId)
        ?? throw Invalid($"There is no task '{taskId}' in {_runId}.");

    /// <summary>A command may come with the very first task of an execution, before its main method has run.</summary>
    private Task HasBegunAsync() => _hasBegun ? Task.CompletedTask : Workflow.WaitConditionAsync(() => _hasBegun, CancellationToken.None);

    private static ApplicationFailureException Invalid(string message) => new(message, "InvalidCommand", nonRetryable: true);

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
}
