using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using Orchestrator.Workflows.Messages;
using Temporalio.Common;

namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Handles all messages to a run, which are commands from users and reports from child workflows. Even required arguments have a default
/// value. Otherwise, the SDK would drop a signal without such an argument before the signal can be recorded.
/// </summary>
public abstract class RunWorkflowMessageHandler : WorkflowBase
{
    /// <summary>Search attribute that servers set on workflows that a schedule started.</summary>
    private static readonly SearchAttributeKey<string> ScheduledBy = SearchAttributeKey.CreateKeyword("TemporalScheduledById");

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(Workflow.CancellationToken);

    private protected RunWorkflowMessageHandler() => (State, Parts) = Begin(new OrchestrationInput());

    private protected RunWorkflowState State { get; private set; }

    private protected RunWorkflowComponentContainer Parts { get; private set; }

    private protected static DateTimeOffset Now => RunWorkflowComponentContext.Now;

    /// <summary>
    /// Marks the run as failed for later queries, which would otherwise show it as still running. The change is not a transition, because
    /// it can no longer be recorded.
    /// </summary>
    internal override void EndsAsFailed(string reason)
    {
        if (!RunStateNames.IsFinal(State.Run.State))
        {
            State.Run = State.Run with
            {
                State = RunStateNames.Failed,
                Why = new WorkflowFailedReason(new VerbatimQuote(reason)),
                UpdatedAt = Now,
            };
        }
    }

    /// <inheritdoc cref="IOrchestrationWorkflow.PauseAsync"/>
    [WorkflowUpdate(
        WorkflowMessageNames.Pause,
        Description = "Pauses the run, or one task: agents are interrupted and keep their conversations."
    )]
    public Task<SteeringUpdateResult> PauseAsync(TaskSteeringArguments? command = null) =>
        ExecuteSteeringAsync(command is null ? Parts.Steering.Pause(Now) : Parts.Steering.PauseTask(command.Task));

    /// <inheritdoc cref="WorkflowBase.Refuse"/>
    [WorkflowUpdateValidator(nameof(PauseAsync))]
    public void ValidatePause(TaskSteeringArguments? command = null) => Refuse(Parts.Steering.RefusePause(command));

    /// <inheritdoc cref="IOrchestrationWorkflow.ResumeAsync"/>
    [WorkflowUpdate(WorkflowMessageNames.Resume, Description = "Resumes the run, or one task.")]
    public Task<SteeringUpdateResult> ResumeAsync(TaskSteeringArguments? command = null) =>
        ExecuteSteeringAsync(command is null ? Parts.Steering.Resume(Now) : Parts.Steering.ResumeTask(command.Task));

    /// <inheritdoc cref="WorkflowBase.Refuse"/>
    [WorkflowUpdateValidator(nameof(ResumeAsync))]
    public void ValidateResume(TaskSteeringArguments? command = null) => Refuse(Parts.Steering.RefuseTask(command));

    /// <inheritdoc cref="IOrchestrationWorkflow.CancelTaskAsync"/>
    [WorkflowUpdate(SteeringCatalog.CancelTaskUpdate, Description = "Stops a task; the run lands without it.")]
    public Task<SteeringUpdateResult> CancelTaskAsync(TaskSteeringArguments command = null!) =>
        ExecuteSteeringAsync(Parts.Steering.CancelTask(command, Now));

    /// <inheritdoc cref="WorkflowBase.Refuse"/>
    [WorkflowUpdateValidator(nameof(CancelTaskAsync))]
    public void ValidateCancelTask(TaskSteeringArguments command) => Refuse(Parts.Steering.RefuseTask(command));

    /// <inheritdoc cref="IOrchestrationWorkflow.RetryTaskAsync"/>
    [WorkflowUpdate(
        SteeringCatalog.RetryTaskUpdate,
        Description = "Retries a task, or continues a waiting one, with guidance for its agent."
    )]
    public Task<SteeringUpdateResult> RetryTaskAsync(TaskSteeringArguments command = null!) =>
        ExecuteSteeringAsync(Parts.Steering.Retry(command, Now));

    /// <inheritdoc cref="WorkflowBase.Refuse"/>
    [WorkflowUpdateValidator(nameof(RetryTaskAsync))]
    public void ValidateRetryTask(TaskSteeringArguments command) => Refuse(Parts.Steering.RefuseRetry(command));

