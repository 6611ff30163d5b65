using System.ComponentModel.DataAnnotations;
using Temporalio.Workflows;

namespace Orchestrator.Messages;

/// <summary>What a steering command did.</summary>
/// <param name="Message">A sentence for people.</param>
/// <param name="Changed">False when things were that way already.</param>
public sealed record SteeringAnswer(string Message, bool Changed);

/// <summary>Names a task and, where it helps, says why or how.</summary>
/// <param name="Text">Words for its agent, or why.</param>
/// <param name="By">Who, and from where, such as <c>kim@laptop</c>; empty: it was not said.</param>
[MessageExample("""{"task":"api","text":"use the new endpoint","by":"kim@laptop"}""")]
public sealed record TaskCommand([property: StringLength(1000, MinimumLength = 1)] string Task, string Text = "", string By = "");

/// <summary>What a person wants of a run as a whole.</summary>
/// <param name="Reason">Why, for the record.</param>
/// <param name="By">Who, and from where, such as <c>kim@laptop</c>; empty: it was not said.</param>
[MessageExample("""{"reason":"looked at","by":"kim@laptop"}""")]
public sealed record PersonCommand(string Reason = "", string By = "");

/// <summary>Answers a question of a run.</summary>
/// <param name="Id"><c>plan</c> or a task's id.</param>
/// <param name="Reason">Why, for the record.</param>
/// <param name="By">Who, and from where, such as <c>kim@laptop</c>; empty: it was not said.</param>
[MessageExample("""{"id":"plan","reason":"looks good","by":"kim@laptop"}""")]
public sealed record ApprovalCommand(string Id, string Reason = "", string By = "");

/// <summary>A message that a workflow of the run could not read or not follow.</summary>
/// <param name="Workflow">Id of that workflow.</param>
/// <param name="Note">What it was, and why not.</param>
public sealed record DroppedMessage([property: Identifier] string Workflow, string Note);

/// <summary>One run: a plan becomes commits on the target branch.</summary>
[Workflow("OrchestrationWorkflow")]
public interface IOrchestrationWorkflow
{
    /// <summary>Runs the plan. <paramref name="checkpoint"/> is set only by the run itself when it continues as new.</summary>
    [WorkflowRun]
    Task<RunResult> RunAsync(OrchestrationInput input, RunCheckpoint? checkpoint = null);

    /// <summary>A snapshot with up to <paramref name="limit"/> tasks from <paramref name="offset"/> on.</summary>
    [WorkflowQuery("status")]
    RunStatus Status(int offset = 0, int limit = 500);

    [WorkflowUpdate("pause")]
    Task<SteeringAnswer> PauseAsync(TaskCommand? command = null);

    [WorkflowUpdate("resume")]
    Task<SteeringAnswer> ResumeAsync(TaskCommand? command = null);

    [WorkflowUpdate("cancelTask")]
    Task<SteeringAnswer> CancelTaskAsync(TaskCommand command);

    [WorkflowUpdate("retryTask")]
    Task<SteeringAnswer> RetryTaskAsync(TaskCommand command);

    [WorkflowUpdate("skipTask")]
    Task<SteeringAnswer> SkipTaskAsync(TaskCommand command);

    [WorkflowUpdate("setConcurrency")]
    Task<SteeringAnswer> SetConcurrencyAsync(int workers);

    [WorkflowUpdate("approve")]
    Task<SteeringAnswer> ApproveAsync(ApprovalCommand command);

    [WorkflowUpdate("reject")]
    Task<SteeringAnswer> RejectAsync(ApprovalCommand command);

    /// <summary>Tries again to land a run that is <see cref="RunStates.AwaitingPromotion"/>. After its time limit it is no yes any more:
    /// the landing is begun anew, and asks again where it has to.</summary>
    [WorkflowUpdate("promote")]
    Task<SteeringAnswer> PromoteAsync(PersonCommand? command = null);

    /// <summary>Lands what is merged of a run that is <see cref="RunStates.Escalated"/>; the rest stays open.</summary>
    [WorkflowUpdate("landMerged")]
    Task<SteeringAnswer> LandMergedAsync(PersonCommand? command = null);

    /// <summary>Says how a run goes on that can't go on by itself.</summary>
    [WorkflowUpdate("resolveEscalation")]
    Task<SteeringAnswer> ResolveEscalationAsync(ResolveCommand command);

    /// <summary>Ends the run: tasks at work are stopped, staging and worktrees stay.</summary>
    [WorkflowUpdate("cancel")]
    Task<SteeringAnswer> CancelAsync(PersonCommand? command = null);

    /// <summary>What the leases of the repository tell this run.</summary>
    [WorkflowSignal("leasesChanged")]
    Task LeasesChangedAsync(LeaseNews news);

    /// <summary>A task's report.</summary>
    [WorkflowSignal("taskChanged")]
    Task TaskChangedAsync(TaskReport report);

