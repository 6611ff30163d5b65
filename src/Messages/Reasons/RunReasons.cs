namespace Orchestrator.Messages;

/// <summary>No worker serves the repository yet.</summary>
/// <param name="Repository">Its path or name.</param>
/// <param name="Since">Since when it waits.</param>
public sealed record WaitsForWorker(string Repository, DateTimeOffset Since) : Reason;

/// <summary>The input or the plan can't be run.</summary>
/// <param name="Faults">Every fault.</param>
public sealed record PlanFaulty(IReadOnlyList<Quote> Faults) : Reason;

/// <summary>The planner makes the plan.</summary>
/// <param name="Agent">Its agent.</param>
public sealed record PlannerPlans(string Agent) : Reason;

/// <summary>The planner has not made a plan, and a person decides.</summary>
/// <param name="Because">Why; null: unknown.</param>
public sealed record NoPlanYet(Reason? Because) : Reason;

/// <summary>The planner is asked again.</summary>
public sealed record PlannerAskedAgain : Reason;

/// <summary>The plan is read.</summary>
/// <param name="Tasks">Number of its tasks.</param>
/// <param name="Stored">Where it is stored; null: it was given.</param>
public sealed record PlanRead(int Tasks, Quote? Stored = null) : Reason;

/// <summary>The answer of the planner is stored.</summary>
/// <param name="Where">Where.</param>
public sealed record PlanStored(Quote Where) : Reason;

/// <summary>The run's start is checked: git, repository, agents, gates.</summary>
public sealed record ChecksStart : Reason;

/// <summary>The run can't begin.</summary>
/// <param name="Errors">What the check has found, with cures.</param>
public sealed record NotReady(IReadOnlyList<Quote> Errors) : Reason;

/// <summary>A person has to approve the plan.</summary>
/// <param name="Tasks">Number of tasks of a plan that a planner made; null: a person made it, or has approved it.</param>
/// <param name="Because">Risks, and what the checkout has.</param>
public sealed record PlanNeedsApproval(int? Tasks, IReadOnlyList<Quote> Because) : Reason;

/// <summary>A person has to approve another plan.</summary>
/// <param name="Tasks">Its tasks; null: they are approved.</param>
/// <param name="Because">Risks.</param>
public sealed record OtherPlanNeedsApproval(IReadOnlyList<string>? Tasks, IReadOnlyList<Quote> Because) : Reason;

/// <summary>A person has rejected the plan.</summary>
/// <param name="By">Who.</param>
public sealed record PlanRejected(Person By) : Reason;

/// <summary>Nobody approved the plan in time.</summary>
public sealed record PlanNotApprovedInTime : Reason;

/// <summary>A person has cancelled the run.</summary>
/// <param name="By">Who.</param>
public sealed record RunCancelled(Person By) : Reason
{
    /// <summary>True if work is merged that has not landed; null in older records.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? HasUnlanded { get; init; }
}

/// <summary>A person has aborted the run.</summary>
/// <param name="By">Who.</param>
public sealed record RunAborted(Person By) : Reason
{
    /// <summary>True if work is merged that has not landed; null in older records.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? HasUnlanded { get; init; }
}

/// <summary>The run is ending.</summary>
/// <param name="Because">Why.</param>
public sealed record Ending(Reason Because) : Reason;

/// <summary>Two reasons, one after the other.</summary>
/// <param name="First">What came first.</param>
/// <param name="Then">What came of it.</param>
public sealed record Followed(Reason First, Reason Then) : Reason;

/// <summary>The work that earlier executions of the run had begun could not be found.</summary>
/// <param name="Cause">The failure.</param>
public sealed record EarlierWorkNotFound(Quote Cause) : Reason;

/// <summary>The end of the run could not be recorded as a whole.</summary>
/// <param name="Cause">The failure.</param>
public sealed record EndNotRecorded(Quote Cause) : Reason;

/// <summary>The work of a cancelled run is kept.</summary>
/// <param name="Where">Where.</param>
public sealed record WorkKept(Quote Where) : Reason;

/// <summary>The run's staging branch is gone, and what was merged to it is not on the target.</summary>
/// <param name="Target">Branch that the run lands on.</param>
public sealed record StagingGone(string Target) : Reason;

/// <summary>The staging branch was missing and was created again.</summary>
/// <param name="Found">From what.</param>
public sealed record StagingMade(Quote Found) : Reason;

/// <summary>The run was begun anew by a reset.</summary>
public sealed record BegunAnew : Reason;

/// <summary>The run was begun anew by a reset, and has recorded nothing since.</summary>
/// <param name="State">Its state before.</param>
public sealed record BegunAnewUntold(string State) : Reason;

/// <summary>Accounts, machines or steps do not work.</summary>
/// <param name="Run">Id of the run; null: no account or machine is concerned.</param>
/// <param name="Open">Accounts and machines.</param>
/// <param name="Steps">Steps that fail again and again.</param>
public sealed record NotWorking(string? Run, IReadOnlyList<OutageStatus> Open, IReadOnlyList<StepFailing> Steps) : Reason;

/// <summary>Several tasks failed alike.</summary>
/// <param name="Tasks">How many.</param>
/// <param name="Because">Why the last one failed; null: unknown.</param>
public sealed record FailedAlike(int Tasks, Reason? Because) : Reason;

/// <summary>The time limit of the run is reached, so no more agents are started.</summary>
/// <param name="Until">The time limit.</param>
public sealed record RunLimitReached(DateTimeOffset Until) : Reason;

