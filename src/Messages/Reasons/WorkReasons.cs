namespace Orchestrator.Messages;

/// <summary>A user stopped the agent's process on its host.</summary>
[StatusReasonKind("agent-stopped-by-person")]
public sealed record AgentStoppedByUserReason : Reason;

/// <summary>A user cancelled the task while its agent was running. The task's files are retained.</summary>
[StatusReasonKind("work-cancelled")]
public sealed record RunningTaskCanceledReason : Reason;

/// <summary>The run ended while the task was still open. The task's files are retained.</summary>
/// <param name="State">State of the run, or null if unknown.</param>
/// <param name="By">The client that terminated the run, or null if the run was not terminated.</param>
[StatusReasonKind("run-ended-without-it")]
public sealed record RunEndedBeforeTaskReason(string? State = null, WorkflowTerminatedReason? By = null) : Reason;

/// <summary>The task is parked because of a failure, and will be retried automatically after a pause.</summary>
/// <param name="Because">Cause of the wait.</param>
/// <param name="Pause">Time until the retry.</param>
[StatusReasonKind("tried-again-after")]
public sealed record TaskRetryPendingReason(Reason Because, TimeSpan Pause) : Reason;

/// <summary>The disk of the task's host is full.</summary>
/// <param name="Cause">The disk and its free space.</param>
[StatusReasonKind("disk-full")]
public sealed record DiskFullReason(VerbatimQuote Cause) : Reason;

/// <summary>The task's worktree can't be prepared.</summary>
/// <param name="Problem">Explanation from the activity that prepares the worktree.</param>
[StatusReasonKind("not-prepared")]
public sealed record WorktreeNotPreparedReason(VerbatimQuote Problem) : Reason;

/// <summary>An activity of the run or of a task failed, and a retry can't succeed.</summary>
/// <param name="Cause">Failure of the activity.</param>
[StatusReasonKind("step-impossible")]
public sealed record ActivityFailedPermanentlyReason(VerbatimQuote Cause) : Reason;

/// <summary>The task's worktree could not be released.</summary>
/// <param name="Ended">Reason for the task's end, or null if the task's state says enough.</param>
/// <param name="Cause">Failure of the release.</param>
[StatusReasonKind("worktree-not-released")]
public sealed record WorktreeNotReleasedReason(Reason? Ended, VerbatimQuote Cause) : Reason;

/// <summary>The agent failed, or there is a problem with its account or host.</summary>
/// <param name="Message">Final message of the agent run.</param>
/// <param name="Attempts">Number of consecutive attempts; 0 if the agent run was not retried.</param>
[StatusReasonKind("agent-failed")]
public sealed record AgentFailedReason(VerbatimQuote Message, int Attempts = 0) : Reason;

/// <summary>The task's agent was killed repeatedly.</summary>
/// <param name="Starts">Number of consecutive agent runs.</param>
/// <param name="Message">Final message of the last agent run.</param>
[StatusReasonKind("agent-killed")]
public sealed record AgentKilledReason(int Starts, VerbatimQuote Message) : Reason;

/// <summary>The task's agent restarts after a delay.</summary>
/// <param name="Message">Final message of the agent run.</param>
/// <param name="Pause">Time until the restart.</param>
[StatusReasonKind("agent-starts-again")]
public sealed record AgentRestartPendingReason(VerbatimQuote Message, TimeSpan Pause) : Reason;

/// <summary>The task is waiting for a host with a free slot.</summary>
/// <param name="Label">Label that the host must have, or null for any host.</param>
/// <param name="Refusal">Refusal of the last host that was asked. Null if no host was asked, or all slots are taken.</param>
/// <param name="Hosts">As in <see cref="FailingActivityStatus.Hosts"/>.</param>
[StatusReasonKind("waits-for-host")]
public sealed record WaitingForHostSlotReason(string? Label, VerbatimQuote? Refusal = null, int? Hosts = null) : Reason;

/// <summary>The task now runs on a worker host.</summary>
/// <param name="Host">Name and identity of the host.</param>
[StatusReasonKind("placed-on-host")]
public sealed record TaskPlacedOnHostReason(string Host) : Reason;

