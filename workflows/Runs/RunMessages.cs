using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using Orchestrator.Workflows.Messages;
using Temporalio.Common;

namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Handles all messages to a run: commands from users and reports from child workflows. Required arguments of types that can't be null have
/// a default value. Without it, the SDK would drop a signal that lacks the argument before the signal can be recorded.
/// </summary>
public abstract class RunMessages : MessageWorkflow
{
    /// <summary>Search attribute that servers set on workflows that a schedule started.</summary>
    private static readonly SearchAttributeKey<string> ScheduledBy = SearchAttributeKey.CreateKeyword("TemporalScheduledById");

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(Workflow.CancellationToken);

    private protected RunMessages() => (State, Parts) = Begin(new OrchestrationInput());

    private protected RunState State { get; private set; }

    private protected RunComponents Parts { get; private set; }

    private protected static DateTimeOffset Now => RunContext.Now;

    /// <summary>
    /// Sets the state of a failed run for queries, so that no answer shows the run as continuing. This is no transition, because it can no
    /// longer be recorded.
    /// </summary>
    internal override void EndsAsFailed(string reason)
    {
        if (!RunStates.IsFinal(State.Run.State))
        {
            State.Run = State.Run with { State = RunStates.Failed, Why = new ExecutionFailed(new Quote(reason)), UpdatedAt = Now };
        }
    }

    /// <inheritdoc cref="IOrchestrationWorkflow.PauseAsync"/>
    [WorkflowUpdate(MessageNames.Pause, Description = "Pauses the run, or one task: agents are interrupted and keep their conversations.")]
    public Task<SteeringAnswer> PauseAsync(TaskCommand? command = null) =>
        ExecuteSteeringAsync(command is null ? Parts.Steering.Pause(Now) : Parts.Steering.PauseTask(command.Task));

    /// <inheritdoc cref="MessageWorkflow.Refuse"/>
    [WorkflowUpdateValidator(nameof(PauseAsync))]
    public void ValidatePause(TaskCommand? command = null) => Refuse(Parts.Steering.RefusePause(command));

    /// <inheritdoc cref="IOrchestrationWorkflow.ResumeAsync"/>
    [WorkflowUpdate(MessageNames.Resume, Description = "Resumes the run, or one task.")]
    public Task<SteeringAnswer> ResumeAsync(TaskCommand? command = null) =>
        ExecuteSteeringAsync(command is null ? Parts.Steering.Resume(Now) : Parts.Steering.ResumeTask(command.Task));

    /// <inheritdoc cref="MessageWorkflow.Refuse"/>
    [WorkflowUpdateValidator(nameof(ResumeAsync))]
    public void ValidateResume(TaskCommand? command = null) => Refuse(Parts.Steering.RefuseTask(command));

    /// <inheritdoc cref="IOrchestrationWorkflow.CancelTaskAsync"/>
    [WorkflowUpdate(MessageNames.CancelTask, Description = "Stops a task; the run lands without it.")]
    public Task<SteeringAnswer> CancelTaskAsync(TaskCommand command = null!) =>
        ExecuteSteeringAsync(Parts.Steering.CancelTask(command, Now));

    /// <inheritdoc cref="MessageWorkflow.Refuse"/>
    [WorkflowUpdateValidator(nameof(CancelTaskAsync))]
    public void ValidateCancelTask(TaskCommand command) => Refuse(Parts.Steering.RefuseTask(command));

    /// <inheritdoc cref="IOrchestrationWorkflow.RetryTaskAsync"/>
    [WorkflowUpdate(MessageNames.RetryTask, Description = "Retries a task, or continues a waiting one, with guidance for its agent.")]
    public Task<SteeringAnswer> RetryTaskAsync(TaskCommand command = null!) => ExecuteSteeringAsync(Parts.Steering.Retry(command, Now));

    /// <inheritdoc cref="MessageWorkflow.Refuse"/>
    [WorkflowUpdateValidator(nameof(RetryTaskAsync))]
    public void ValidateRetryTask(TaskCommand command) => Refuse(Parts.Steering.RefuseRetry(command));

