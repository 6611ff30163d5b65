using System.ComponentModel.DataAnnotations;
using Temporalio.Workflows;

namespace Orchestrator.Messages;

/// <summary>Result of a steering command, such as <c>pause</c> or <c>retry</c>.</summary>
/// <param name="Message">Sentence for the user that describes the result.</param>
/// <param name="Changed">False if the command changed nothing.</param>
/// <param name="NamesRun">True if the sentence names the run.</param>
public sealed record SteeringUpdateResult(string Message, bool Changed, bool NamesRun = false);

/// <summary>Command that applies to one task, with optional guidance or a reason.</summary>
/// <param name="Text">Guidance for the task's agent, or the reason.</param>
/// <param name="By">The user and their client, such as <c>kim@laptop</c>; empty if unknown.</param>
[MessageExample("""{"task":"api","text":"use the new endpoint","by":"kim@laptop"}""")]
public sealed record TaskSteeringArguments([property: StringLength(1000, MinimumLength = 1)] string Task, string Text = "", string By = "")
    : SteeringUpdateArguments;

/// <summary>Command that applies to a run as a whole.</summary>
/// <param name="Reason">Reason given by the user, for the record.</param>
/// <param name="By">The user and their client, such as <c>kim@laptop</c>; empty if unknown.</param>
[MessageExample("""{"reason":"looked at","by":"kim@laptop"}""")]
public sealed record RunSteeringArguments(string Reason = "", string By = "") : SteeringUpdateArguments
{
    /// <inheritdoc cref="ApprovalDecisionArguments.Shown"/>
    public string Shown { get; init; } = "";

    /// <summary>New target branch for commands that land work, for example after a rename. Null to keep the run's target.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Target { get; init; }
}

/// <summary>A user's answer to a question of a run.</summary>
/// <param name="Id"><c>plan</c> for the plan's approval, otherwise a task id.</param>
/// <param name="Reason">Reason given by the user, for the record.</param>
/// <param name="By">The user and their client, such as <c>kim@laptop</c>; empty if unknown.</param>
[MessageExample("""{"id":"plan","reason":"looks good","by":"kim@laptop"}""")]
public sealed record ApprovalDecisionArguments(string Id, string Reason = "", string By = "") : SteeringUpdateArguments
{
    /// <summary>
    /// Hash that identifies the question that the user saw (<see cref="RunQuestion.Shown"/>). Empty to answer the currently open question,
    /// even if the user saw a different question.
    /// </summary>
    public string Shown { get; init; } = "";
}

/// <summary>A message that a workflow of the run could not read or process.</summary>
/// <param name="Workflow">Id of the workflow that dropped the message.</param>
/// <param name="Note">Content of the message, and the reason why it was dropped.</param>
public sealed record DroppedMessage([property: ValidTemporalIdentifier] string Workflow, string Note);

/// <summary>Workflow of one run. Turns a plan into commits on the target branch.</summary>
[Workflow]
public interface IOrchestrationWorkflow
{
    /// <summary>Runs the plan. Only the run itself passes a <paramref name="checkpoint"/>, when it continues as new.</summary>
    [WorkflowRun]
    Task<RunResult> RunAsync(OrchestrationInput input, RunWorkflowCheckpoint? checkpoint = null);

    /// <summary>
    /// Returns a snapshot of the run's status with up to <paramref name="limit"/> tasks, starting at <paramref name="offset"/>.
    /// </summary>
    [WorkflowQuery(WorkflowMessageNames.Status)]
    RunStatus Status(int offset = 0, int limit = 500);

    /// <summary>
    /// Returns at most 200 state transitions that follow the last one scheduled for recording. Null if none are pending, or if the run
    /// records each transition through an activity. Transitions returned by the query are always in the event history already.
    /// </summary>
    [WorkflowQuery(WorkflowMessageNames.Unrecorded)]
    RecordProgressInput? Unrecorded();

    /// <summary>
    /// Reports that the owner host could not store state transitions it had read. Until a write succeeds, the run records all transitions
    /// through an activity, whose failures are visible to users.
    /// </summary>
    [WorkflowSignal(WorkflowMessageNames.NotRecorded)]
    Task NotRecordedAsync();

    [WorkflowUpdate(WorkflowMessageNames.Pause)]
    Task<SteeringUpdateResult> PauseAsync(TaskSteeringArguments? command = null);