/// <summary>
/// The task left its worker host, because the host released the slot or because the task is continuing on the owner host.
/// </summary>
/// <param name="Host">Name and identity of the host.</param>
[StatusReasonKind("left-its-host")]
public sealed record TaskLeftHostReason(string Host) : Reason;

/// <summary>A user's hold prevents new agents from starting.</summary>
/// <param name="Hold">Description of the hold.</param>
[StatusReasonKind("agent-held")]
public sealed record AgentStartsHeldReason(VerbatimQuote Hold) : Reason;

/// <summary>The usage limit of the agent's account is reached.</summary>
/// <param name="Until">Time at which the limit resets.</param>
/// <param name="Message">Final message of the agent run.</param>
[StatusReasonKind("usage-limited")]
public sealed record UsageLimitReachedReason(DateTimeOffset Until, VerbatimQuote Message) : Reason;

/// <summary>A budget is used up, and a user has to raise it.</summary>
/// <param name="Budget">The budget that is used up.</param>
[StatusReasonKind("budget-reached")]
public sealed record BudgetUsedUpReason(BudgetStatus Budget) : Reason;

/// <summary>The task's agent has a question that a user has to answer.</summary>
/// <param name="Question">Text of the agent's question.</param>
/// <param name="Because">Reason why only a user can answer, or null if no other source of answers is configured.</param>
[StatusReasonKind("agent-asks")]
public sealed record AgentQuestionForUserReason(VerbatimQuote Question, Reason? Because = null) : Reason;

/// <summary>The task's agent has asked too many questions.</summary>
/// <param name="Times">Number of questions.</param>
[StatusReasonKind("asked-too-often")]
public sealed record TooManyAgentQuestionsReason(int Times) : Reason;

/// <summary>The policy for a request requires a user's decision.</summary>
/// <param name="Policy">Text of the policy.</param>
[StatusReasonKind("policy-asks-person")]
public sealed record PolicyRequiresUserDecisionReason(VerbatimQuote Policy) : Reason;

/// <summary>The planner leaves the answer to a user.</summary>
/// <param name="Cause">Reason given by the planner.</param>
[StatusReasonKind("planner-leaves-it")]
public sealed record PlannerDefersToUserReason(VerbatimQuote Cause) : Reason;

/// <summary>The planner was stopped before it answered.</summary>
[StatusReasonKind("planner-stopped")]
public sealed record PlannerStoppedReason : Reason;

/// <summary>The planner can't answer.</summary>
/// <param name="Because">Reason why the planner can't answer.</param>
[StatusReasonKind("planner-unable")]
public sealed record PlannerCannotAnswerReason(Reason Because) : Reason;

/// <summary>The planner is answering the agent's question. A user may answer it before the planner does.</summary>
/// <param name="Question">The agent's question.</param>
/// <param name="Task">Run and task whose agent asked.</param>
/// <param name="Waits">Reason why the planner has not started, or null if it has.</param>
[StatusReasonKind("planner-asked")]
public sealed record PlannerConsultedReason(VerbatimQuote Question, string Task, Reason? Waits = null) : Reason;

/// <summary>The planner failed and is being asked again.</summary>
/// <param name="Message">Final message of the planner's agent run.</param>
[StatusReasonKind("planner-asked-again-after")]
public sealed record PlannerRetriedAfterFailureReason(VerbatimQuote Message) : Reason;

/// <summary>The usage limit of the planner's account is reached.</summary>
/// <param name="Until">Time at which the limit resets.</param>
/// <param name="Message">Final message of the planner's agent run.</param>
[StatusReasonKind("planner-limited")]
public sealed record PlannerUsageLimitReachedReason(DateTimeOffset Until, VerbatimQuote Message) : Reason;

/// <summary>The agent's request needs an approval.</summary>
/// <param name="Request">The request, as worded by the policy that requires the approval.</param>
[StatusReasonKind("request-needs-approval")]
public sealed record AgentRequestNeedsApprovalReason(VerbatimQuote Request) : Reason;

/// <summary>The agent's request is being evaluated.</summary>
[StatusReasonKind("request-judged")]
public sealed record EvaluatingAgentRequestReason : Reason;

/// <summary>The package that the agent requested is being installed.</summary>
[StatusReasonKind("request-installed")]
public sealed record InstallingPackageReason : Reason;

