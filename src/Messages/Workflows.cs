using System.ComponentModel.DataAnnotations;
using Temporalio.Workflows;

namespace Orchestrator.Messages;

/// <summary>Result of a steering command.</summary>
/// <param name="Message">A sentence for people.</param>
/// <param name="Changed">False when things were that way already.</param>
/// <param name="NamesRun">The sentence names the run.</param>
public sealed record SteeringAnswer(string Message, bool Changed, bool NamesRun = false);

/// <summary>A task, with a reason or guidance where it helps.</summary>
/// <param name="Text">Guidance for its agent, or the reason.</param>
/// <param name="By">The person and their client, such as <c>kim@laptop</c>; empty: unknown.</param>
[MessageExample("""{"task":"api","text":"use the new endpoint","by":"kim@laptop"}""")]
public sealed record TaskCommand([property: StringLength(1000, MinimumLength = 1)] string Task, string Text = "", string By = "");

/// <summary>A person's command about a run as a whole.</summary>
/// <param name="Reason">Why, for the record.</param>
/// <param name="By">The person and their client, such as <c>kim@laptop</c>; empty: unknown.</param>
[MessageExample("""{"reason":"looked at","by":"kim@laptop"}""")]
public sealed record PersonCommand(string Reason = "", string By = "")
{
    /// <inheritdoc cref="ApprovalCommand.Shown"/>
    public string Shown { get; init; } = "";

    /// <summary>For commands that land: the branch to land on from now on, for example a renamed one; empty: the run's target.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Target { get; init; }
}

/// <summary>Answers a question of a run.</summary>
/// <param name="Id"><c>plan</c> or a task's id.</param>
/// <param name="Reason">Why, for the record.</param>
/// <param name="By">The person and their client, such as <c>kim@laptop</c>; empty: unknown.</param>
[MessageExample("""{"id":"plan","reason":"looks good","by":"kim@laptop"}""")]
public sealed record ApprovalCommand(string Id, string Reason = "", string By = "")
{
    /// <summary>The question that the user saw (<see cref="RunQuestion.Shown"/>); empty: the present one, whatever it is.</summary>
    public string Shown { get; init; } = "";
}

/// <summary>A message that a workflow of the run could not read or carry out.</summary>
/// <param name="Workflow">Id of that workflow.</param>
/// <param name="Note">The message, and why it was dropped.</param>
public sealed record DroppedMessage([property: Identifier] string Workflow, string Note);

/// <summary>One run: a plan becomes commits on the target branch.</summary>
[Workflow]
public interface IOrchestrationWorkflow
{
    /// <summary>Runs the plan. <paramref name="checkpoint"/> is set only by the run itself when it continues as new.</summary>
    [WorkflowRun]
    Task<RunResult> RunAsync(OrchestrationInput input, RunCheckpoint? checkpoint = null);

    /// <summary>A snapshot with up to <paramref name="limit"/> tasks from <paramref name="offset"/> on.</summary>
    [WorkflowQuery(MessageNames.Status)]
    RunStatus Status(int offset = 0, int limit = 500);

    /// <summary>The transitions from the last record on that the run has ordered, at most 200; null: there are none, or they are not to be
    /// read, because the run has each recorded by an activity. What is answered is in history, since a server gives the answer of a query
    /// only with or after the workflow task that it follows on.</summary>
    [WorkflowQuery(MessageNames.Unrecorded)]
    ProgressInput? Unrecorded();

    /// <summary>The machine of the run could not write what it has read: the run has all of it recorded by an activity, which fails visibly
    /// until it can.</summary>
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

    /// <summary>Adds tasks in words, which nothing orders, to a run that is at work.</summary>
    [WorkflowUpdate(MessageNames.AddTasks)]
    Task<SteeringAnswer> AddTasksAsync(AddTasksCommand command);

    [WorkflowUpdate(MessageNames.SetConcurrency)]
    Task<SteeringAnswer> SetConcurrencyAsync(int workers);