    [WorkflowUpdate(WorkflowMessageNames.Resume)]
    Task<SteeringUpdateResult> ResumeAsync(TaskSteeringArguments? command = null);

    [WorkflowUpdate(SteeringCatalog.CancelTaskUpdate)]
    Task<SteeringUpdateResult> CancelTaskAsync(TaskSteeringArguments command);

    [WorkflowUpdate(SteeringCatalog.RetryTaskUpdate)]
    Task<SteeringUpdateResult> RetryTaskAsync(TaskSteeringArguments command);

    [WorkflowUpdate(SteeringCatalog.SkipTaskUpdate)]
    Task<SteeringUpdateResult> SkipTaskAsync(TaskSteeringArguments command);

    /// <summary>Moves a verified task to the front of the merge queue.</summary>
    [WorkflowUpdate(SteeringCatalog.MergeNextUpdate)]
    Task<SteeringUpdateResult> MergeNextAsync(TaskSteeringArguments command);

    /// <summary>Adds tasks in plain text, without dependencies, to a run in progress.</summary>
    [WorkflowUpdate(WorkflowMessageNames.AddTasks)]
    Task<SteeringUpdateResult> AddTasksAsync(AddTasksArguments command);

    [WorkflowUpdate(WorkflowMessageNames.SetConcurrency)]
    Task<SteeringUpdateResult> SetConcurrencyAsync(int workers);

    [WorkflowUpdate(SteeringCatalog.ApproveUpdate)]
    Task<SteeringUpdateResult> ApproveAsync(ApprovalDecisionArguments command);

    [WorkflowUpdate(SteeringCatalog.RejectUpdate)]
    Task<SteeringUpdateResult> RejectAsync(ApprovalDecisionArguments command);

    /// <summary>
    /// Retries the landing of a run that is in the state <see cref="RunStateNames.AwaitingPromotion"/>. If the earlier approval has
    /// expired, the landing might require a new one.
    /// </summary>
    [WorkflowUpdate(SteeringCatalog.PromoteUpdate)]
    Task<SteeringUpdateResult> PromoteAsync(RunSteeringArguments? command = null);

    /// <summary>
    /// Lands the merged work of a run that is in the state <see cref="RunStateNames.Executing"/> or <see cref="RunStateNames.Escalated"/>.
    /// The run's other tasks stay open.
    /// </summary>
    [WorkflowUpdate(SteeringCatalog.LandMergedUpdate)]
    Task<SteeringUpdateResult> LandMergedAsync(RunSteeringArguments? command = null);

    /// <summary>Raises a budget, so that tasks that are waiting for the budget continue.</summary>
    [WorkflowUpdate(SteeringCatalog.RaiseBudgetUpdate)]
    Task<SteeringUpdateResult> IncreaseBudgetAsync(RaiseBudgetArguments command);

    /// <summary>Decides how an escalated run continues.</summary>
    [WorkflowUpdate(SteeringCatalog.ResolveEscalationUpdate)]
    Task<SteeringUpdateResult> ResolveEscalationAsync(ResolveEscalationArguments command);

    /// <summary>Moves the run to another host, where interrupted agents resume their conversations.</summary>
    [WorkflowUpdate(WorkflowMessageNames.Move)]
    Task<SteeringUpdateResult> MoveAsync(MoveRunArguments command);

    /// <summary>Ends the run and stops its running tasks. The staging branch and the worktrees are retained.</summary>
    [WorkflowUpdate(WorkflowMessageNames.Cancel)]
    Task<SteeringUpdateResult> CancelAsync(RunSteeringArguments? command = null);

    /// <summary>Receives changes to leases from the lease workflow.</summary>
    [WorkflowSignal(WorkflowMessageNames.LeasesChanged)]
    Task LeasesChangedAsync(LeaseChangeNotification news);

    /// <summary>Receives a report from a task.</summary>
    [WorkflowSignal(WorkflowMessageNames.TaskChanged)]
    Task TaskChangedAsync(TaskReport report);

    /// <summary>
    /// Receives the list of repeatedly failing activities of the run and its tasks. An empty list means that no activity is failing.
    /// </summary>
    [WorkflowSignal(WorkflowMessageNames.ActivitiesFailing)]
    Task ActivitiesFailingAsync(IReadOnlyList<FailingActivityStatus> failing);

    /// <summary>Receives a report from the run's merge queue.</summary>
    [WorkflowSignal(WorkflowMessageNames.TrainChanged)]
    Task TrainChangedAsync(MergeQueueReport report);

