namespace Orchestrator.Messages;

/// <summary>A user has stopped the agent's process on its host.</summary>
public sealed record AgentStoppedByPerson : Reason;

/// <summary>Cancelled by a user while the agent worked. The files are retained.</summary>
public sealed record WorkCancelled : Reason;

/// <summary>The task's run has ended without it. The files are retained.</summary>
/// <param name="State">State of the run, or null if unknown.</param>
/// <param name="By">The client that terminated the run, or null if the run was not terminated.</param>
public sealed record RunEndedWithoutIt(string? State = null, TerminatedBy? By = null) : Reason;

/// <summary>The work waits and is retried automatically.</summary>
/// <param name="Because">Cause of the wait.</param>
/// <param name="Pause">Time until the retry.</param>
[ReasonKind("tried-again-after")]
public sealed record RetriedAfter(Reason Because, TimeSpan Pause) : Reason;

/// <summary>The disk of the task's host is full.</summary>
/// <param name="Cause">The disk and its free space.</param>
public sealed record DiskFull(Quote Cause) : Reason;

/// <summary>The task's worktree can't be prepared.</summary>
/// <param name="Problem">Finding of the activity.</param>
public sealed record NotPrepared(Quote Problem) : Reason;

/// <summary>A step of the task is impossible.</summary>
/// <param name="Cause">The failure.</param>
public sealed record StepImpossible(Quote Cause) : Reason;

/// <summary>The task's worktree could not be released.</summary>
/// <param name="Ended">Reason for the task's end, or null if its state is sufficient.</param>
/// <param name="Cause">The failure.</param>
public sealed record WorktreeNotReleased(Reason? Ended, Quote Cause) : Reason;

/// <summary>The task's agent, account or host does not work.</summary>
/// <param name="Message">Final message of the agent run.</param>
/// <param name="Attempts">Consecutive attempts; 0 if it was not retried.</param>
public sealed record AgentFailed(Quote Message, int Attempts = 0) : Reason;

/// <summary>The task's agent was killed repeatedly.</summary>
/// <param name="Starts">Consecutive agent runs.</param>
/// <param name="Message">Final message of the last agent run.</param>
public sealed record AgentKilled(int Starts, Quote Message) : Reason;

/// <summary>The task's agent is restarted after a delay.</summary>
/// <param name="Message">Final message of the agent run.</param>
/// <param name="Pause">Time until the restart.</param>
public sealed record AgentStartsAgain(Quote Message, TimeSpan Pause) : Reason;

/// <summary>The task waits for a host with a free slot.</summary>
/// <param name="Label">Label that the host must have, or null for any host.</param>
/// <param name="Refusal">Refusal of the last host that was asked; null if none was asked, or its slots are taken.</param>
/// <param name="Hosts">As in <see cref="FailingActivity.Hosts"/>.</param>
public sealed record WaitsForHost(string? Label, Quote? Refusal = null, int? Hosts = null) : Reason;

/// <summary>The task now runs on a worker host.</summary>
/// <param name="Host">Name and identity of the host.</param>
public sealed record PlacedOnHost(string Host) : Reason;

/// <summary>The task left its worker host, because it released its slot or continues on the owner host.</summary>
/// <param name="Host">Name and identity of the host.</param>
[ReasonKind("left-its-host")]
public sealed record LeftHost(string Host) : Reason;

/// <summary>A user holds new agent runs.</summary>
/// <param name="Hold">The hold.</param>
public sealed record AgentHeld(Quote Hold) : Reason;

/// <summary>The usage limit of the agent's account is reached.</summary>
/// <param name="Until">Time at which the limit resets.</param>
/// <param name="Message">Final message of the agent run.</param>
public sealed record UsageLimited(DateTimeOffset Until, Quote Message) : Reason;

/// <summary>A budget is used up, and a user has to raise it.</summary>
/// <param name="Budget">The budget.</param>
public sealed record BudgetReached(BudgetStatus Budget) : Reason;

/// <summary>The task's agent has a question that a user has to answer.</summary>
/// <param name="Question">The question.</param>
/// <param name="Because">Reason why a user has to answer, or null if nobody else may.</param>
[ReasonKind("agent-asks")]
public sealed record AgentQuestionOpen(Quote Question, Reason? Because = null) : Reason;

/// <summary>The task's agent has asked too often.</summary>
/// <param name="Times">Number of questions.</param>
[ReasonKind("asked-too-often")]
public sealed record TooManyQuestions(int Times) : Reason;

/// <summary>The policy of a request requires a user to answer it.</summary>
/// <param name="Policy">Text of the policy.</param>
[ReasonKind("policy-asks-person")]
public sealed record PolicyRequiresUser(Quote Policy) : Reason;

/// <summary>The planner leaves the answer to a user.</summary>
/// <param name="Cause">The reason.</param>
[ReasonKind("planner-leaves-it")]
public sealed record PlannerDefersToUser(Quote Cause) : Reason;

/// <summary>The planner was stopped before it answered.</summary>
public sealed record PlannerStopped : Reason;