/// <summary>A person has raised a budget.</summary>
/// <param name="By">Who.</param>
/// <param name="What">Which, and to how much.</param>
public sealed record BudgetRaised(Person By, Quote What) : Reason;

/// <summary>Nothing more can run.</summary>
/// <param name="Tasks">Tasks that did not end well.</param>
/// <param name="Then">What came of the last attempt to go on; null: there was none.</param>
public sealed record NothingCanRun(IReadOnlyList<string> Tasks, Reason? Then = null) : Reason
{
    /// <summary>True if work is merged that has not landed; null in older records.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? HasUnlanded { get; init; }
}

/// <summary>The commits that a person has made are looked at.</summary>
/// <param name="By">Who.</param>
/// <param name="Branch">Where.</param>
public sealed record LooksAtCommits(Person By, string Branch) : Reason;

/// <summary>The gates of the whole run are run on commits of a person.</summary>
/// <param name="By">Who.</param>
/// <param name="Commits">The commits.</param>
public sealed record GatesOnCommits(Person By, PersonCommits Commits) : Reason;

/// <summary>Commits of a person are not taken.</summary>
/// <param name="Cause">What the step has found.</param>
public sealed record CommitsNotTaken(Quote Cause) : Reason;

/// <summary>All that is to land is merged.</summary>
/// <param name="Review">The review; null: there was none.</param>
public sealed record ReadyToLand(RunReview? Review) : Reason;

/// <summary>The merged tasks land, as a person asked; the rest stays open.</summary>
public sealed record LandsPart : Reason;

/// <summary>The work is on the target, or on a branch for it.</summary>
/// <param name="Where">What the step has done.</param>
public sealed record RunLanded(Quote Where) : Reason;

/// <summary>Nothing was merged, as asked: each task's work is on a branch of its own.</summary>
/// <param name="Tasks">The tasks with such a branch.</param>
public sealed record BranchesKept(IReadOnlyList<string> Tasks) : Reason;

/// <summary>Landing was refused.</summary>
/// <param name="Cause">What the step has found.</param>
public sealed record NotLanded(Quote Cause) : Reason
{
    /// <summary>True if staging lacks work of the run, so that a landing without a change there has to accept that.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LosesWork { get; init; }

    /// <inheritdoc cref="LandResult.RenamedTo"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Branch { get; init; }

    /// <summary>The refusal to land that a reason is, or contains; null: none.</summary>
    /// <param name="why">The reason why a run waits; may be null.</param>
    public static NotLanded? In(Reason? why) =>
        why switch
        {
            NotLanded refusal => refusal,
            NotPromotedInTime overdue => In(overdue.Because),
            WayOutRefused refused => In(refused.Before),
            NothingCanRun open => In(open.Then),
            _ => null,
        };
}

/// <summary>Nobody promoted the run in time.</summary>
/// <param name="Because">Why a person was needed.</param>
public sealed record NotPromotedInTime(Reason Because) : Reason;

/// <summary>A person's way out was refused.</summary>
/// <param name="Refusal">Why.</param>
/// <param name="Before">Why the run needed a person before.</param>
public sealed record WayOutRefused(Reason Refusal, Reason Before) : Reason;

/// <summary>The leases of the repository could not be joined.</summary>
/// <param name="Cause">The failure.</param>
public sealed record LeasesNotJoined(Quote Cause) : Reason;

/// <summary>The merge train ended, and another goes on.</summary>
/// <param name="Cause">The failure.</param>
public sealed record TrainEnded(Quote Cause) : Reason;

/// <summary>A note of the merge train.</summary>
/// <param name="Text">The note.</param>
public sealed record TrainNoted(Quote Text) : Reason;

/// <summary>A message to the run was dropped.</summary>
/// <param name="Cause">Which, and why.</param>
public sealed record MessageDropped(Quote Cause) : Reason;

/// <summary>Another plan was made.</summary>
/// <param name="Replan">It.</param>
public sealed record OtherPlanMade(RunReplan Replan) : Reason;

/// <summary>A person has overruled the review.</summary>
/// <param name="Review">The review.</param>
public sealed record ReviewOverruled(RunReview Review) : Reason;

/// <summary>A workflow has failed.</summary>
/// <param name="Cause">What the server says of it.</param>
public sealed record ExecutionFailed(Quote Cause) : Reason;

/// <summary>A workflow was terminated from outside.</summary>
/// <param name="Identity">Identity of the client; empty: it gave none.</param>
/// <param name="Words">The reason given; null: none.</param>
public sealed record TerminatedBy(string Identity, Quote? Words) : Reason;

/// <summary>The run continued as new, and what followed is gone.</summary>
public sealed record ContinuationGone : Reason;

/// <summary>The time limit of a workflow has passed.</summary>
public sealed record WorkflowTimedOut : Reason;

/// <summary>A workflow was cancelled by another tool.</summary>
public sealed record CancelledByServer : Reason;

/// <summary>A person has taken its landing back.</summary>
/// <param name="How">What the step has done.</param>
/// <param name="Kept">Where its work is kept.</param>
public sealed record LandingTakenBack(Quote How, string Kept) : Reason;

/// <summary>A message between agents and people of the run.</summary>
/// <param name="Message">The message, in a line.</param>
public sealed record Mailed(Quote Message) : Reason;

/// <summary>People could not be told of the run.</summary>
/// <param name="Problem">What the step has found.</param>
public sealed record PeopleNotTold(Quote Problem) : Reason;