    [WorkflowUpdate(MessageNames.Approve)]
    Task<SteeringAnswer> ApproveAsync(ApprovalCommand command);

    [WorkflowUpdate(MessageNames.Reject)]
    Task<SteeringAnswer> RejectAsync(ApprovalCommand command);

    /// <summary>Retries landing for a run that is <see cref="RunStates.AwaitingPromotion"/>. After its time limit it is no approval any
    /// more: the landing begins again, and asks again where it has to.</summary>
    [WorkflowUpdate(MessageNames.Promote)]
    Task<SteeringAnswer> PromoteAsync(PersonCommand? command = null);

    /// <summary>Lands what is merged of a run that is <see cref="RunStates.Escalated"/>; the rest stays open.</summary>
    [WorkflowUpdate(MessageNames.LandMerged)]
    Task<SteeringAnswer> LandMergedAsync(PersonCommand? command = null);

    /// <summary>Raises a budget; tasks that wait for it continue.</summary>
    [WorkflowUpdate(MessageNames.RaiseBudget)]
    Task<SteeringAnswer> IncreaseBudgetAsync(RaiseBudgetCommand command);

    /// <summary>Decides how a run continues that can't continue by itself.</summary>
    [WorkflowUpdate(MessageNames.ResolveEscalation)]
    Task<SteeringAnswer> ResolveEscalationAsync(ResolutionCommand command);

    /// <summary>Has its steps done on another machine from now on. Agents at work are interrupted, and go on there in their
    /// conversations.</summary>
    [WorkflowUpdate(MessageNames.Move)]
    Task<SteeringAnswer> MoveAsync(MoveRunCommand command);

    /// <summary>Ends the run: running tasks are stopped, staging and worktrees stay.</summary>
    [WorkflowUpdate(MessageNames.Cancel)]
    Task<SteeringAnswer> CancelAsync(PersonCommand? command = null);

    /// <summary>A notification of the lease workflow.</summary>
    [WorkflowSignal(MessageNames.LeasesChanged)]
    Task LeasesChangedAsync(LeaseNews news);

    /// <summary>A task's report.</summary>
    [WorkflowSignal(MessageNames.TaskChanged)]
    Task TaskChangedAsync(TaskReport report);

    /// <summary>The activities of the run and its tasks that fail again and again; empty: none does.</summary>
    [WorkflowSignal(MessageNames.ActivitiesFailing)]
    Task ActivitiesFailingAsync(IReadOnlyList<FailingActivity> failing);

    /// <summary>A report of the run's merge train.</summary>
    [WorkflowSignal(MessageNames.TrainChanged)]
    Task TrainChangedAsync(TrainReport report);

    /// <summary>A task has dropped a message that it could not read: people look for that in its run.</summary>
    [WorkflowSignal(MessageNames.MessageDropped)]
    Task MessageDroppedAsync(DroppedMessage message);
}

/// <summary>One task of a run: worktree, agent, verification, remediation, merge.</summary>
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

    /// <summary>Resumes a blocked or parked task at once, with a person's guidance.</summary>
    [WorkflowSignal(MessageNames.GoOn)]
    Task GoOnAsync(string guidance);

    /// <summary>A person's decision about a task that changed what its gates check.</summary>
    [WorkflowSignal(MessageNames.Decide)]
    Task DecideAsync(bool accepted, Person by);

    /// <summary>Tells the task that its run has ended without it: the task ends its agent, keeps its work and closes.</summary>
    [WorkflowSignal(MessageNames.RunEnded)]
    Task RunEndedAsync(RunEndedWithoutIt how);

    /// <summary>The steps of the run are done on another machine from now on.</summary>
    [WorkflowSignal(MessageNames.Moved)]
    Task MovedAsync(RepositoryReference place);

    /// <summary>A host has a place for it.</summary>
    [WorkflowSignal(MessageNames.Placed)]
    Task PlacedAsync(TaskPlace place);

    /// <summary>A machine is about to begin the task's agent, in a run that machines share: the start counts from now on, whatever becomes
    /// of that machine. Refused where the agent is not wanted there any more.</summary>
    [WorkflowUpdate(MessageNames.AgentBegins)]
    Task AgentBeginsAsync(AgentBeginning agent);

    /// <summary>The parts that this task was divided into have ended.</summary>
    [WorkflowSignal(MessageNames.PartsDone)]
    Task PartsDoneAsync(string summary);

    /// <summary>The merge queue's result for this task's commit.</summary>
    [WorkflowSignal(MessageNames.MergeDone)]
    Task MergeDoneAsync(MergeResult result);
}

