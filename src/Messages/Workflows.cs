using System.ComponentModel.DataAnnotations;
using Temporalio.Workflows;

namespace Orchestrator.Messages;

/// <summary>Result of a steering command, such as <c>pause</c> or <c>retry</c>.</summary>
/// <param name="Message">Sentence for the user that describes the result.</param>
/// <param name="Changed">False if the command changed nothing.</param>
/// <param name="NamesRun">True if the sentence names the run.</param>
public sealed record SteeringAnswer(string Message, bool Changed, bool NamesRun = false);

/// <summary>Command that applies to one task, with optional guidance or a reason.</summary>
/// <param name="Text">Guidance for the task's agent, or the reason.</param>
/// <param name="By">The user and their client, such as <c>kim@laptop</c>; empty if unknown.</param>
[MessageExample("""{"task":"api","text":"use the new endpoint","by":"kim@laptop"}""")]
public sealed record TaskCommand([property: StringLength(1000, MinimumLength = 1)] string Task, string Text = "", string By = "")
    : UserCommand;

/// <summary>Command that applies to a run as a whole.</summary>
/// <param name="Reason">Reason given by the user, for the record.</param>
/// <param name="By">The user and their client, such as <c>kim@laptop</c>; empty if unknown.</param>
[MessageExample("""{"reason":"looked at","by":"kim@laptop"}""")]
public sealed record PersonCommand(string Reason = "", string By = "") : UserCommand
{
    /// <inheritdoc cref="ApprovalCommand.Shown"/>
    public string Shown { get; init; } = "";

    /// <summary>New target branch for commands that land, for example after a rename. Empty to keep the run's target.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Target { get; init; }
}

/// <summary>A user's answer to a question of a run.</summary>
/// <param name="Id"><c>plan</c> for the plan's approval, otherwise a task id.</param>
/// <param name="Reason">Reason given by the user, for the record.</param>
/// <param name="By">The user and their client, such as <c>kim@laptop</c>; empty if unknown.</param>
[MessageExample("""{"id":"plan","reason":"looks good","by":"kim@laptop"}""")]
public sealed record ApprovalCommand(string Id, string Reason = "", string By = "") : UserCommand
{
    /// <summary>
    /// Identity of the question that the user saw (<see cref="RunQuestion.Shown"/>). Empty to answer the currently open question, whatever
    /// it is.
    /// </summary>
    public string Shown { get; init; } = "";
}

/// <summary>A message that a workflow of the run could not read or process.</summary>
/// <param name="Workflow">Id of the workflow that dropped the message.</param>
/// <param name="Note">Content of the message, and the reason why it was dropped.</param>
public sealed record DroppedMessage([property: Identifier] string Workflow, string Note);

/// <summary>Workflow of one run. Turns a plan into commits on the target branch.</summary>
[Workflow]
public interface IOrchestrationWorkflow
{
    /// <summary>Runs the plan. Only the run itself sets <paramref name="checkpoint"/>, when it continues as new.</summary>
    [WorkflowRun]
    Task<RunResult> RunAsync(OrchestrationInput input, RunCheckpoint? checkpoint = null);

    /// <summary>Returns a snapshot with up to <paramref name="limit"/> tasks, starting at <paramref name="offset"/>.</summary>
    [WorkflowQuery(MessageNames.Status)]
    RunStatus Status(int offset = 0, int limit = 500);

    /// <summary>
    /// Returns at most 200 state transitions since the last one that the run has scheduled for recording. Null if no transitions are
    /// pending, or if the run records each transition through an activity. The returned transitions are always in the event history,
    /// because a server answers a query only with or after the preceding workflow task.
    /// </summary>
    [WorkflowQuery(MessageNames.Unrecorded)]
    ProgressInput? Unrecorded();

    /// <summary>
    /// Reports that the owner host could not store state transitions that it read. The run then records all transitions through an activity
    /// until a write succeeds, because failures of an activity are visible.
    /// </summary>
    [WorkflowSignal(MessageNames.NotRecorded)]
    Task NotRecordedAsync();

