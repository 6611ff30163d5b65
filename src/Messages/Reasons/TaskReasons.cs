namespace Orchestrator.Messages;

/// <summary>The task is outside of what the run was asked for.</summary>
public sealed record NotAskedFor : Reason;

/// <summary>A task that it depends on did not end well.</summary>
/// <param name="Task">That task.</param>
/// <param name="State">Its state.</param>
public sealed record DependencyEnded(string Task, string State) : Reason;

/// <summary>The task that it was skipped for goes on.</summary>
/// <param name="Task">That task.</param>
public sealed record DependencyGoesOn(string Task) : Reason;

/// <summary>The task is tried again.</summary>
/// <param name="By">Who wants it; null: the run itself.</param>
public sealed record TriedAgain(Person? By = null) : Reason;

/// <summary>The plan asks for an approval before it starts.</summary>
public sealed record StartNeedsApproval : Reason;

/// <summary>Nobody approved it in time.</summary>
public sealed record NotApprovedInTime : Reason;

/// <summary>The task's work was merged before the run was reset.</summary>
public sealed record MergedBeforeReset : Reason;

/// <summary>The task's work was on a machine that is gone, and nowhere else.</summary>
/// <param name="Machine">That machine.</param>
public sealed record LostWithMachine(MachineName Machine) : Reason;

/// <summary>The task's workflow ended without a report.</summary>
/// <param name="Because">How, as far as the server knows; null: it does not.</param>
public sealed record WorkflowEnded(Reason? Because) : Reason;

/// <summary>The server has no workflow of it.</summary>
public sealed record WorkflowGone : Reason;

/// <summary>The task can't be started, because another execution of its workflow is open and does not end.</summary>
/// <param name="Workflow">Id of the workflow.</param>
public sealed record StillOpenElsewhere(string Workflow) : Reason;

/// <summary>The run that it belonged to has ended.</summary>
/// <param name="State">State of the run.</param>
public sealed record EndedWithRun(string State) : Reason;

/// <summary>A task of another run has what it needs.</summary>
/// <param name="Path">The file, pattern or resource.</param>
/// <param name="Task">That run and its task.</param>
/// <param name="IsWaiting">That task does not have it yet, and was first.</param>
public sealed record WaitsForLease(string Path, string Task, bool IsWaiting = false) : Reason;

/// <summary>A task of another run has had what it needs for long.</summary>
/// <param name="Wait">What it waits for.</param>
/// <param name="Since">Since when.</param>
public sealed record WaitsLongForLease(WaitsForLease Wait, DateTimeOffset Since) : Reason;

/// <summary>The task's files and resources could not be leased.</summary>
/// <param name="Cause">The failure.</param>
public sealed record LeaseImpossible(Quote Cause) : Reason;

/// <summary>A step of it fails again and again, and is repeated.</summary>
/// <param name="Activity">Name of the step.</param>
/// <param name="Failures">How often it has failed.</param>
/// <param name="Cause">How it failed last.</param>
public sealed record StepFailing(string Activity, int Failures, Quote Cause) : Reason;

/// <summary>The task's merge waits until another task has resolved its own conflict.</summary>
/// <param name="Task">That task.</param>
/// <param name="Conflict">What its own work conflicts with.</param>
public sealed record WaitsForConflict(string Task, Quote Conflict) : Reason;

/// <summary>The task is divided into parts, which are tasks of the run.</summary>
/// <param name="Parts">Ids of the parts.</param>
public sealed record Divided(IReadOnlyList<string> Parts) : Reason;

/// <summary>The task is not divided.</summary>
/// <param name="Cause">Why; null: what its agent proposed is gone.</param>
public sealed record NotDivided(Quote? Cause) : Reason;

/// <summary>Something happened to it that does not change its state.</summary>
/// <param name="Text">What its agent run has noted.</param>
public sealed record Noted(Quote Text) : Reason;

/// <summary>The run ends without this attempt at a task, of which several were wanted to pick from.</summary>
/// <param name="Tasks">Those with the same text that ended well.</param>
/// <param name="Because">Why it did not.</param>
public sealed record OtherAttemptsDone(IReadOnlyList<string> Tasks, Reason? Because) : Reason;

/// <summary>The task was replaced by other tasks.</summary>
/// <param name="By">Who asked for them.</param>
public sealed record Replaced(Person By) : Reason;

/// <summary>There is no other plan.</summary>
/// <param name="Because">Why.</param>
public sealed record NoOtherPlan(Reason? Because) : Reason;

/// <summary>The other plan was made, and is not taken.</summary>
/// <param name="Because">Why.</param>
public sealed record OtherPlanNotTaken(Reason Because) : Reason;

/// <summary>The findings of a review are for the tasks of another plan.</summary>
public sealed record FindingsForOtherPlan : Reason;

/// <summary>The reviewer looks again: a person has added commits.</summary>
public sealed record CommitsAdded : Reason;

/// <summary>Results between which evidence does not decide were not compared by the reviewer.</summary>
/// <param name="Why">What was not, and why.</param>
public sealed record NotCompared(IReadOnlyList<Quote> Why) : Reason;

/// <summary>The reviewer looks again: its review was of another tree.</summary>
public sealed record ReviewOutdated : Reason;

/// <summary>The reviewer looks again: what it has found is done.</summary>
public sealed record FindingsDone : Reason;

/// <summary>The reviewer looks again: more was merged than it has seen.</summary>
public sealed record MergedSinceReview : Reason;

/// <summary>A round of the review has ended.</summary>
/// <param name="Review">The review.</param>
/// <param name="Summary">The reviewer's; null: it gave none.</param>
public sealed record ReviewConcluded(RunReview Review, Quote? Summary) : Reason;

/// <summary>The result of a round can't be read.</summary>
/// <param name="Cause">The failure.</param>
public sealed record ReviewUnreadable(Quote Cause) : Reason;

/// <summary>The reviewer does not accept, and a person decides.</summary>
/// <param name="Review">The review.</param>
/// <param name="IsLastRound">There is no further round.</param>
/// <param name="Before">Findings of the round before, where they do not get fewer; null: none was mended, or there was none.</param>
/// <param name="Summary">The reviewer's.</param>
public sealed record ReviewRejected(RunReview Review, bool IsLastRound, int? Before, Quote Summary) : Reason;