/// <summary>The merge train of one run: verified work is merged to staging or sent back with evidence. It reports to its run, and continues
/// while that continues as new.</summary>
[Workflow]
public interface IMergeTrainWorkflow
{
    [WorkflowRun]
    Task RunAsync(TrainInput input);

    [WorkflowQuery(MessageNames.Status)]
    TrainStatus Status();

    /// <summary>Adds verified work at the end. Work that waits already is not added twice.</summary>
    [WorkflowSignal(MessageNames.Enqueue)]
    Task EnqueueAsync(TrainWork work);

    /// <summary>Stops waiting for a task: one that was sent back to resolve a conflict and does not return soon, or one that waits for it
    /// and is cancelled.</summary>
    [WorkflowSignal(MessageNames.Pass)]
    Task PassAsync([Identifier] string task);

    /// <summary>Stops merging: the merge under way is interrupted, waiting requests get no result.</summary>
    [WorkflowSignal(MessageNames.Close)]
    Task CloseAsync([Identifier] string reason);

    /// <summary>Tells the train that its run has ended without it: the train interrupts the merge under way and closes.</summary>
    [WorkflowSignal(MessageNames.RunEnded)]
    Task RunEndedAsync(RunEndedWithoutIt how);

    /// <summary>The steps of the run are done on another machine from now on.</summary>
    [WorkflowSignal(MessageNames.Moved)]
    Task MovedAsync(RepositoryReference place);
}

/// <summary>A request becomes a plan: the planner is asked, its answer is checked like any plan, faults go back to it. It reports to its
/// run like a task, and takes the same signals.</summary>
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

    /// <summary>Resumes at once, with a person's guidance.</summary>
    [WorkflowSignal(MessageNames.GoOn)]
    Task GoOnAsync(string guidance);

    /// <summary>Tells the workflow that its run has ended without it: it ends its agent and closes.</summary>
    [WorkflowSignal(MessageNames.RunEnded)]
    Task RunEndedAsync(RunEndedWithoutIt how);

    /// <summary>The steps of the run are done on another machine from now on.</summary>
    [WorkflowSignal(MessageNames.Moved)]
    Task MovedAsync(RepositoryReference place);

    /// <inheritdoc cref="ITaskWorkflow.AgentBeginsAsync"/>
    [WorkflowUpdate(MessageNames.AgentBegins)]
    Task AgentBeginsAsync(AgentBeginning agent);
}

/// <summary>One round of a run's review: the reviewer is asked about each part of the change, and its answers are stored. It reports to its
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

    /// <summary>Resumes at once, with a person's guidance.</summary>
    [WorkflowSignal(MessageNames.GoOn)]
    Task GoOnAsync(string guidance);

    /// <summary>Tells the workflow that its run has ended without it: it ends its agent and closes.</summary>
    [WorkflowSignal(MessageNames.RunEnded)]
    Task RunEndedAsync(RunEndedWithoutIt how);

    /// <summary>The steps of the run are done on another machine from now on.</summary>
    [WorkflowSignal(MessageNames.Moved)]
    Task MovedAsync(RepositoryReference place);

    /// <inheritdoc cref="ITaskWorkflow.AgentBeginsAsync"/>
    [WorkflowUpdate(MessageNames.AgentBegins)]
    Task AgentBeginsAsync(AgentBeginning agent);
}