    [WorkflowUpdate(MessageNames.Pause)]
    Task<SteeringAnswer> PauseAsync(TaskCommand? command = null);

    [WorkflowUpdate(MessageNames.Resume)]
    Task<SteeringAnswer> ResumeAsync(TaskCommand? command = null);

    [WorkflowUpdate(MessageNames.CancelTask)]
    Task<SteeringAnswer> CancelTaskAsync(TaskCommand command);

    [WorkflowUpdate(MessageNames.RetryTask)]
    Task<SteeringAnswer> RetryTaskAsync(TaskCommand command);

    [WorkflowUpdate(MessageNames.SkipTask)]
    Task<SteeringAnswer> SkipTaskAsync(TaskCommand command);

    /// <summary>Moves a verified task to the front of the merge queue.</summary>
    [WorkflowUpdate(MessageNames.MergeNext)]
    Task<SteeringAnswer> MergeNextAsync(TaskCommand command);

    /// <summary>Adds tasks in plain text, without dependencies, to a run in progress.</summary>
    [WorkflowUpdate(MessageNames.AddTasks)]
    Task<SteeringAnswer> AddTasksAsync(AddTasksCommand command);

    [WorkflowUpdate(MessageNames.SetConcurrency)]
    Task<SteeringAnswer> SetConcurrencyAsync(int workers);

    [WorkflowUpdate(MessageNames.Approve)]
    Task<SteeringAnswer> ApproveAsync(ApprovalCommand command);

    [WorkflowUpdate(MessageNames.Reject)]
    Task<SteeringAnswer> RejectAsync(ApprovalCommand command);

    /// <summary>
    /// Retries the landing of a run that is <see cref="RunStates.AwaitingPromotion"/>. If the earlier approval has expired, the landing
    /// might require a new one.
    /// </summary>
    [WorkflowUpdate(MessageNames.Promote)]
    Task<SteeringAnswer> PromoteAsync(PersonCommand? command = null);

    /// <summary>Lands the merged work of a run that is <see cref="RunStates.Escalated"/>. Its other tasks stay open.</summary>
    [WorkflowUpdate(MessageNames.LandMerged)]
    Task<SteeringAnswer> LandMergedAsync(PersonCommand? command = null);

    /// <summary>Raises a budget, so that tasks that are waiting for the budget continue.</summary>
    [WorkflowUpdate(MessageNames.RaiseBudget)]
    Task<SteeringAnswer> IncreaseBudgetAsync(RaiseBudgetCommand command);

    /// <summary>Decides how an escalated run continues.</summary>
    [WorkflowUpdate(MessageNames.ResolveEscalation)]
    Task<SteeringAnswer> ResolveEscalationAsync(ResolutionCommand command);

    /// <summary>Moves the run to another host, where interrupted agents resume their conversations.</summary>
    [WorkflowUpdate(MessageNames.Move)]
    Task<SteeringAnswer> MoveAsync(MoveRunCommand command);

    /// <summary>Ends the run. Stops running tasks, and retains staging and worktrees.</summary>
    [WorkflowUpdate(MessageNames.Cancel)]
    Task<SteeringAnswer> CancelAsync(PersonCommand? command = null);

    /// <summary>Receives changes to leases from the lease workflow.</summary>
    [WorkflowSignal(MessageNames.LeasesChanged)]
    Task LeasesChangedAsync(LeaseNotification news);

    /// <summary>Receives a report from a task.</summary>
    [WorkflowSignal(MessageNames.TaskChanged)]
    Task TaskChangedAsync(TaskReport report);

    /// <summary>
    /// Receives the list of activities, of the run and its tasks, that are failing repeatedly. An empty list means that none is failing.
    /// </summary>
    [WorkflowSignal(MessageNames.ActivitiesFailing)]
    Task ActivitiesFailingAsync(IReadOnlyList<FailingActivity> failing);

    /// <summary>Receives a report from the run's merge queue.</summary>
    [WorkflowSignal(MessageNames.TrainChanged)]
    Task TrainChangedAsync(MergeQueueReport report);

