namespace Orchestrator.Messages;

/// <summary>A user stopped the agent's process on its host.</summary>
public sealed record AgentStoppedByPerson : Reason;

/// <summary>A user cancelled the task while the agent was running. The files are retained.</summary>
public sealed record WorkCancelled : Reason;

/// <summary>The run ended before the task. The task's files are retained.</summary>
/// <param name="State">State of the run, or null if unknown.</param>
/// <param name="By">The client that terminated the run, or null if the run was not terminated.</param>
[ReasonKind("run-ended-without-it")]
public sealed record RunEndedWithoutTask(string? State = null, TerminatedBy? By = null) : Reason;

/// <summary>The work failed and will be retried automatically after a pause.</summary>
/// <param name="Because">Cause of the wait.</param>
/// <param name="Pause">Time until the retry.</param>
[ReasonKind("tried-again-after")]
public sealed record RetriedAfter(Reason Because, TimeSpan Pause) : Reason;

/// <summary>The disk of the task's host is full.</summary>
/// <param name="Cause">The disk and its free space.</param>
public sealed record DiskFull(Quote Cause) : Reason;

/// <summary>The task's worktree can't be prepared.</summary>
/// <param name="Problem">Explanation from the activity that prepares the worktree.</param>
public sealed record NotPrepared(Quote Problem) : Reason;

/// <summary>An activity of the task failed in a way that makes retries pointless.</summary>
/// <param name="Cause">Failure of the activity.</param>
public sealed record StepImpossible(Quote Cause) : Reason;

/// <summary>The task's worktree could not be released.</summary>
/// <param name="Ended">Reason for the task's end, or null if the task's state says enough.</param>
/// <param name="Cause">Failure of the release.</param>
public sealed record WorktreeNotReleased(Reason? Ended, Quote Cause) : Reason;

/// <summary>The agent failed, or there is a problem with its account or host.</summary>
/// <param name="Message">Final message of the agent run.</param>
/// <param name="Attempts">Number of consecutive attempts; 0 if the agent run was not retried.</param>
public sealed record AgentFailed(Quote Message, int Attempts = 0) : Reason;

/// <summary>The task's agent was killed repeatedly.</summary>
/// <param name="Starts">Number of consecutive agent runs.</param>
/// <param name="Message">Final message of the last agent run.</param>
public sealed record AgentKilled(int Starts, Quote Message) : Reason;

/// <summary>The task's agent restarts after a delay.</summary>
/// <param name="Message">Final message of the agent run.</param>
/// <param name="Pause">Time until the restart.</param>
public sealed record AgentStartsAgain(Quote Message, TimeSpan Pause) : Reason;

/// <summary>The task is waiting for a host with a free slot.</summary>
/// <param name="Label">Label that the host must have, or null for any host.</param>
/// <param name="Refusal">Refusal of the last host that was asked. Null if no host was asked, or all slots are taken.</param>
/// <param name="Hosts">As in <see cref="FailingActivity.Hosts"/>.</param>
public sealed record WaitsForHost(string? Label, Quote? Refusal = null, int? Hosts = null) : Reason;

/// <summary>The task now runs on a worker host.</summary>
/// <param name="Host">Name and identity of the host.</param>
public sealed record PlacedOnHost(string Host) : Reason;

/// <summary>
/// The task left its worker host, because the host released the slot or because the task is continuing on the owner host.
/// </summary>
/// <param name="Host">Name and identity of the host.</param>
[ReasonKind("left-its-host")]
public sealed record LeftHost(string Host) : Reason;

/// <summary>A user is holding all new agent runs.</summary>
/// <param name="Hold">Description of the hold.</param>
public sealed record AgentHeld(Quote Hold) : Reason;

/// <summary>The usage limit of the agent's account is reached.</summary>
/// <param name="Until">Time at which the limit resets.</param>
/// <param name="Message">Final message of the agent run.</param>
public sealed record UsageLimited(DateTimeOffset Until, Quote Message) : Reason;

/// <summary>A budget is used up, and a user has to raise it.</summary>
/// <param name="Budget">The budget that is used up.</param>
public sealed record BudgetReached(BudgetStatus Budget) : Reason;

/// <summary>The task's agent has a question that a user has to answer.</summary>
/// <param name="Question">Text of the agent's question.</param>
/// <param name="Because">Reason why only a user can answer, or null if no other source of answers is configured.</param>
[ReasonKind("agent-asks")]
public sealed record AgentQuestionOpen(Quote Question, Reason? Because = null) : Reason;

/// <summary>The task's agent has asked too many questions.</summary>
/// <param name="Times">Number of questions.</param>
[ReasonKind("asked-too-often")]
public sealed record TooManyQuestions(int Times) : Reason;

/// <summary>The policy for a request requires a user's decision.</summary>
/// <param name="Policy">Text of the policy.</param>
[ReasonKind("policy-asks-person")]
public sealed record PolicyRequiresUser(Quote Policy) : Reason;

/// <summary>The planner leaves the answer to a user.</summary>
/// <param name="Cause">Reason given by the planner.</param>
[ReasonKind("planner-leaves-it")]
public sealed record PlannerDefersToUser(Quote Cause) : Reason;

/// <summary>The planner was stopped before it answered.</summary>
public sealed record PlannerStopped : Reason;