    /// <summary>Which steps of the run and its tasks fail again and again now; none: all go on.</summary>
    [WorkflowSignal("activitiesFailing")]
    Task ActivitiesFailingAsync(IReadOnlyList<FailingActivity> failing);

    /// <summary>What the merge train of the run has done.</summary>
    [WorkflowSignal("trainChanged")]
    Task TrainChangedAsync(TrainReport report);

    /// <summary>A task could not read what somebody sent it: people look for that in its run.</summary>
    [WorkflowSignal("messageDropped")]
    Task MessageDroppedAsync(DroppedMessage message);
}

/// <summary>One task of a run: worktree, agent, verification, remediation, merge.</summary>
[Workflow("TaskWorkflow")]
public interface ITaskWorkflow
{
    [WorkflowRun]
    Task<TaskReport> RunAsync(TaskInput input);

    [WorkflowQuery("status")]
    TaskReport Status();

    [WorkflowSignal("pause")]
    Task PauseAsync();

    [WorkflowSignal("resume")]
    Task ResumeAsync();

    [WorkflowSignal("cancel")]
    Task CancelAsync();

    /// <summary>Goes on at once with what waits (blocked, parked), with the words of a person.</summary>
    [WorkflowSignal("goOn")]
    Task GoOnAsync(string guidance);

    /// <summary>A person's answer to a task that changed what its gates mean.</summary>
    [WorkflowSignal("decide")]
    Task DecideAsync(bool accepted, string reason);

    /// <summary>Its run has ended without it: it ends its agent, keeps its work and closes.</summary>
    [WorkflowSignal("runEnded")]
    Task RunEndedAsync(string reason);

    /// <summary>The parts that this task was divided into have ended.</summary>
    [WorkflowSignal("partsDone")]
    Task PartsDoneAsync(string summary);

    /// <summary>What the merge train did with this task's commit.</summary>
    [WorkflowSignal("mergeDone")]
    Task MergeDoneAsync(MergeResult result);
}

/// <summary>The merge train of one run: verified work comes in, and is merged to staging or sent back with evidence. It says so to its run,
/// and goes on while that continues as new.</summary>
[Workflow("MergeTrainWorkflow")]
public interface IMergeTrainWorkflow
{
    [WorkflowRun]
    Task RunAsync(TrainInput input);

    [WorkflowQuery("status")]
    TrainStatus Status();

    /// <summary>Verified work, behind all that waits. What waits already is not taken in twice.</summary>
    [WorkflowSignal("enqueue")]
    Task EnqueueAsync(TrainWork work);

    /// <summary>A task is not waited for: one that was sent back to resolve a conflict and does not come back soon, or one that waits for
    /// it and is cancelled.</summary>
    [WorkflowSignal("pass")]
    Task PassAsync([Identifier] string task);

    /// <summary>Nothing more is merged: what is under way is interrupted, what waits has no answer.</summary>
    [WorkflowSignal("close")]
    Task CloseAsync([Identifier] string reason);

    /// <summary>Its run has ended without it: it interrupts what is under way and closes.</summary>
    [WorkflowSignal("runEnded")]
    Task RunEndedAsync(string reason);
}

/// <summary>A request becomes a plan: the planner is asked, its answer is checked like any plan, faults go back to it. It reports to its
/// run like a task, and takes the same signals.</summary>
[Workflow("PlanningWorkflow")]
public interface IPlanningWorkflow
{
    [WorkflowRun]
    Task<TaskReport> RunAsync(TaskInput input);

    [WorkflowQuery("status")]
    TaskReport Status();

    [WorkflowSignal("pause")]
    Task PauseAsync();

    [WorkflowSignal("resume")]
    Task ResumeAsync();

    [WorkflowSignal("cancel")]
    Task CancelAsync();

    /// <summary>Goes on at once with what waits, with the words of a person.</summary>
    [WorkflowSignal("goOn")]
    Task GoOnAsync(string guidance);

    /// <summary>Its run has ended without it: it ends its agent and closes.</summary>
    [WorkflowSignal("runEnded")]
    Task RunEndedAsync(string reason);
}

/// <summary>One round of a run's review: the reviewer is asked about each part of the change, and its answers are kept. It reports to its
/// run like a task, and takes the same signals.</summary>
[Workflow("ReviewWorkflow")]
public interface IReviewWorkflow
{
    [WorkflowRun]
    Task<TaskReport> RunAsync(TaskInput input);

    [WorkflowQuery("status")]
    TaskReport Status();

    [WorkflowSignal("pause")]
    Task PauseAsync();

    [WorkflowSignal("resume")]
    Task ResumeAsync();

    [WorkflowSignal("cancel")]
    Task CancelAsync();

    /// <summary>Goes on at once with what waits, with the words of a person.</summary>
    [WorkflowSignal("goOn")]
    Task GoOnAsync(string guidance);

    /// <summary>Its run has ended without it: it ends its agent and closes.</summary>
    [WorkflowSignal("runEnded")]
    Task RunEndedAsync(string reason);
}