    /// <summary>
    /// Receives a report about a message that one of the run's child workflows could not read. Users look for such messages in the run
    /// rather than in its child workflows.
    /// </summary>
    [WorkflowSignal(WorkflowMessageNames.MessageDropped)]
    Task MessageDroppedAsync(DroppedMessage message);
}

/// <summary>Workflow of one task, which covers the worktree, the agent, verification, remediation and the merge.</summary>
[Workflow]
public interface ITaskWorkflow
{
    [WorkflowRun]
    Task<TaskReport> RunAsync(TaskWorkflowInput input);

    [WorkflowQuery(WorkflowMessageNames.Status)]
    TaskReport Status();

    /// <summary>
    /// Interrupts the agent, which keeps its conversation. Gates that are already verifying the agent's work are not interrupted.
    /// </summary>
    /// <param name="verifying">Number of the task's last report if it says that the work is being verified; otherwise 0.</param>
    [WorkflowSignal(WorkflowMessageNames.Pause)]
    Task PauseAsync(int verifying = 0);

    [WorkflowSignal(WorkflowMessageNames.Resume)]
    Task ResumeAsync();

    [WorkflowSignal(WorkflowMessageNames.Cancel)]
    Task CancelAsync();

    /// <summary>
    /// Immediately resumes a task that is blocked or backing off, with the user's guidance. <paramref name="command"/> is the command that
    /// contained the guidance, or null if there was none.
    /// </summary>
    [WorkflowSignal(WorkflowMessageNames.GoOn)]
    Task GoOnAsync(string guidance, TaskSteeringArguments? command = null);

    /// <summary>
    /// Receives the approver's decision for which the task is waiting, for example because its work changed the input of its gates.
    /// <paramref name="command"/> is the command with the decision.
    /// </summary>
    [WorkflowSignal(WorkflowMessageNames.Decide)]
    Task DecideAsync(bool accepted, DecidingUser by, ApprovalDecisionArguments? command = null);

    /// <summary>Notifies the task that its run has ended. The task stops its agent, keeps its work and closes.</summary>
    [WorkflowSignal(WorkflowMessageNames.RunEnded)]
    Task RunEndedAsync(RunEndedBeforeTaskReason how);

    /// <summary>Notifies the workflow that its run has moved to another host.</summary>
    [WorkflowSignal(WorkflowMessageNames.Moved)]
    Task MovedAsync(RepositoryReference place);

    /// <summary>Notifies the task that a worker host has a slot for the task.</summary>
    [WorkflowSignal(WorkflowMessageNames.Placed)]
    Task PlacedAsync(TaskHostSlot place);

    /// <summary>
    /// Announces that a host is about to start the task's agent in a run shared by several hosts. The agent run then counts even if the
    /// host fails. The update is rejected if the host should no longer start the agent.
    /// </summary>
    [WorkflowUpdate(WorkflowMessageNames.AgentBegins)]
    Task AgentBeginsAsync(AnnounceAgentStartArguments agent);

    /// <summary>Notifies the task that all tasks into which it was divided have ended.</summary>
    [WorkflowSignal(WorkflowMessageNames.PartsDone)]
    Task PartsDoneAsync(string summary);

    /// <summary>Receives the merge queue's result for this task's commit.</summary>
    [WorkflowSignal(WorkflowMessageNames.MergeDone)]
    Task MergeDoneAsync(MergeResult result);
}

/// <summary>
/// Workflow of a run's merge queue. Merges verified work to the staging branch, or returns the work to its task with evidence of the
/// problem. Reports to the run, and stays open while the run continues as new.
/// </summary>
[Workflow]
public interface IMergeTrainWorkflow
{
    [WorkflowRun]
    Task RunAsync(MergeQueueInput input);

    [WorkflowQuery(WorkflowMessageNames.Status)]
    MergeQueueStatus Status();

    /// <summary>Appends verified work to the queue. Ignores work that is already queued.</summary>
    [WorkflowSignal(WorkflowMessageNames.Enqueue)]
    Task EnqueueAsync(MergeQueueSubmission work);

    /// <summary>
    /// Makes the merge queue stop waiting for a task. Used if a task takes too long to resolve its conflict, or if a waiting task is
    /// cancelled.
    /// </summary>
    [WorkflowSignal(WorkflowMessageNames.Pass)]
    Task PassAsync([ValidTemporalIdentifier] string task);