/// <summary>The task was divided into smaller tasks, and is waiting until these tasks have ended.</summary>
[StatusReasonKind("parts-first")]
public sealed record WaitingForTaskPartsReason : Reason;

/// <summary>A result of an earlier run is being verified on the current base.</summary>
[StatusReasonKind("earlier-result-tried")]
public sealed record VerifyingEarlierResultReason : Reason;

/// <summary>The task's work passes its gates but changes files that the gates depend on, so a user has to approve it.</summary>
/// <param name="Changes">The changes to the input of the gates.</param>
[StatusReasonKind("gates-changed")]
public sealed record GateInputFilesChangedReason(VerbatimQuote Changes) : Reason;

/// <summary>The merge of the task's work needed an approval, but the approval was not given.</summary>
/// <param name="Answer">The approver's answer, or the expiry of the time limit.</param>
/// <param name="Changes">The changes that need the approval.</param>
[StatusReasonKind("merge-not-approved")]
public sealed record MergeNotApprovedReason(Reason Answer, VerbatimQuote Changes) : Reason;

/// <summary>The task's work, or an answer of the planner or reviewer, was rejected by verification.</summary>
/// <param name="Problems">Problems that verification found.</param>
[StatusReasonKind("not-verified")]
public sealed record VerificationFailedReason(IReadOnlyList<VerbatimQuote> Problems) : Reason;

/// <summary>The task's work could not be merged.</summary>
/// <param name="Problem">Conflicts, or a failed gate on the merged tree.</param>
[StatusReasonKind("not-merged")]
public sealed record TaskNotMergedReason(VerbatimQuote Problem) : Reason;

/// <summary>The task has used its maximum number of attempts.</summary>
/// <param name="Because">Problem that remains.</param>
/// <param name="Remediations">Number of attempts that did not repair the problem.</param>
[StatusReasonKind("not-mended")]
public sealed record AttemptsExhaustedReason(Reason Because, int Remediations) : Reason;

/// <summary>The agent could not resolve a conflict, so a user has to resolve it.</summary>
/// <param name="Because">Problem that remains.</param>
/// <param name="Attempts">Number of attempts by the agent.</param>
/// <param name="Worktree">Worktree with both sides of the conflict, relative to the repository.</param>
/// <param name="Task">Run and task with the conflict.</param>
[StatusReasonKind("conflict-for-person")]
public sealed record MergeConflictNeedsUserReason(Reason Because, int Attempts, string Worktree, string Task) : Reason;

/// <summary>The plan still contains errors after the planner's last attempt.</summary>
/// <param name="Attempts">Number of answers by the planner.</param>
/// <param name="Problems">Problems that remain in the plan.</param>
[StatusReasonKind("plan-still-faulty")]
public sealed record PlanStillFaultyReason(int Attempts, IReadOnlyList<VerbatimQuote> Problems) : Reason;

/// <summary>The reviewer's answer is still unreadable after the last permitted attempt.</summary>
/// <param name="Attempts">Number of answers by the reviewer.</param>
/// <param name="Problems">Problems that remain in the answer.</param>
[StatusReasonKind("review-still-unreadable")]
public sealed record ReviewStillUnreadableReason(int Attempts, IReadOnlyList<VerbatimQuote> Problems) : Reason;

/// <summary>The review round can't start.</summary>
/// <param name="Cause">Explanation from the activity that prepares the round.</param>
[StatusReasonKind("review-not-begun")]
public sealed record ReviewRoundCannotStartReason(VerbatimQuote Cause) : Reason;

/// <summary>The planner has made a valid plan.</summary>
/// <param name="Summary">Summary of the plan.</param>
[StatusReasonKind("plan-made")]
public sealed record PlanMadeReason(VerbatimQuote Summary) : Reason;

/// <summary>The reviewer has read the whole change.</summary>
/// <param name="Round">Number of the round, from 1.</param>
[StatusReasonKind("round-read")]
public sealed record WholeChangeReviewedReason(int Round) : Reason;

/// <summary>The task's work is on the staging branch.</summary>
/// <param name="Notes">Notes of the verification.</param>
/// <param name="Merge">Note about the merge, or null if there is none.</param>
[StatusReasonKind("work-merged")]
public sealed record TaskMergedReason(IReadOnlyList<VerbatimQuote> Notes, VerbatimQuote? Merge) : Reason;
