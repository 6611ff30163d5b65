using System.ComponentModel.DataAnnotations;
using Temporalio.Workflows;

namespace Orchestrator.Messages;

/// <summary>Result of a steering command.</summary>
/// <param name="Message">A sentence for the user.</param>
/// <param name="Changed">False if the command changed nothing.</param>
/// <param name="NamesRun">True if the sentence names the run.</param>
public sealed record SteeringAnswer(string Message, bool Changed, bool NamesRun = false);

/// <summary>Command for a task, with an optional reason or guidance.</summary>
/// <param name="Text">Guidance for the task's agent, or the reason.</param>
/// <param name="By">The user and their client, such as <c>kim@laptop</c>; empty if unknown.</param>
[MessageExample("""{"task":"api","text":"use the new endpoint","by":"kim@laptop"}""")]
public sealed record TaskCommand([property: StringLength(1000, MinimumLength = 1)] string Task, string Text = "", string By = "");

/// <summary>A user's command for a run as a whole.</summary>
/// <param name="Reason">The reason, for the record.</param>
/// <param name="By">The user and their client, such as <c>kim@laptop</c>; empty if unknown.</param>
[MessageExample("""{"reason":"looked at","by":"kim@laptop"}""")]
public sealed record PersonCommand(string Reason = "", string By = "")
{
    /// <inheritdoc cref="ApprovalCommand.Shown"/>
    public string Shown { get; init; } = "";

    /// <summary>New target branch for commands that land, for example after a rename; empty keeps the run's target.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Target { get; init; }
}

/// <summary>Answers a question of a run.</summary>
/// <param name="Id"><c>plan</c> or a task's id.</param>
/// <param name="Reason">The reason, for the record.</param>
/// <param name="By">The user and their client, such as <c>kim@laptop</c>; empty if unknown.</param>
[MessageExample("""{"id":"plan","reason":"looks good","by":"kim@laptop"}""")]
public sealed record ApprovalCommand(string Id, string Reason = "", string By = "")
{
    /// <summary>The question that the user saw (<see cref="RunQuestion.Shown"/>); empty to answer whichever question is open
    /// now.</summary>
    public string Shown { get; init; } = "";
}

/// <summary>A message that a workflow of the run could not read or carry out.</summary>
/// <param name="Workflow">Id of that workflow.</param>
/// <param name="Note">The message, and the reason it was dropped.</param>
public sealed record DroppedMessage([property: Identifier] string Workflow, string Note);

/// <summary>One run. Turns a plan into commits on the target branch.</summary>
[Workflow]
public interface IOrchestrationWorkflow
{
    /// <summary>Runs the plan. Only the run itself sets <paramref name="checkpoint"/>, when it continues as new.</summary>
    [WorkflowRun]
    Task<RunResult> RunAsync(OrchestrationInput input, RunCheckpoint? checkpoint = null);

    /// <summary>Returns a snapshot with up to <paramref name="limit"/> tasks, starting at <paramref name="offset"/>.</summary>
    [WorkflowQuery(MessageNames.Status)]
    RunStatus Status(int offset = 0, int limit = 500);

    /// <summary>Returns at most 200 transitions since the last record that the run has scheduled. Null if no transitions are pending, or
    /// if the run records each one by an activity. The returned transitions are always in history, because a server answers a query only
    /// with or after the preceding workflow task.</summary>
    [WorkflowQuery(MessageNames.Unrecorded)]
    ProgressInput? Unrecorded();

    /// <summary>Reports that the owner host could not write transitions it has read. From then on the run records all transitions by an
    /// activity, which fails visibly until writing succeeds.</summary>
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

    /// <summary>Merges a verified task before all others that wait.</summary>
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

    /// <summary>Retries the landing of a run that is <see cref="RunStates.AwaitingPromotion"/>. After the approval's time limit, the
    /// command does not count as approval, so the landing starts again and may need another one.</summary>
    [WorkflowUpdate(MessageNames.Promote)]
    Task<SteeringAnswer> PromoteAsync(PersonCommand? command = null);

    /// <summary>Lands the merged work of a run that is <see cref="RunStates.Escalated"/>. The other tasks stay open.</summary>
    [WorkflowUpdate(MessageNames.LandMerged)]
    Task<SteeringAnswer> LandMergedAsync(PersonCommand? command = null);