    /// <inheritdoc cref="IOrchestrationWorkflow.SkipTaskAsync"/>
    [WorkflowUpdate(MessageNames.SkipTask, Description = "Counts a task as done without changes, so that its dependent tasks run.")]
    public async Task<SteeringAnswer> SkipTaskAsync(TaskCommand command = null!)
    {
        var task = State.Board.Find(command.Task);
        var wasAtWork = task.AtWork;
        if (wasAtWork)
        {
            await ExecuteSteeringAsync(Parts.Steering.CancelTask(command, Now));
            await Workflow.WaitConditionAsync(() => !task.AtWork, CancellationToken.None);
        }
        return await ExecuteSteeringAsync(Parts.Steering.Skip(command, wasAtWork, Now));
    }

    /// <inheritdoc cref="MessageWorkflow.Refuse"/>
    [WorkflowUpdateValidator(nameof(SkipTaskAsync))]
    public void ValidateSkipTask(TaskCommand command) => Refuse(Parts.Steering.RefuseSkip(command));

    /// <inheritdoc cref="IOrchestrationWorkflow.MergeNextAsync"/>
    [WorkflowUpdate(MessageNames.MergeNext, Description = "Merges a verified task before all other waiting tasks.")]
    public Task<SteeringAnswer> MergeNextAsync(TaskCommand command = null!) => ExecuteSteeringAsync(Parts.Steering.MergeNext(command, Now));

    /// <inheritdoc cref="MessageWorkflow.Refuse"/>
    [WorkflowUpdateValidator(nameof(MergeNextAsync))]
    public void ValidateMergeNext(TaskCommand command) => Refuse(Parts.Steering.RefuseMergeNext(command));

    /// <inheritdoc cref="IOrchestrationWorkflow.AddTasksAsync"/>
    [WorkflowUpdate(MessageNames.AddTasks, Description = "Adds tasks described as text, without dependencies.")]
    public Task<SteeringAnswer> AddTasksAsync(AddTasksCommand command = null!) => Parts.Adding.AddAsync(command);

    /// <inheritdoc cref="MessageWorkflow.Refuse"/>
    [WorkflowUpdateValidator(nameof(AddTasksAsync))]
    public void ValidateAddTasks(AddTasksCommand command) => Refuse(Parts.Adding.Refuse(command));

    /// <inheritdoc cref="IOrchestrationWorkflow.SetConcurrencyAsync"/>
    [WorkflowUpdate(MessageNames.SetConcurrency, Description = "Sets the number of concurrent agents.")]
    public Task<SteeringAnswer> SetConcurrencyAsync([Range(1, 64)] int workers = 0) =>
        ExecuteSteeringAsync(Parts.Steering.SetConcurrency(workers));

    /// <inheritdoc cref="IOrchestrationWorkflow.ApproveAsync"/>
    [WorkflowUpdate(MessageNames.Approve, Description = "Approves a question of the run.")]
    public Task<SteeringAnswer> ApproveAsync(ApprovalCommand command = null!) =>
        ExecuteSteeringAsync(Parts.Approvals.Decide(command, yes: true, Now));

    /// <inheritdoc cref="IOrchestrationWorkflow.RejectAsync"/>
    [WorkflowUpdate(MessageNames.Reject, Description = "Rejects a question of the run.")]
    public Task<SteeringAnswer> RejectAsync(ApprovalCommand command = null!) =>
        ExecuteSteeringAsync(Parts.Approvals.Decide(command, yes: false, Now));

    /// <inheritdoc cref="IOrchestrationWorkflow.PromoteAsync"/>
    [WorkflowUpdate(MessageNames.Promote, Description = "Lands a run that waits for its target branch.")]
    public Task<SteeringAnswer> PromoteAsync(PersonCommand? command = null) => ExecuteSteeringAsync(Parts.Steering.Promote(command, Now));

    /// <inheritdoc cref="IOrchestrationWorkflow.LandMergedAsync"/>
    [WorkflowUpdate(MessageNames.LandMerged, Description = "Lands the merged work of a run that can't continue; the rest stays open.")]
    public Task<SteeringAnswer> LandMergedAsync(PersonCommand? command = null) =>
        ExecuteSteeringAsync(Parts.Steering.LandMerged(command, Now));

    /// <inheritdoc cref="IOrchestrationWorkflow.IncreaseBudgetAsync"/>
    [WorkflowUpdate(MessageNames.RaiseBudget, Description = "Raises a budget; waiting tasks continue.")]
    public Task<SteeringAnswer> IncreaseBudgetAsync(RaiseBudgetCommand command = null!) => Parts.Budgets.IncreaseAsync(command);

