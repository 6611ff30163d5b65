namespace Orchestrator.Messages;

/// <summary>A person has stopped the process of its agent on its machine.</summary>
public sealed record AgentStoppedByPerson : Reason;

/// <summary>A person has cancelled it while it worked; its files stay.</summary>
public sealed record WorkCancelled : Reason;

/// <summary>The task's run has ended without it; its files stay.</summary>
/// <param name="State">State of the run; null: unknown.</param>
/// <param name="By">Who terminated the run; null: nobody.</param>
public sealed record RunEndedWithoutIt(string? State = null, TerminatedBy? By = null) : Reason;

/// <summary>The work waits and is tried again by itself.</summary>
/// <param name="Because">What it waits for.</param>
/// <param name="Pause">Time until then.</param>
public sealed record TriedAgainAfter(Reason Because, TimeSpan Pause) : Reason;

/// <summary>The disk of its machine is full.</summary>
/// <param name="Cause">Which, and what is left.</param>
public sealed record DiskFull(Quote Cause) : Reason;

/// <summary>The task's worktree can't be prepared.</summary>
/// <param name="Problem">What the step has found.</param>
public sealed record NotPrepared(Quote Problem) : Reason;

/// <summary>A step of it is impossible.</summary>
/// <param name="Cause">The failure.</param>
public sealed record StepImpossible(Quote Cause) : Reason;

/// <summary>The task's worktree could not be released.</summary>
/// <param name="Ended">Why it has ended; null: its state says it all.</param>
/// <param name="Cause">The failure.</param>
public sealed record WorktreeNotReleased(Reason? Ended, Quote Cause) : Reason;

/// <summary>The task's agent, or its agent's account or machine, does not work.</summary>
/// <param name="Message">What the agent run ended with.</param>
/// <param name="Attempts">Attempts in a row; 0: it was not tried again.</param>
public sealed record AgentFailed(Quote Message, int Attempts = 0) : Reason;

/// <summary>The task's agent was killed again and again.</summary>
/// <param name="Starts">Agent runs in a row.</param>
/// <param name="Message">What the last one ended with.</param>
public sealed record AgentKilled(int Starts, Quote Message) : Reason;

/// <summary>The task's agent is started again after a time.</summary>
/// <param name="Message">What the agent run ended with.</param>
/// <param name="Pause">Time until then.</param>
public sealed record AgentStartsAgain(Quote Message, TimeSpan Pause) : Reason;

/// <summary>The task waits for a host with a free place.</summary>
/// <param name="Label">The label that the host must have; null: any will do.</param>
/// <param name="Refusal">Why the one that was asked last has none; null: none was asked, or it is full.</param>
/// <param name="Hosts">As in <see cref="FailingActivity.Hosts"/>.</param>
public sealed record WaitsForHost(string? Label, Quote? Refusal = null, int? Hosts = null) : Reason;

/// <summary>The task is done on a host from now on.</summary>
/// <param name="Host">Its name and identity.</param>
public sealed record PlacedOnHost(string Host) : Reason;

/// <summary>The task is not done on its host any more: it has given its place to others, or goes on on the run's own machine.</summary>
/// <param name="Host">Its name and identity.</param>
public sealed record LeftItsHost(string Host) : Reason;

/// <summary>A person holds new agent runs.</summary>
/// <param name="Hold">The hold.</param>
public sealed record AgentHeld(Quote Hold) : Reason;

/// <summary>The usage limit of its agent's account is reached.</summary>
/// <param name="Until">When it ends.</param>
/// <param name="Message">What the agent run ended with.</param>
public sealed record UsageLimited(DateTimeOffset Until, Quote Message) : Reason;

/// <summary>A budget is used up, and a person has to raise it.</summary>
/// <param name="Budget">The budget.</param>
public sealed record BudgetReached(BudgetStatus Budget) : Reason;

/// <summary>The task's agent asks for something, and a person has to answer.</summary>
/// <param name="Question">What it asks.</param>
/// <param name="Because">Why a person; null: nobody else may.</param>
public sealed record AgentAsks(Quote Question, Reason? Because = null) : Reason;

/// <summary>The task's agent has asked too often.</summary>
/// <param name="Times">How often.</param>
public sealed record AskedTooOften(int Times) : Reason;

/// <summary>By its policy a person has to answer a request.</summary>
/// <param name="Policy">What the policy says.</param>
public sealed record PolicyAsksPerson(Quote Policy) : Reason;

/// <summary>The planner leaves the answer to a person.</summary>
/// <param name="Cause">Why.</param>
public sealed record PlannerLeavesIt(Quote Cause) : Reason;