    /// <summary>Raises a budget. Tasks that wait for the budget continue.</summary>
    [WorkflowUpdate(MessageNames.RaiseBudget)]
    Task<SteeringAnswer> IncreaseBudgetAsync(RaiseBudgetCommand command);

    /// <summary>Decides how an escalated run continues.</summary>
    [WorkflowUpdate(MessageNames.ResolveEscalation)]
    Task<SteeringAnswer> ResolveEscalationAsync(ResolutionCommand command);

    /// <summary>Moves the run to another host. Running agents are interrupted and continue their conversations there.</summary>
    [WorkflowUpdate(MessageNames.Move)]
    Task<SteeringAnswer> MoveAsync(MoveRunCommand command);

    /// <summary>Ends the run. Running tasks are stopped; staging and worktrees are retained.</summary>
    [WorkflowUpdate(MessageNames.Cancel)]
    Task<SteeringAnswer> CancelAsync(PersonCommand? command = null);

    /// <summary>Receives a notification from the lease workflow.</summary>
    [WorkflowSignal(MessageNames.LeasesChanged)]
    Task LeasesChangedAsync(LeaseNews news);

    /// <summary>Receives a task's report.</summary>
    [WorkflowSignal(MessageNames.TaskChanged)]
    Task TaskChangedAsync(TaskReport report);

    /// <summary>Receives the activities of the run and its tasks that fail repeatedly; empty if none does.</summary>
    [WorkflowSignal(MessageNames.ActivitiesFailing)]
    Task ActivitiesFailingAsync(IReadOnlyList<FailingActivity> failing);

    /// <summary>Receives a report of the run's merge queue.</summary>
    [WorkflowSignal(MessageNames.TrainChanged)]
    Task TrainChangedAsync(TrainReport report);

    /// <summary>Receives a task's notice of a dropped, unreadable message, because users inspect the run for dropped messages.</summary>
    [WorkflowSignal(MessageNames.MessageDropped)]
    Task MessageDroppedAsync(DroppedMessage message);
}

/// <summary>One task of a run: worktree, agent, verification, remediation and merge.</summary>
[Workflow]
public interface ITaskWorkflow
{
    [WorkflowRun]
    Task<TaskReport> RunAsync(TaskInput input);

    [WorkflowQuery(MessageNames.Status)]
    TaskReport Status();

    [WorkflowSignal(MessageNames.Pause)]
    Task PauseAsync();

    [WorkflowSignal(MessageNames.Resume)]
    Task ResumeAsync();

    [WorkflowSignal(MessageNames.Cancel)]
    Task CancelAsync();

    /// <summary>Resumes a blocked or backing-off task at once, with the user's guidance.</summary>
    [WorkflowSignal(MessageNames.GoOn)]
    Task GoOnAsync(string guidance);

    /// <summary>Receives an approver's decision about a task that changed the input of its gates.</summary>
    [WorkflowSignal(MessageNames.Decide)]
    Task DecideAsync(bool accepted, Person by);

    /// <summary>Notifies the task that its run has ended without it. The task stops its agent, keeps its work and closes.</summary>
    [WorkflowSignal(MessageNames.RunEnded)]
    Task RunEndedAsync(RunEndedWithoutIt how);

    /// <summary>Notifies the workflow that its run has moved to another host.</summary>
    [WorkflowSignal(MessageNames.Moved)]
    Task MovedAsync(RepositoryReference place);

    /// <summary>Notifies the task that a worker host has a slot for it.</summary>
    [WorkflowSignal(MessageNames.Placed)]
    Task PlacedAsync(TaskPlace place);

    /// <summary>Announces that a host is about to start the task's agent in a shared run. From then on the start counts, even if the host
    /// fails. Rejected if the agent is no longer wanted on that host.</summary>
    [WorkflowUpdate(MessageNames.AgentBegins)]
    Task AgentBeginsAsync(AgentBeginning agent);

    /// <summary>Notifies the task that its parts have ended.</summary>
    [WorkflowSignal(MessageNames.PartsDone)]
    Task PartsDoneAsync(string summary);

    /// <summary>Receives the merge queue's result for this task's commit.</summary>
    [WorkflowSignal(MessageNames.MergeDone)]
    Task MergeDoneAsync(MergeResult result);
}