/// <summary>The planner can't answer.</summary>
/// <param name="Because">Reason why the planner can't answer.</param>
[ReasonKind("planner-unable")]
public sealed record PlannerCannotAnswer(Reason Because) : Reason;

/// <summary>The planner is answering the agent's question. A user may answer it before the planner does.</summary>
/// <param name="Question">The agent's question.</param>
/// <param name="Task">Run and task whose agent asked.</param>
/// <param name="Waits">Reason why the planner has not started, or null if it has.</param>
[ReasonKind("planner-asked")]
public sealed record PlannerConsulted(Quote Question, string Task, Reason? Waits = null) : Reason;

/// <summary>The planner failed and is being asked again.</summary>
/// <param name="Message">Final message of the planner's agent run.</param>
[ReasonKind("planner-asked-again-after")]
public sealed record PlannerRetriedAfter(Quote Message) : Reason;

/// <summary>The usage limit of the planner's account is reached.</summary>
/// <param name="Until">Time at which the limit resets.</param>
/// <param name="Message">Final message of the planner's agent run.</param>
[ReasonKind("planner-limited")]
public sealed record PlannerUsageLimited(DateTimeOffset Until, Quote Message) : Reason;

/// <summary>The agent's request needs an approval.</summary>
/// <param name="Request">The request, as worded by the policy that requires the approval.</param>
public sealed record RequestNeedsApproval(Quote Request) : Reason;

/// <summary>The agent's request is being evaluated.</summary>
[ReasonKind("request-judged")]
public sealed record RequestBeingJudged : Reason;

/// <summary>The package that the agent requested is being installed.</summary>
public sealed record RequestInstalled : Reason;

/// <summary>The task was divided. The tasks into which it was divided run first.</summary>
[ReasonKind("parts-first")]
public sealed record PartsRunFirst : Reason;

/// <summary>A result of an earlier run is being verified on the current base.</summary>
[ReasonKind("earlier-result-tried")]
public sealed record EarlierResultTested : Reason;

/// <summary>The task's work passes its gates but changes files that the gates depend on, so a user has to approve it.</summary>
/// <param name="Changes">The changes to the input of the gates.</param>
public sealed record GatesChanged(Quote Changes) : Reason;

/// <summary>The merge of the task's work needed an approval and did not get it.</summary>
/// <param name="Answer">The approver's answer, or the expiry of the time limit.</param>
/// <param name="Changes">The changes that need the approval.</param>
public sealed record MergeNotApproved(Reason Answer, Quote Changes) : Reason;

/// <summary>The task's work, or an answer of the planner or reviewer, was rejected by verification.</summary>
/// <param name="Problems">Problems that verification found.</param>
public sealed record NotVerified(IReadOnlyList<Quote> Problems) : Reason;

/// <summary>The task's work could not be merged.</summary>
/// <param name="Problem">Conflicts, or a failed gate on the merged tree.</param>
public sealed record NotMerged(Quote Problem) : Reason;

/// <summary>The task has used its maximum number of attempts.</summary>
/// <param name="Because">Problem that remains.</param>
/// <param name="Remediations">Number of attempts that did not repair the problem.</param>
[ReasonKind("not-mended")]
public sealed record AttemptsExhausted(Reason Because, int Remediations) : Reason;

/// <summary>The agent could not resolve a conflict, so a user has to resolve it.</summary>
/// <param name="Because">Problem that remains.</param>
/// <param name="Attempts">Number of attempts by the agent.</param>
/// <param name="Worktree">Worktree with both sides of the conflict, relative to the repository.</param>
/// <param name="Task">Run and task with the conflict.</param>
[ReasonKind("conflict-for-person")]
public sealed record ConflictNeedsUser(Reason Because, int Attempts, string Worktree, string Task) : Reason;

/// <summary>The plan still contains errors after the planner's last attempt.</summary>
/// <param name="Attempts">Number of answers by the planner.</param>
/// <param name="Problems">Problems that remain in the plan.</param>
public sealed record PlanStillFaulty(int Attempts, IReadOnlyList<Quote> Problems) : Reason;

/// <summary>The reviewer's answer is still unreadable, and the reviewer may not be asked again.</summary>
/// <param name="Attempts">Number of answers by the reviewer.</param>
/// <param name="Problems">Problems that remain in the answer.</param>
public sealed record ReviewStillUnreadable(int Attempts, IReadOnlyList<Quote> Problems) : Reason;

/// <summary>The review round can't start.</summary>
/// <param name="Cause">Explanation from the activity that prepares the round.</param>
public sealed record ReviewNotBegun(Quote Cause) : Reason;

/// <summary>The planner has made a valid plan.</summary>
/// <param name="Summary">Summary of the plan.</param>
public sealed record PlanMade(Quote Summary) : Reason;

/// <summary>The reviewer has read the whole change.</summary>
/// <param name="Round">Number of the round, from 1.</param>
[ReasonKind("round-read")]
public sealed record ReviewRoundDone(int Round) : Reason;

/// <summary>The task's work is on staging.</summary>
/// <param name="Notes">Notes of the verification.</param>
/// <param name="Merge">Note about the merge, or null if there is none.</param>
public sealed record WorkMerged(IReadOnlyList<Quote> Notes, Quote? Merge) : Reason;
