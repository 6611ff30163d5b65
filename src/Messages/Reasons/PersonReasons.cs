using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>A person has approved.</summary>
/// <param name="By">Who.</param>
public sealed record Approved(Person By) : Reason;

/// <summary>A person has rejected.</summary>
/// <param name="By">Who.</param>
public sealed record Rejected(Person By) : Reason;

/// <summary>A person has cancelled it.</summary>
/// <param name="By">Who.</param>
public sealed record CancelledBy(Person By) : Reason;

/// <summary>A person has told it to go on.</summary>
/// <param name="By">Who, with the guidance for its agent.</param>
public sealed record ToldToGoOn(Person By) : Reason;

/// <summary>A person has added tasks to the run.</summary>
/// <param name="Tasks">Their ids.</param>
/// <param name="By">Who.</param>
public sealed record TasksAdded(IReadOnlyList<string> Tasks, Person By) : Reason;

/// <summary>A person counts it as done without changes.</summary>
/// <param name="By">Who.</param>
public sealed record WaivedBy(Person By) : Reason;

/// <summary>A person has done it with commits of their own, on which the gates of the whole run hold.</summary>
/// <param name="By">Who.</param>
/// <param name="Commits">The commits.</param>
/// <param name="Gates">The gates of the whole run; null: none ran.</param>
public sealed record ResolvedBy(Person By, PersonCommits Commits, GateSummary? Gates) : Reason;

/// <summary>Commits of a person on a branch of the run.</summary>
/// <param name="Count">How many.</param>
/// <param name="Branch">The branch.</param>
/// <param name="Summary">What git tells of them.</param>
public sealed record PersonCommits(int Count, string Branch, Quote Summary)
{
    /// <inheritdoc/>
    public override string ToString() => ReasonText.Of(this);
}

/// <summary>A person has asked for another plan.</summary>
/// <param name="By">Who; null: it is not repeated here.</param>
public sealed record OtherPlanAskedFor(Person? By = null) : Reason;

/// <summary>A person has paused it.</summary>
public sealed record PausedByPerson : Reason;

/// <summary>A person has resumed it.</summary>
public sealed record ResumedByPerson : Reason;

/// <summary>A person has asked to land it.</summary>
/// <param name="By">Who.</param>
public sealed record PromotedBy(Person By) : Reason;

/// <summary>A person has asked to land what is merged.</summary>
/// <param name="By">Who.</param>
public sealed record LandMergedAskedBy(Person By) : Reason;

/// <summary>A person has answered whether the plan may begin.</summary>
/// <param name="Accepted">It may.</param>
/// <param name="By">Who.</param>
public sealed record PlanAnswered(bool Accepted, Person By) : Reason;

/// <summary>A person has aborted the run as the answer to an escalation.</summary>
/// <param name="By">Who.</param>
public sealed record AbortAskedBy(Person By) : Reason;

/// <summary>A person has the steps of the run done on another machine.</summary>
/// <param name="From">The machine that did them so far.</param>
/// <param name="To">The machine that does them now.</param>
/// <param name="By">Who.</param>
public sealed record MovedToMachine(MachineName From, MachineName To, Person By) : Reason;