    /// <inheritdoc cref="IOrchestrationWorkflow.SkipTaskAsync"/>
    [WorkflowUpdate(
        SteeringCatalog.SkipTaskUpdate,
        Description = "Counts a task as done without changes, so that its dependent tasks run."
    )]
    public async Task<SteeringUpdateResult> SkipTaskAsync(TaskSteeringArguments command = null!)
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

    /// <inheritdoc cref="WorkflowBase.Refuse"/>
    [WorkflowUpdateValidator(nameof(SkipTaskAsync))]
    public void ValidateSkipTask(TaskSteeringArguments command) => Refuse(Parts.Steering.RefuseSkip(command));

    /// <inheritdoc cref="IOrchestrationWorkflow.MergeNextAsync"/>
    [WorkflowUpdate(SteeringCatalog.MergeNextUpdate, Description = "Merges a verified task before all other waiting tasks.")]
    public Task<SteeringUpdateResult> MergeNextAsync(TaskSteeringArguments command = null!) =>
        ExecuteSteeringAsync(Parts.Steering.MergeNext(command, Now));

    /// <inheritdoc cref="WorkflowBase.Refuse"/>
    [WorkflowUpdateValidator(nameof(MergeNextAsync))]
    public void ValidateMergeNext(TaskSteeringArguments command) => Refuse(Parts.Steering.RefuseMergeNext(command));

    /// <inheritdoc cref="IOrchestrationWorkflow.AddTasksAsync"/>
    [WorkflowUpdate(WorkflowMessageNames.AddTasks, Description = "Adds tasks described as text, without dependencies.")]
    public Task<SteeringUpdateResult> AddTasksAsync(AddTasksArguments command = null!) => Parts.Adding.AddAsync(command);

    /// <inheritdoc cref="WorkflowBase.Refuse"/>
    [WorkflowUpdateValidator(nameof(AddTasksAsync))]
    public void ValidateAddTasks(AddTasksArguments command) => Refuse(Parts.Adding.Refuse(command));

    /// <inheritdoc cref="IOrchestrationWorkflow.SetConcurrencyAsync"/>
    [WorkflowUpdate(WorkflowMessageNames.SetConcurrency, Description = "Sets the number of concurrent agents.")]
    public Task<SteeringUpdateResult> SetConcurrencyAsync([Range(1, 64)] int workers = 0) =>
        ExecuteSteeringAsync(Parts.Steering.SetConcurrency(workers));

    /// <inheritdoc cref="IOrchestrationWorkflow.ApproveAsync"/>
    [WorkflowUpdate(SteeringCatalog.ApproveUpdate, Description = "Approves a question of the run.")]
    public Task<SteeringUpdateResult> ApproveAsync(ApprovalDecisionArguments command = null!) =>
        ExecuteSteeringAsync(Parts.Approvals.Decide(command, yes: true, Now));

    /// <inheritdoc cref="IOrchestrationWorkflow.RejectAsync"/>
    [WorkflowUpdate(SteeringCatalog.RejectUpdate, Description = "Rejects a question of the run.")]
    public Task<SteeringUpdateResult> RejectAsync(ApprovalDecisionArguments command = null!) =>
        ExecuteSteeringAsync(Parts.Approvals.Decide(command, yes: false, Now));

    /// <inheritdoc cref="IOrchestrationWorkflow.PromoteAsync"/>
    [WorkflowUpdate(SteeringCatalog.PromoteUpdate, Description = "Lands a run that waits for its target branch.")]
    public Task<SteeringUpdateResult> PromoteAsync(RunSteeringArguments? command = null) =>
        ExecuteSteeringAsync(Parts.Steering.Promote(command, Now));

    /// <inheritdoc cref="IOrchestrationWorkflow.LandMergedAsync"/>
    [WorkflowUpdate(
        SteeringCatalog.LandMergedUpdate,
        Description = "Lands the merged work of a run that can't continue; the rest stays open."
    )]
    public Task<SteeringUpdateResult> LandMergedAsync(RunSteeringArguments? command = null) =>
        ExecuteSteeringAsync(Parts.Steering.LandMerged(command, Now));

    /// <inheritdoc cref="IOrchestrationWorkflow.IncreaseBudgetAsync"/>
    [WorkflowUpdate(SteeringCatalog.RaiseBudgetUpdate, Description = "Raises a budget; waiting tasks continue.")]
    public Task<SteeringUpdateResult> IncreaseBudgetAsync(RaiseBudgetArguments command = null!) => Parts.Budgets.IncreaseAsync(command);