    /// <inheritdoc cref="MessageWorkflow.Refuse"/>
    [WorkflowUpdateValidator(nameof(IncreaseBudgetAsync))]
    public void ValidateIncreaseBudget(RaiseBudgetCommand command) => Refuse(Parts.Budgets.Refuse(command));

    /// <inheritdoc cref="IOrchestrationWorkflow.ResolveEscalationAsync"/>
    [WorkflowUpdate(MessageNames.ResolveEscalation, Description = "Decides the next step of a run that can't continue automatically.")]
    public async Task<SteeringAnswer> ResolveEscalationAsync(ResolutionCommand command = null!)
    {
        // The main path carries out the resolution, and sets the answer once the result is known.
        var resolution = new EscalationResolution(command);
        State.Resolution = resolution;
        await Workflow.WaitConditionAsync(() => resolution.Answer is not null || State.IsEnding, CancellationToken.None);
        return resolution.Answer ?? new SteeringAnswer($"{State.RunId} is ending.", Changed: false, NamesRun: true);
    }

    /// <inheritdoc cref="IOrchestrationWorkflow.MoveAsync"/>
    [WorkflowUpdate(MessageNames.Move, Description = "Moves the steps of the run to another host.")]
    public Task<SteeringAnswer> MoveAsync(MoveRunCommand command = null!) => Parts.Moving.MoveAsync(command, Machine);

    /// <inheritdoc cref="MessageWorkflow.Refuse"/>
    [WorkflowUpdateValidator(nameof(MoveAsync))]
    public void ValidateMove(MoveRunCommand command) => Refuse(Parts.Moving.Refuse(command));

    /// <inheritdoc cref="IOrchestrationWorkflow.CancelAsync"/>
    [WorkflowUpdate(MessageNames.Cancel, Description = "Ends the run; merged work stays on staging.")]
    public Task<SteeringAnswer> CancelAsync(PersonCommand? command = null)
    {
        var isFinal = RunStates.IsFinal(State.Run.State);
        if (State.IsCancelled || isFinal)
        {
            return Task.FromResult(
                new SteeringAnswer($"{State.RunId} is {(isFinal ? State.Run.State : "being cancelled")} already.", false, NamesRun: true)
            );
        }
        State.CancelledBy = Person.Of(command);
        State.Note(new CancelledByUser(State.CancelledBy), Now, State.CancelledBy.Who);
        _stop.Cancel();
        return Task.FromResult(
            new SteeringAnswer($"{State.RunId} is being cancelled; merged work stays on staging.", true, NamesRun: true)
        );
    }

    /// <summary>
    /// Accepts every update. Because a validator exists, the SDK rejects an unreadable update before it is in the history.
    /// </summary>
    [WorkflowUpdateValidator(nameof(SetConcurrencyAsync))]
    public void ValidateSetConcurrency(int workers) => Refuse(null);

    [WorkflowUpdateValidator(nameof(ApproveAsync))]
    public void ValidateApprove(ApprovalCommand command) => Refuse(Parts.Approvals.Refuse(command, yes: true));

    [WorkflowUpdateValidator(nameof(RejectAsync))]
    public void ValidateReject(ApprovalCommand command) => Refuse(Parts.Approvals.Refuse(command, yes: false));

    [WorkflowUpdateValidator(nameof(PromoteAsync))]
    public void ValidatePromote(PersonCommand? command = null) => Refuse(Parts.Steering.RefusePromote(command));

    [WorkflowUpdateValidator(nameof(LandMergedAsync))]
    public void ValidateLandMerged(PersonCommand? command = null) => Refuse(Parts.Steering.RefuseLandMerged(command));

    [WorkflowUpdateValidator(nameof(ResolveEscalationAsync))]
    public void ValidateResolveEscalation(ResolutionCommand command) => Refuse(Parts.Steering.RefuseResolve(command));

    /// <inheritdoc cref="ValidateSetConcurrency"/>
    [WorkflowUpdateValidator(nameof(CancelAsync))]
    public void ValidateCancel(PersonCommand? command = null) => Refuse(null);

    /// <inheritdoc cref="IOrchestrationWorkflow.LeasesChangedAsync"/>
    [WorkflowSignal(MessageNames.LeasesChanged, Description = "Reports a change to the leases, from the lease workflow of the repository.")]
    public Task LeasesChangedAsync(LeaseNotification news = null!)
    {
        State.Leases.HandleNotification(news, State.Board, Now);
        return Task.CompletedTask;
    }