    /// <summary>
    /// Receives a report about a message that a task could not read. Users look for dropped messages in the run rather than in its tasks.
    /// </summary>
    [WorkflowSignal(MessageNames.MessageDropped)]
    Task MessageDroppedAsync(DroppedMessage message);
}

/// <summary>Workflow of one task, from its worktree and its agent to verification, remediation and merge.</summary>
[Workflow]
public interface ITaskWorkflow
{
    [WorkflowRun]
    Task<TaskReport> RunAsync(TaskInput input);

    [WorkflowQuery(MessageNames.Status)]
    TaskReport Status();

    /// <summary>Interrupts the agent and keeps its conversation. If the agent has ended, the gates are not interrupted.</summary>
    /// <param name="verifying">Number of the task's last report if it says that the work is being verified; otherwise 0.</param>
    [WorkflowSignal(MessageNames.Pause)]
    Task PauseAsync(int verifying = 0);

    [WorkflowSignal(MessageNames.Resume)]
    Task ResumeAsync();

    [WorkflowSignal(MessageNames.Cancel)]
    Task CancelAsync();

    /// <summary>
    /// Immediately resumes a task that is blocked or backing off, with the user's guidance. <paramref name="command"/> is the command with
    /// the guidance, or null if a user gave none.
    /// </summary>
    [WorkflowSignal(MessageNames.GoOn)]
    Task GoOnAsync(string guidance, TaskCommand? command = null);

    /// <summary>
    /// Receives an approver's decision on a task that changed the input of its gates. <paramref name="command"/> is the command with the
    /// decision.
    /// </summary>
    [WorkflowSignal(MessageNames.Decide)]
    Task DecideAsync(bool accepted, Person by, ApprovalCommand? command = null);

    /// <summary>Notifies the task that its run has ended. The task stops its agent, keeps its work and closes.</summary>
    [WorkflowSignal(MessageNames.RunEnded)]
    Task RunEndedAsync(RunEndedWithoutTask how);

    /// <summary>Notifies the workflow that its run has moved to another host.</summary>
    [WorkflowSignal(MessageNames.Moved)]
    Task MovedAsync(RepositoryReference place);

    /// <summary>Notifies the task that a worker host has a slot for it.</summary>
    [WorkflowSignal(MessageNames.Placed)]
    Task PlacedAsync(TaskHostSlot place);

    /// <summary>
    /// Announces that a host is about to start the task's agent in a run shared by several hosts. The agent run then counts even if the
    /// host fails. Rejected if that host should no longer start the agent.
    /// </summary>
    [WorkflowUpdate(MessageNames.AgentBegins)]
    Task AgentBeginsAsync(AgentStartAnnouncement agent);

    /// <summary>Notifies the task that all tasks it was divided into have ended.</summary>
    [WorkflowSignal(MessageNames.PartsDone)]
    Task PartsDoneAsync(string summary);

    /// <summary>Receives the merge queue's result for this task's commit.</summary>
    [WorkflowSignal(MessageNames.MergeDone)]
    Task MergeDoneAsync(MergeResult result);
}

/// <summary>
/// Workflow of a run's merge queue. Merges verified work to staging, or returns the work to its task with evidence of the problem. Reports
/// to its run, and stays open while the run continues as new.
/// </summary>
[Workflow]
public interface IMergeTrainWorkflow
{
    [WorkflowRun]
    Task RunAsync(MergeQueueInput input);

    [WorkflowQuery(MessageNames.Status)]
    MergeQueueStatus Status();

    /// <summary>Appends verified work to the queue. Ignores work that is already queued.</summary>
    [WorkflowSignal(MessageNames.Enqueue)]
    Task EnqueueAsync(MergeQueueWork work);

    /// <summary>
    /// Makes the merge queue stop waiting for a task. Used if a task takes too long to resolve its conflict, or if a waiting task is
    /// cancelled.
    /// </summary>
    [WorkflowSignal(MessageNames.Pass)]
    Task PassAsync([Identifier] string task);