    /// <inheritdoc cref="WorkflowBase.Refuse"/>
    [WorkflowUpdateValidator(nameof(IncreaseBudgetAsync))]
    public void ValidateIncreaseBudget(RaiseBudgetArguments command) => Refuse(Parts.Budgets.Refuse(command));

    /// <inheritdoc cref="IOrchestrationWorkflow.ResolveEscalationAsync"/>
    [WorkflowUpdate(
        SteeringCatalog.ResolveEscalationUpdate,
        Description = "Decides the next step of a run that can't continue automatically."
    )]
    public async Task<SteeringUpdateResult> ResolveEscalationAsync(ResolveEscalationArguments command = null!)
    {
        // The main path carries out the resolution, and sets the answer once the result is known.
        var resolution = new EscalationResolution(command);
        State.Resolution = resolution;
        await Workflow.WaitConditionAsync(() => resolution.Answer is not null || State.IsEnding, CancellationToken.None);
        return resolution.Answer ?? new SteeringUpdateResult($"{State.RunId} is ending.", Changed: false, NamesRun: true);
    }

    /// <inheritdoc cref="IOrchestrationWorkflow.MoveAsync"/>
    [WorkflowUpdate(WorkflowMessageNames.Move, Description = "Moves the steps of the run to another host.")]
    public Task<SteeringUpdateResult> MoveAsync(MoveRunArguments command = null!) => Parts.Moving.MoveAsync(command, Machine);

    /// <inheritdoc cref="WorkflowBase.Refuse"/>
    [WorkflowUpdateValidator(nameof(MoveAsync))]
    public void ValidateMove(MoveRunArguments command) => Refuse(Parts.Moving.Refuse(command));

    /// <inheritdoc cref="IOrchestrationWorkflow.CancelAsync"/>
    [WorkflowUpdate(WorkflowMessageNames.Cancel, Description = "Ends the run; merged work stays on staging.")]
    public Task<SteeringUpdateResult> CancelAsync(RunSteeringArguments? command = null)
    {
        var isFinal = RunStateNames.IsFinal(State.Run.State);
        if (State.IsCancelled || isFinal)
        {
            return Task.FromResult(
                new SteeringUpdateResult(
                    $"{State.RunId} is already {(isFinal ? State.Run.State : "being cancelled")}.",
                    false,
                    NamesRun: true
                )
            );
        }
        State.CancelledBy = DecidingUser.Of(command);
        State.Note(new CanceledByUserReason(State.CancelledBy), Now, State.CancelledBy.Who);
        _stop.Cancel();
        return Task.FromResult(
            new SteeringUpdateResult($"{State.RunId} is being cancelled; merged work stays on staging.", true, NamesRun: true)
        );
    }

    /// <summary>
    /// Accepts every readable update. The SDK can reject an unreadable update before the update enters the history only if a validator
    /// exists.
    /// </summary>
    [WorkflowUpdateValidator(nameof(SetConcurrencyAsync))]
    public void ValidateSetConcurrency(int workers) => Refuse(null);

    [WorkflowUpdateValidator(nameof(ApproveAsync))]
    public void ValidateApprove(ApprovalDecisionArguments command) => Refuse(Parts.Approvals.Refuse(command, yes: true));

    [WorkflowUpdateValidator(nameof(RejectAsync))]
    public void ValidateReject(ApprovalDecisionArguments command) => Refuse(Parts.Approvals.Refuse(command, yes: false));

    [WorkflowUpdateValidator(nameof(PromoteAsync))]
    public void ValidatePromote(RunSteeringArguments? command = null) => Refuse(Parts.Steering.RefusePromote(command));

    [WorkflowUpdateValidator(nameof(LandMergedAsync))]
    public void ValidateLandMerged(RunSteeringArguments? command = null) => Refuse(Parts.Steering.RefuseLandMerged(command));

    [WorkflowUpdateValidator(nameof(ResolveEscalationAsync))]
    public void ValidateResolveEscalation(ResolveEscalationArguments command) => Refuse(Parts.Steering.RefuseResolve(command));

    /// <inheritdoc cref="ValidateSetConcurrency"/>
    [WorkflowUpdateValidator(nameof(CancelAsync))]
    public void ValidateCancel(RunSteeringArguments? command = null) => Refuse(null);