/// <summary>The planner was stopped before it had answered.</summary>
public sealed record PlannerStopped : Reason;

/// <summary>The planner can't answer.</summary>
/// <param name="Because">Why.</param>
public sealed record PlannerUnable(Reason Because) : Reason;

/// <summary>The planner is asked what its agent wants to know; a person may answer first.</summary>
/// <param name="Question">What the agent asks.</param>
/// <param name="Task">The run and its task.</param>
/// <param name="Waits">Why the planner has not begun; null: it has.</param>
public sealed record PlannerAsked(Quote Question, string Task, Reason? Waits = null) : Reason;

/// <summary>The planner is asked again after a failure.</summary>
/// <param name="Message">What its run ended with.</param>
public sealed record PlannerAskedAgainAfter(Quote Message) : Reason;

/// <summary>The usage limit of the planner's account is reached.</summary>
/// <param name="Until">When it ends.</param>
/// <param name="Message">What its run ended with.</param>
public sealed record PlannerLimited(DateTimeOffset Until, Quote Message) : Reason;

/// <summary>The task's agent asks for something that a person has to approve.</summary>
/// <param name="Request">What, in the words of the policy that asks.</param>
public sealed record RequestNeedsApproval(Quote Request) : Reason;

/// <summary>The request of the task's agent is looked at.</summary>
public sealed record RequestJudged : Reason;

/// <summary>The package that the task's agent asked for is installed.</summary>
public sealed record RequestInstalled : Reason;

/// <summary>The parts that it was divided into come first.</summary>
public sealed record PartsFirst : Reason;

/// <summary>An earlier result is tried on the present base.</summary>
public sealed record EarlierResultTried : Reason;

/// <summary>The task's work passes its gates, but has changed what they check: a person approves it.</summary>
/// <param name="Changes">What it has changed.</param>
public sealed record GatesChanged(Quote Changes) : Reason;

/// <summary>A merge that needs an approval has not got it.</summary>
/// <param name="Answer">The person's, or that there was none in time.</param>
/// <param name="Changes">What needed the approval.</param>
public sealed record MergeNotApproved(Reason Answer, Quote Changes) : Reason;

/// <summary>The task's work, or what its planner or reviewer answered, does not pass.</summary>
/// <param name="Problems">What was found.</param>
public sealed record NotVerified(IReadOnlyList<Quote> Problems) : Reason;

/// <summary>The task's work could not be merged.</summary>
/// <param name="Problem">Conflicts, or a gate on the merged tree.</param>
public sealed record NotMerged(Quote Problem) : Reason;

/// <summary>No attempt is left.</summary>
/// <param name="Because">What is still wrong.</param>
/// <param name="Remediations">Attempts that did not repair it.</param>
public sealed record NotMended(Reason Because, int Remediations) : Reason;

/// <summary>The task's agent has not resolved a conflict, so a person does.</summary>
/// <param name="Because">What is still wrong.</param>
/// <param name="Attempts">The agent's.</param>
/// <param name="Worktree">Where both sides are, relative to the repository.</param>
/// <param name="Task">The run and its task.</param>
public sealed record ConflictForPerson(Reason Because, int Attempts, string Worktree, string Task) : Reason;

/// <summary>After its last attempt the plan still has faults.</summary>
/// <param name="Attempts">Answers of the planner.</param>
/// <param name="Problems">What was found.</param>
public sealed record PlanStillFaulty(int Attempts, IReadOnlyList<Quote> Problems) : Reason;

/// <summary>After its last attempt the answer of the reviewer still can't be read.</summary>
/// <param name="Attempts">Answers of the reviewer.</param>
/// <param name="Problems">What was found.</param>
public sealed record ReviewStillUnreadable(int Attempts, IReadOnlyList<Quote> Problems) : Reason;

/// <summary>A round of the review can't begin.</summary>
/// <param name="Cause">What the step has found.</param>
public sealed record ReviewNotBegun(Quote Cause) : Reason;

/// <summary>The planner has made a plan.</summary>
/// <param name="Summary">What it is.</param>
public sealed record PlanMade(Quote Summary) : Reason;

/// <summary>The reviewer has read the whole change.</summary>
/// <param name="Round">Number of the round.</param>
public sealed record RoundRead(int Round) : Reason;

/// <summary>The task's work is on staging.</summary>
/// <param name="Notes">What its verification has noted.</param>
/// <param name="Merge">What its merge has noted; null: nothing.</param>
public sealed record WorkMerged(IReadOnlyList<Quote> Notes, Quote? Merge) : Reason;