/// <summary>The merge queue of one run. Merges verified work to staging, or returns it with evidence. Reports to its run, and keeps
/// running while the run continues as new.</summary>
[Workflow]
public interface IMergeTrainWorkflow
{
    [WorkflowRun]
    Task RunAsync(TrainInput input);

    [WorkflowQuery(MessageNames.Status)]
    TrainStatus Status();

    /// <summary>Appends verified work to the queue. Work that is already queued is not added twice.</summary>
    [WorkflowSignal(MessageNames.Enqueue)]
    Task EnqueueAsync(TrainWork work);

    /// <summary>Stops waiting for a task. Used for a task that was returned to resolve a conflict and does not come back soon, and for a
    /// cancelled task that waits behind it.</summary>
    [WorkflowSignal(MessageNames.Pass)]
    Task PassAsync([Identifier] string task);

    /// <summary>Stops merging. The current merge is interrupted, and waiting requests get no result.</summary>
    [WorkflowSignal(MessageNames.Close)]
    Task CloseAsync([Identifier] string reason);

    /// <summary>Notifies the merge queue that its run has ended without it. The queue interrupts the current merge and closes.</summary>
    [WorkflowSignal(MessageNames.RunEnded)]
    Task RunEndedAsync(RunEndedWithoutIt how);

    /// <summary>Notifies the workflow that its run has moved to another host.</summary>
    [WorkflowSignal(MessageNames.Moved)]
    Task MovedAsync(RepositoryReference place);
}

/// <summary>Turns a request into a plan. The planner's answer is validated like any plan, and faults are returned to the planner. Reports
/// to its run like a task, and takes the same signals.</summary>
[Workflow]
public interface IPlanningWorkflow
{
    [WorkflowRun]
    Task<TaskReport> RunAsync(TaskInput input);

    [WorkflowQuery(MessageNames.Status)]
    TaskReport Status();

    [WorkflowSignal(MessageNames.Pause)]
    Task PauseAsync();

    [WorkflowSignal(MessageNames.Resume)]
    Task ResumeAsync();

    [WorkflowSignal(MessageNames.Cancel)]
    Task CancelAsync();

    /// <summary>Resumes at once, with the user's guidance.</summary>
    [WorkflowSignal(MessageNames.GoOn)]
    Task GoOnAsync(string guidance);

    /// <summary>Notifies the workflow that its run has ended without it. The workflow stops its agent and closes.</summary>
    [WorkflowSignal(MessageNames.RunEnded)]
    Task RunEndedAsync(RunEndedWithoutIt how);

    /// <summary>Notifies the workflow that its run has moved to another host.</summary>
    [WorkflowSignal(MessageNames.Moved)]
    Task MovedAsync(RepositoryReference place);

    /// <inheritdoc cref="ITaskWorkflow.AgentBeginsAsync"/>
    [WorkflowUpdate(MessageNames.AgentBegins)]
    Task AgentBeginsAsync(AgentBeginning agent);
}

/// <summary>One round of a run's review. The reviewer is asked about each part of the change, and its answers are stored. Reports to its
/// run like a task, and takes the same signals.</summary>
[Workflow]
public interface IReviewWorkflow
{
    [WorkflowRun]
    Task<TaskReport> RunAsync(TaskInput input);

    [WorkflowQuery(MessageNames.Status)]
    TaskReport Status();

    [WorkflowSignal(MessageNames.Pause)]
    Task PauseAsync();

    [WorkflowSignal(MessageNames.Resume)]
    Task ResumeAsync();

    [WorkflowSignal(MessageNames.Cancel)]
    Task CancelAsync();

    /// <summary>Resumes at once, with the user's guidance.</summary>
    [WorkflowSignal(MessageNames.GoOn)]
    Task GoOnAsync(string guidance);

    /// <summary>Notifies the workflow that its run has ended without it. The workflow stops its agent and closes.</summary>
    [WorkflowSignal(MessageNames.RunEnded)]
    Task RunEndedAsync(RunEndedWithoutIt how);

    /// <summary>Notifies the workflow that its run has moved to another host.</summary>
    [WorkflowSignal(MessageNames.Moved)]
    Task MovedAsync(RepositoryReference place);

    /// <inheritdoc cref="ITaskWorkflow.AgentBeginsAsync"/>
    [WorkflowUpdate(MessageNames.AgentBegins)]
    Task AgentBeginsAsync(AgentBeginning agent);
}