    /// <inheritdoc cref="IOrchestrationWorkflow.TaskChangedAsync"/>
    [WorkflowSignal(MessageNames.TaskChanged, Description = "Reports the state of a task.")]
    public Task TaskChangedAsync(TaskReport report = null!)
    {
        if (report.Progress.Id == RunIds.Train)
        {
            State.Train.Ask();
            return Task.CompletedTask;
        }
        TaskReportHandler.HandleReport(State, report, Now);
        return Task.CompletedTask;
    }

    /// <inheritdoc cref="IOrchestrationWorkflow.TrainChangedAsync"/>
    [WorkflowSignal(MessageNames.TrainChanged, Description = "Reports the state of the merge queue.")]
    public Task TrainChangedAsync(MergeQueueReport report = null!)
    {
        Parts.Merging.HandleReport(report);
        return Task.CompletedTask;
    }

    /// <inheritdoc cref="IOrchestrationWorkflow.ActivitiesFailingAsync"/>
    [WorkflowSignal(MessageNames.ActivitiesFailing, Description = "Reports steps that fail repeatedly.")]
    public Task ActivitiesFailingAsync(IReadOnlyList<FailingActivity> failing = null!)
    {
        RunStatusTexts.HandleFailingActivities(State, failing, Now);
        return Task.CompletedTask;
    }

    /// <inheritdoc cref="IOrchestrationWorkflow.NotRecordedAsync"/>
    [WorkflowSignal(MessageNames.NotRecorded, Description = "Reports that the owner host can't write the transitions that it read.")]
    public Task NotRecordedAsync()
    {
        Parts.Recorder.SendAll();
        return Task.CompletedTask;
    }

    /// <inheritdoc cref="IOrchestrationWorkflow.MessageDroppedAsync"/>
    [WorkflowSignal(MessageNames.MessageDropped, Description = "Reports that another workflow of the run dropped a message.")]
    public Task MessageDroppedAsync(DroppedMessage message = null!)
    {
        NoteDropped($"to {message.Workflow}: {message.Note}");
        return Task.CompletedTask;
    }

    internal override bool IsReadyFor(string message) =>
        IsStateTakenUp
        && (
            State.HasTasks
            || message
                is not (
                    MessageNames.Pause
                    or MessageNames.Resume
                    or MessageNames.CancelTask
                    or MessageNames.RetryTask
                    or MessageNames.RaiseBudget
                    or MessageNames.SkipTask
                    or MessageNames.MergeNext
                    or MessageNames.AddTasks
                    or MessageNames.SetConcurrency
                    or MessageNames.Approve
                    or MessageNames.Reject
                    or MessageNames.TaskChanged
                    or MessageNames.TrainChanged
                )
        );

    internal override object?[] Authenticate(string name, object?[] arguments)
    {
        var command = CommandOf(arguments);
        var author = CommandAuthor.Of(State.RunId, name, command, State.Rules, Now);
        Refuse(author.Refusal);
        return command is null
            ? arguments
            : [command with { By = author.By, Signature = author.IsProven ? command.Signature : null }, .. arguments.Skip(1)];
    }

    internal override bool TryFindAnswer(object?[] arguments, [NotNullWhen(true)] out Task<object?>? answer) =>
        State.SignedCommands.TryFindAnswer(CommandOf(arguments), out answer);

    internal override void StoreAnswer(object?[] arguments, Task<object?> answer) =>
        State.SignedCommands.StoreAnswer(CommandOf(arguments), answer, Now);

    internal override void NoteDropped(string note) => RunStatusTexts.NoteDropped(State, note, Now);

    /// <summary>Creates the state from the input of the run. A scheduled start always implies <c>Again</c>.</summary>
    private protected void CreateState(OrchestrationInput input) =>
        (State, Parts) = Begin(Workflow.TypedSearchAttributes.ContainsKey(ScheduledBy) ? input with { Again = true } : input);

    private (RunState State, RunComponents Parts) Begin(OrchestrationInput input)
    {
        var state = new RunState(Workflow.Info.WorkflowId, input, Now, _stop.Token);
        return (state, new RunComponents(new RunContext(state, _stop.Token), () => MessagesTaken));
    }

    private static UserCommand? CommandOf(object?[] arguments) => arguments is [UserCommand command, ..] ? command : null;

    private async Task<SteeringAnswer> ExecuteSteeringAsync(SteeringResult steered)
    {
        await Parts.Messenger.SendAsync(steered.Tell);
        return steered.Answer;
    }
}