    /// <summary>Interrupts the current merge and stops merging. Waiting requests get no result.</summary>
    [WorkflowSignal(WorkflowMessageNames.Close)]
    Task CloseAsync([ValidTemporalIdentifier] string reason);

    /// <summary>Notifies the merge queue that its run has ended. The queue interrupts the current merge and closes.</summary>
    [WorkflowSignal(WorkflowMessageNames.RunEnded)]
    Task RunEndedAsync(RunEndedBeforeTaskReason how);

    /// <summary>Notifies the merge queue that its run has moved to another host.</summary>
    [WorkflowSignal(WorkflowMessageNames.Moved)]
    Task MovedAsync(RepositoryReference place);
}

/// <summary>
/// Workflow that turns a request into a plan. Validates the planner's answer like any other plan, and returns any problems to the planner.
/// Reports to the run, and is paused, resumed, guided and cancelled by the same signals as a task.
/// </summary>
[Workflow]
public interface IPlanningWorkflow
{
    [WorkflowRun]
    Task<TaskReport> RunAsync(TaskWorkflowInput input);

    [WorkflowQuery(WorkflowMessageNames.Status)]
    TaskReport Status();

    /// <inheritdoc cref="ITaskWorkflow.PauseAsync"/>
    [WorkflowSignal(WorkflowMessageNames.Pause)]
    Task PauseAsync(int verifying = 0);

    [WorkflowSignal(WorkflowMessageNames.Resume)]
    Task ResumeAsync();

    [WorkflowSignal(WorkflowMessageNames.Cancel)]
    Task CancelAsync();

    /// <inheritdoc cref="ITaskWorkflow.GoOnAsync"/>
    [WorkflowSignal(WorkflowMessageNames.GoOn)]
    Task GoOnAsync(string guidance, TaskSteeringArguments? command = null);

    /// <summary>Notifies the workflow that its run has ended. The workflow stops its agent and closes.</summary>
    [WorkflowSignal(WorkflowMessageNames.RunEnded)]
    Task RunEndedAsync(RunEndedBeforeTaskReason how);

    /// <summary>Notifies the workflow that its run has moved to another host.</summary>
    [WorkflowSignal(WorkflowMessageNames.Moved)]
    Task MovedAsync(RepositoryReference place);

    /// <inheritdoc cref="ITaskWorkflow.AgentBeginsAsync"/>
    [WorkflowUpdate(WorkflowMessageNames.AgentBegins)]
    Task AgentBeginsAsync(AnnounceAgentStartArguments agent);
}

/// <summary>
/// Workflow of one review round. Asks the reviewer about each part of the change, and stores the answers. Reports to the run, and is
/// paused, resumed, guided and cancelled by the same signals as a task.
/// </summary>
[Workflow]
public interface IReviewWorkflow
{
    [WorkflowRun]
    Task<TaskReport> RunAsync(TaskWorkflowInput input);

    [WorkflowQuery(WorkflowMessageNames.Status)]
    TaskReport Status();

    /// <inheritdoc cref="ITaskWorkflow.PauseAsync"/>
    [WorkflowSignal(WorkflowMessageNames.Pause)]
    Task PauseAsync(int verifying = 0);

    [WorkflowSignal(WorkflowMessageNames.Resume)]
    Task ResumeAsync();

    [WorkflowSignal(WorkflowMessageNames.Cancel)]
    Task CancelAsync();

    /// <inheritdoc cref="ITaskWorkflow.GoOnAsync"/>
    [WorkflowSignal(WorkflowMessageNames.GoOn)]
    Task GoOnAsync(string guidance, TaskSteeringArguments? command = null);

    /// <summary>Notifies the workflow that its run has ended. The workflow stops its agent and closes.</summary>
    [WorkflowSignal(WorkflowMessageNames.RunEnded)]
    Task RunEndedAsync(RunEndedBeforeTaskReason how);

    /// <summary>Notifies the workflow that its run has moved to another host.</summary>
    [WorkflowSignal(WorkflowMessageNames.Moved)]
    Task MovedAsync(RepositoryReference place);

    /// <inheritdoc cref="ITaskWorkflow.AgentBeginsAsync"/>
    [WorkflowUpdate(WorkflowMessageNames.AgentBegins)]
    Task AgentBeginsAsync(AnnounceAgentStartArguments agent);
}