/// <summary>The planner can't answer.</summary>
/// <param name="Because">The reason.</param>
[ReasonKind("planner-unable")]
public sealed record PlannerCannotAnswer(Reason Because) : Reason;

/// <summary>The planner is answering the question of the task's agent. A user may answer first.</summary>
/// <param name="Question">The agent's question.</param>
/// <param name="Task">The run and its task.</param>
/// <param name="Waits">Reason why the planner has not started, or null if it has.</param>
[ReasonKind("planner-asked")]
public sealed record PlannerConsulted(Quote Question, string Task, Reason? Waits = null) : Reason;

/// <summary>The planner is asked again after a failure.</summary>
/// <param name="Message">Final message of the planner's agent run.</param>
[ReasonKind("planner-asked-again-after")]
public sealed record PlannerRetriedAfter(Quote Message) : Reason;

/// <summary>The usage limit of the planner's account is reached.</summary>
/// <param name="Until">Time at which the limit resets.</param>
/// <param name="Message">Final message of the planner's agent run.</param>
[ReasonKind("planner-limited")]
public sealed record PlannerUsageLimited(DateTimeOffset Until, Quote Message) : Reason;

/// <summary>The task's agent has made a request that needs an approval.</summary>
/// <param name="Request">The request, in the words of the policy that requires the approval.</param>
public sealed record RequestNeedsApproval(Quote Request) : Reason;

/// <summary>The request of the task's agent is being judged.</summary>
[ReasonKind("request-judged")]
public sealed record RequestBeingJudged : Reason;

/// <summary>The package requested by the task's agent is being installed.</summary>
public sealed record RequestInstalled : Reason;

/// <summary>The task was divided, and its parts run first.</summary>
[ReasonKind("parts-first")]
public sealed record PartsRunFirst : Reason;

/// <summary>An earlier result is tried on the current base.</summary>
[ReasonKind("earlier-result-tried")]
public sealed record EarlierResultTested : Reason;

/// <summary>The task's work passes its gates, but has changed their input, so it needs an approval.</summary>
/// <param name="Changes">The changes to the input of the gates.</param>
public sealed record GatesChanged(Quote Changes) : Reason;

/// <summary>A merge that needs an approval was not approved.</summary>
/// <param name="Answer">The approver's answer, or the expiry of the time limit.</param>
/// <param name="Changes">The changes that need the approval.</param>
public sealed record MergeNotApproved(Reason Answer, Quote Changes) : Reason;

/// <summary>The task's work, or the answer of its planner or reviewer, did not pass verification.</summary>
/// <param name="Problems">The problems found.</param>
public sealed record NotVerified(IReadOnlyList<Quote> Problems) : Reason;

/// <summary>The task's work could not be merged.</summary>
/// <param name="Problem">Conflicts, or a failed gate on the merged tree.</param>
public sealed record NotMerged(Quote Problem) : Reason;

/// <summary>The maximum number of attempts is reached.</summary>
/// <param name="Because">The remaining problem.</param>
/// <param name="Remediations">Number of attempts that did not repair the problem.</param>
[ReasonKind("not-mended")]
public sealed record AttemptsExhausted(Reason Because, int Remediations) : Reason;

/// <summary>The task's agent has not resolved a conflict, so a user has to.</summary>
/// <param name="Because">The remaining problem.</param>
/// <param name="Attempts">Number of attempts by the agent.</param>
/// <param name="Worktree">Worktree with both sides of the conflict, relative to the repository.</param>
/// <param name="Task">The run and its task.</param>
[ReasonKind("conflict-for-person")]
public sealed record ConflictNeedsUser(Reason Because, int Attempts, string Worktree, string Task) : Reason;

/// <summary>The plan still has faults after the last attempt.</summary>
/// <param name="Attempts">Number of answers by the planner.</param>
/// <param name="Problems">The problems found.</param>
public sealed record PlanStillFaulty(int Attempts, IReadOnlyList<Quote> Problems) : Reason;

/// <summary>The reviewer's answer is still unreadable after the last attempt.</summary>
/// <param name="Attempts">Number of answers by the reviewer.</param>
/// <param name="Problems">The problems found.</param>
public sealed record ReviewStillUnreadable(int Attempts, IReadOnlyList<Quote> Problems) : Reason;

/// <summary>A round of the review can't start.</summary>
/// <param name="Cause">Finding of the activity.</param>
public sealed record ReviewNotBegun(Quote Cause) : Reason;

/// <summary>The planner has made a plan.</summary>
/// <param name="Summary">Summary of the plan.</param>
public sealed record PlanMade(Quote Summary) : Reason;

/// <summary>The reviewer has read the whole change.</summary>
/// <param name="Round">Number of the round.</param>
[ReasonKind("round-read")]
public sealed record ReviewRoundDone(int Round) : Reason;

/// <summary>The task's work is on staging.</summary>
/// <param name="Notes">Notes of the verification.</param>
/// <param name="Merge">Note of the merge, or null for none.</param>
public sealed record WorkMerged(IReadOnlyList<Quote> Notes, Quote? Merge) : Reason;