    /// <summary>Interrupts the current merge and stops merging. Waiting requests get no result.</summary>
    [WorkflowSignal(MessageNames.Close)]
    Task CloseAsync([Identifier] string reason);

    /// <summary>Notifies the merge queue that its run has ended. The queue interrupts the current merge and closes.</summary>
    [WorkflowSignal(MessageNames.RunEnded)]
    Task RunEndedAsync(RunEndedWithoutTask how);

    /// <summary>Notifies the merge queue that its run has moved to another host.</summary>
    [WorkflowSignal(MessageNames.Moved)]
    Task MovedAsync(RepositoryReference place);
}

/// <summary>
/// Workflow that turns a request into a plan. Validates the planner's answer like any plan, and returns the problems that it finds to the
/// planner. Reports to its run, and accepts the same signals as a task.
/// </summary>
[Workflow]
public interface IPlanningWorkflow
{
    [WorkflowRun]
    Task<TaskReport> RunAsync(TaskInput input);

    [WorkflowQuery(MessageNames.Status)]
    TaskReport Status();

    /// <inheritdoc cref="ITaskWorkflow.PauseAsync"/>
    [WorkflowSignal(MessageNames.Pause)]
    Task PauseAsync(int verifying = 0);

    [WorkflowSignal(MessageNames.Resume)]
    Task ResumeAsync();

    [WorkflowSignal(MessageNames.Cancel)]
    Task CancelAsync();

    /// <inheritdoc cref="ITaskWorkflow.GoOnAsync"/>
    [WorkflowSignal(MessageNames.GoOn)]
    Task GoOnAsync(string guidance, TaskCommand? command = null);

    /// <summary>Notifies the workflow that its run has ended. The workflow stops its agent and closes.</summary>
    [WorkflowSignal(MessageNames.RunEnded)]
    Task RunEndedAsync(RunEndedWithoutTask how);

    /// <summary>Notifies the workflow that its run has moved to another host.</summary>
    [WorkflowSignal(MessageNames.Moved)]
    Task MovedAsync(RepositoryReference place);

    /// <inheritdoc cref="ITaskWorkflow.AgentBeginsAsync"/>
    [WorkflowUpdate(MessageNames.AgentBegins)]
    Task AgentBeginsAsync(AgentStartAnnouncement agent);
}

/// <summary>
/// Workflow of one review round. Asks the reviewer about each part of the change, and stores the answers. Reports to its run, and accepts
/// the same signals as a task.
/// </summary>
[Workflow]
public interface IReviewWorkflow
{
    [WorkflowRun]
    Task<TaskReport> RunAsync(TaskInput input);

    [WorkflowQuery(MessageNames.Status)]
    TaskReport Status();

    /// <inheritdoc cref="ITaskWorkflow.PauseAsync"/>
    [WorkflowSignal(MessageNames.Pause)]
    Task PauseAsync(int verifying = 0);

    [WorkflowSignal(MessageNames.Resume)]
    Task ResumeAsync();

    [WorkflowSignal(MessageNames.Cancel)]
    Task CancelAsync();

    /// <inheritdoc cref="ITaskWorkflow.GoOnAsync"/>
    [WorkflowSignal(MessageNames.GoOn)]
    Task GoOnAsync(string guidance, TaskCommand? command = null);

    /// <summary>Notifies the workflow that its run has ended. The workflow stops its agent and closes.</summary>
    [WorkflowSignal(MessageNames.RunEnded)]
    Task RunEndedAsync(RunEndedWithoutTask how);

    /// <summary>Notifies the workflow that its run has moved to another host.</summary>
    [WorkflowSignal(MessageNames.Moved)]
    Task MovedAsync(RepositoryReference place);

    /// <inheritdoc cref="ITaskWorkflow.AgentBeginsAsync"/>
    [WorkflowUpdate(MessageNames.AgentBegins)]
    Task AgentBeginsAsync(AgentStartAnnouncement agent);
}