    /// <inheritdoc cref="IOrchestrationWorkflow.LeasesChangedAsync"/>
    [WorkflowSignal(
        WorkflowMessageNames.LeasesChanged,
        Description = "Reports a change to the leases, from the lease workflow of the repository."
    )]
    public Task LeasesChangedAsync(LeaseChangeNotification news = null!)
    {
        State.Leases.HandleNotification(news, State.Board, Now);
        return Task.CompletedTask;
    }

    /// <inheritdoc cref="IOrchestrationWorkflow.TaskChangedAsync"/>
    [WorkflowSignal(WorkflowMessageNames.TaskChanged, Description = "Reports the state of a task.")]
    public Task TaskChangedAsync(TaskReport report = null!)
    {
        if (report.Progress.Id == RunIds.Train)
        {
            State.Train.Ask();
            return Task.CompletedTask;
        }
        TaskWorkflowReportHandler.HandleReport(State, report, Now);
        return Task.CompletedTask;
    }

    /// <inheritdoc cref="IOrchestrationWorkflow.TrainChangedAsync"/>
    [WorkflowSignal(WorkflowMessageNames.TrainChanged, Description = "Reports the state of the merge queue.")]
    public Task TrainChangedAsync(MergeQueueReport report = null!)
    {
        Parts.Merging.HandleReport(report);
        return Task.CompletedTask;
    }

    /// <inheritdoc cref="IOrchestrationWorkflow.ActivitiesFailingAsync"/>
    [WorkflowSignal(WorkflowMessageNames.ActivitiesFailing, Description = "Reports steps that fail repeatedly.")]
    public Task ActivitiesFailingAsync(IReadOnlyList<FailingActivityStatus> failing = null!)
    {
        RunStatusTexts.HandleFailingActivities(State, failing, Now);
        return Task.CompletedTask;
    }

    /// <inheritdoc cref="IOrchestrationWorkflow.NotRecordedAsync"/>
    [WorkflowSignal(
        WorkflowMessageNames.NotRecorded,
        Description = "Reports that the owner host can't write the transitions that it read."
    )]
    public Task NotRecordedAsync()
    {
        Parts.Recorder.SendAll();
        return Task.CompletedTask;
    }

    /// <inheritdoc cref="IOrchestrationWorkflow.MessageDroppedAsync"/>
    [WorkflowSignal(WorkflowMessageNames.MessageDropped, Description = "Reports that another workflow of the run dropped a message.")]
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
                    WorkflowMessageNames.Pause
                    or WorkflowMessageNames.Resume
                    or SteeringCatalog.CancelTaskUpdate
                    or SteeringCatalog.RetryTaskUpdate
                    or SteeringCatalog.RaiseBudgetUpdate
                    or SteeringCatalog.SkipTaskUpdate
                    or SteeringCatalog.MergeNextUpdate
                    or WorkflowMessageNames.AddTasks
                    or WorkflowMessageNames.SetConcurrency
                    or SteeringCatalog.ApproveUpdate
                    or SteeringCatalog.RejectUpdate
                    or WorkflowMessageNames.TaskChanged
                    or WorkflowMessageNames.TrainChanged
                )
        );

    internal override object?[] Authenticate(string name, object?[] arguments)
    {
        var command = CommandOf(arguments);
        var author = SteeringCommandAuthor.Of(State.RunId, name, command, State.Rules, Now);
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

    /// <summary>
    /// Creates the state from the input of the run. For a run that a schedule started, <see cref="OrchestrationInput.Again"/> is always
    /// set.
    /// </summary>
    private protected void CreateState(OrchestrationInput input) =>
        (State, Parts) = Begin(Workflow.TypedSearchAttributes.ContainsKey(ScheduledBy) ? input with { Again = true } : input);

    private (RunWorkflowState State, RunWorkflowComponentContainer Parts) Begin(OrchestrationInput input)
    {
        var state = new RunWorkflowState(Workflow.Info.WorkflowId, input, Now, _stop.Token);
        return (state, new RunWorkflowComponentContainer(new RunWorkflowComponentContext(state, _stop.Token), () => MessagesTaken));
    }

    private static SteeringUpdateArguments? CommandOf(object?[] arguments) =>
        arguments is [SteeringUpdateArguments command, ..] ? command : null;

    private async Task<SteeringUpdateResult> ExecuteSteeringAsync(SteeringResult steered)
    {
        await Parts.Messenger.SendAsync(steered.Tell);
        return steered.Answer;
    }
}
