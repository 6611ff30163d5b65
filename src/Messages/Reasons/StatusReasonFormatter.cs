using System.Diagnostics;
using System.Globalization;
using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>Formats every reason as text for the console, reports, notices and pages. The text is never parsed.</summary>
public static class StatusReasonFormatter
{
    private const int MostNamed = 5;
    private const int MostTasksOfPlan = 10;

    /// <summary>
    /// Formats a reason as text of at most <see cref="PayloadSizeLimiter.MostReason"/> characters. Returns an empty string for null.
    /// </summary>
    public static string Of(Reason? reason) => reason is null ? "" : PayloadSizeLimiter.Shorten(Format(reason));

    /// <summary>Returns text that names the account or host with the outage.</summary>
    /// <param name="account">Name of the account's agent; empty for the host.</param>
    public static string NameOf(string account) => account.Length == 0 ? "the machine" : $"the account of agent '{account}'";

    /// <summary>Formats a user's commits.</summary>
    internal static string Of(UserCommitSummary found) => $"{Plural.Of(found.Count, "commit")} on {found.Branch} ({found.Summary})";

    private static string HostsOf(WaitingForHostSlotReason why) =>
        why switch
        {
            { Hosts: null } => "",
            { Hosts: > 0 and var taken } => $"; all slots of {Plural.Of(taken, "host")} are in use",
            { Label: null } => "; no connected host offers slots, so run 'orchestrate worker --slots 1' on one",
            { Label: var label } => $"; no connected host has that label, so run 'orchestrate worker --slots 1 --label {label}' on one "
                + $"that has it, or remove 'host: {label}' from the task",
        };

    private static string Format(Reason? reason) =>
        reason switch
        {
            null => "",
            RunAbortRequestedReason why => $"aborted by {why.By}",
            AgentQuestionForUserReason why => $"{why.Question}{InParentheses(why.Because)}",
            AgentFailedReason why => why.Attempts == 0 ? why.Message.Text : $"{why.Message} ({Plural.Of(why.Attempts, "attempt")})",
            AgentStartsHeldReason why => why.Hold.Text,
            WaitingForHostSlotReason why => $"waits for a host with {(why.Label is { } label ? $"the label {label} and " : "")}a free slot"
                + (why.Refusal is { } refusal ? $"; {refusal}" : HostsOf(why)),
            TaskPlacedOnHostReason why => $"is executed on {why.Host}",
            TaskLeftHostReason why => $"is no longer executed on {why.Host}",
            AgentKilledReason why => $"the agent was started {Plural.Of(why.Starts, "time")} in a row and killed: {why.Message}",
            AgentRestartPendingReason why => $"{Clause(why.Message)}; next attempt in {Math.Ceiling(why.Pause.TotalSeconds):0} s",
            AgentStoppedByUserReason => "its agent was stopped by a user; 'resume' continues its conversation",
            ApprovedByUserReason why => $"approved by {why.By}",
            TooManyAgentQuestionsReason why => $"its agent has asked {Plural.Of(why.Times, "question")}",
            RunWorkflowResetReason => "restarted by a reset",
            NoRunStateRecordedSinceResetReason why => $"restarted by a reset; it was {why.State} and has reported nothing since",
            BudgetRaisedReason why => $"{why.What}, by {why.By.Who}",
            BudgetUsedUpReason why => BudgetText.Of(why.Budget),
            CanceledByUserReason why => $"cancelled by {why.By}",
            WorkflowCanceledExternallyReason => "cancelled by a tool other than orchestrate",
            PreflightStartedReason => "checking git, the base, disk, the agent and the gates",
            NewReviewForUserCommitsReason => "a user added commits; the reviewer checks again",
            UserCommitsRejectedReason why => why.Cause.Text,
            MergeConflictNeedsUserReason why =>
                $"{Format(why.Because)} Its agent has not resolved the conflict in {Plural.Of(why.Attempts, "attempt")}. Both sides are "
                    + $"in {why.Worktree}: combine them there, then run: orchestrate retry {why.Task} (with --guidance TEXT its agent "
                    + "tries again)",
            ContinuedAsNewExecutionLostReason => "it continued as new, but its next execution is missing",
            TaskDependencyFailedReason why => $"depends on {why.Task}, which is {why.State}",
            FailedDependencyResumedReason why => $"{why.Task} continues",
            DiskFullReason why => why.Cause.Text,
            TaskDividedReason why => $"it is divided into {string.Join(", ", why.Parts)}",
            VerifyingEarlierResultReason => "an earlier result is being verified on the current base",
            EarlierWorkNotFoundReason why => $"its earlier work could not be found: {why.Cause}",
            TaskEndedWithRunReason why => $"the run was {why.State}; its files are kept",
            RunIsEndingReason why => $"ending: {Format(why.Because)}",
            RunEndNotRecordedReason why => $"its end could not be recorded completely: {why.Cause}",
            TasksFailedAlikeReason why => $"{Plural.Of(why.Tasks, "task")} failed for the same reason: {Format(why.Because)}",
            NewReviewForFixedFindingsReason => "the findings are fixed; the reviewer checks again",
            FindingsLeftToNewPlanReason => "the findings are left to the tasks of another plan",
            CompositeReason why => $"{Format(why.First)}; {Format(why.Then)}",
            GateInputFilesChangedReason why => why.Changes.Text,
            VerifyingUserCommitsReason why => $"{Of(why.Commits)} by {why.By.Who}: the gates of the whole run are running",
            LandingRevertedReason why => $"reverted by a user: {why.How} Its work is kept at {why.Kept}.",
            PartialLandingRequestedReason why => $"landing of merged work was requested by {why.By}",
            PartialLandingStartedReason => "lands the merged work, as requested; the rest stays open",
            LeaseRequestFailedReason why => $"its files and resources could not be leased: {why.Cause}",
            LeaseWorkflowJoinFailedReason why => why.Cause.Text,
            InspectingUserCommitsReason why => $"checking the commits of {why.By.Who} on {why.Branch}",
            MergePriorityRequestedReason why => $"its merge before the other waiting tasks was requested by {why.By}",
            AgentMailSentReason why => why.Message.Text,
            TaskWorkLostWithHostReason why => $"its work was lost with {why.Machine}, so it will be repeated",
            TaskMergedBeforeRunResetReason => "merged before the run was reset",
            NewReviewForMergedWorkReason => "work was merged after the review; the reviewer checks again",
            MergeNotApprovedReason why => $"{Format(why.Answer)}: {why.Changes}",
            WorkflowMessageDroppedReason why => why.Cause.Text,
            NewPlanNotMadeReason why => $"The run has no other plan: {Format(why.Because)}",
            PlanningFailedReason why => $"no plan yet: {Format(why.Because)}",
            ApprovalTimedOutReason => "it was not approved in time",
            TaskNotSelectedForRunReason => "not part of the request",
            TaskNotDividedReason why => $"it is not divided: {why.Cause?.Text ?? "the proposal is missing"}",
            TaskRemarkForUserReason why => why.Text.Text,
            NoTaskCanRunReason why => $"nothing more can run: {TaskIdList.First(why.Tasks, MostNamed)} failed{OnStaging(why.HasUnlanded)}"
                + (why.Then is null ? "" : $". {Format(why.Then)}"),
            RunNotLandedReason why => why.Cause.Text,
            AttemptsExhaustedReason why => why.Remediations == 0
                ? Format(why.Because)
                : $"{Format(why.Because)} {Plural.Of(why.Remediations, "remediation")} did not fix it.",
            RunMovedToHostReason why => $"moved from {why.From} to {why.To}, by {why.By}",
            TaskNotMergedReason why => why.Problem.Text,
            WorktreeNotPreparedReason why => why.Problem.Text,
            RunNotPromotedInTimeReason why => $"it was not promoted in time, so nothing has landed. {Format(why.Because)}",
            PreflightFailedReason why => string.Join('\n', why.Errors),
            VerificationFailedReason why => string.Join(' ', why.Problems),
            OngoingOutagesReason why => Format(why),
            IdenticalTaskSucceededReason why => $"{TaskIdList.First(why.Tasks, MostNamed)} completed the same task"
                + (why.Because is null ? "" : $"; this attempt failed: {Format(why.Because)}"),
            ReplanRequestedReason why => $"another plan was requested{(why.By is null ? "" : $" by {why.By}")}",
            NewPlanMadeReason why => $"another plan: {why.Replan}",
            NewPlanNeedsApprovalReason why => string.Join(' ', Format(why.Tasks).Concat(why.Because.Select(quote => quote.Text))),
            NewPlanNotAdoptedReason why => $"The other plan was not accepted: {Format(why.Because)}",
            WaitingForTaskPartsReason => "the smaller tasks into which it was divided run first",
            PausedByUserReason => "paused by a user",
            NoticesNotSentReason why => why.Problem.Text,
            PlanApprovalDecidedReason why => $"the plan is {(why.Accepted ? "approved" : "rejected")} by {why.By}",
            PlanInvalidReason why => string.Join(' ', why.Faults),
            PlanMadeReason why => why.Summary.Text,
            PlanNeedsApprovalReason why => (why.Tasks is null ? "" : $"A planner made the plan: {Plural.Of(why.Tasks.Value, "task")}. ")
                + string.Join(' ', why.Because),
            PlannerConsultedReason why =>
                $"{(why.Waits is null ? "the planner is asked" : Format(why.Waits))} (you may answer first: orchestrate retry "
                    + $"{why.Task} --guidance TEXT): {why.Question}",
            PlannerRetriedReason => "the planner is asked again",
            PlannerRetriedAfterFailureReason why => $"{why.Message}; the planner is asked again",
            PlannerDefersToUserReason why => $"the planner leaves the decision to a user: {why.Cause}",
            PlannerUsageLimitReachedReason why => $"the planner waits until {Second(why.Until)}: {why.Message}",
            PlannerWorkingReason why => $"{why.Agent} plans",
            PlannerStoppedReason => "the planner was stopped",
            PlannerCannotAnswerReason why => $"the planner can't answer: {Format(why.Because)}",
            PlanApprovalTimedOutReason => "the plan was not approved in time",
            PlanLoadedReason why => Plural.Of(why.Tasks, "task") + (why.Stored is null ? "" : $"; {why.Stored}"),
            PlanRejectedReason why => $"the plan was rejected: {why.By}",
            PlanStillFaultyReason why =>
                $"after {Plural.Of(why.Attempts, "attempt")} the planner's answer still has faults: {string.Join(' ', why.Problems)}",
            PlanStoredReason why => why.Where.Text,
            PolicyRequiresUserDecisionReason why => why.Policy.Text,
            LandingRequestedReason why => $"promoted by {why.By}",
            RunReadyToLandReason why => "all work to land is merged to staging; "
                + (why.Review is null ? "not reviewed" : $"review: {why.Review}"),
            ApprovalDeniedByUserReason why => $"rejected by {why.By}",
            TaskReplacedReason why => $"replaced by other tasks, as requested by {why.By.Who}",
            InstallingPackageReason => "installing the packages that its agent requested",
            EvaluatingAgentRequestReason => "checking its agent's request",
            AgentRequestNeedsApprovalReason why => why.Request.Text,
            TaskResolvedByUserReason why =>
                $"resolved by {why.By}: {Of(why.Commits)}{(why.Gates is { } gates ? $"; gates: {GateVerdictFormatter.Count(gates)}" : "")}",
            ResumedByUserReason => "resumed by a user",
            ReviewRoundConcludedReason why => $"{why.Review}. {why.Summary}".TrimEnd(),
            ReviewRoundCannotStartReason why => why.Cause.Text,
            TaskResultsNotComparedReason why =>
                $"the reviewer was not asked which of equal results is the best: {string.Join("; ", why.Why)}",
            NewReviewForChangedFilesReason => "the review is outdated; the reviewer checks again",
            ReviewOverruledReason why => $"review: {why.Review}",
            ChangeRejectedByReviewerReason why => $"the reviewer does not accept the work: {Format(why)}",
            ReviewStillUnreadableReason why =>
                $"after {Plural.Of(why.Attempts, "attempt")} the reviewer's answer still can't be read, so nothing is accepted: "
                    + string.Join(' ', why.Problems),
            ReviewResultUnreadableReason why => $"the review can't be read: {why.Cause}",
            WholeChangeReviewedReason why => $"round {why.Round} is complete",
            RunAbortedReason why => $"aborted by {why.By}{OnStaging(why.HasUnlanded)}",
            RunCanceledReason why => $"cancelled by {why.By}{OnStaging(why.HasUnlanded)}",
            RunEndedBeforeTaskReason why => $"{Ended(why)}; its files are kept",
            WorkflowFailedReason why => why.Cause.Text,
            RunLandedReason why => why.Where.Text,
            TaskBranchesRetainedReason { Tasks.Count: 0 } => "no task has produced work on a branch",
            TaskBranchesRetainedReason { Tasks: [var only] } =>
                $"the work of {only} is on its own branch; nothing was merged, as set by git.land",
            TaskBranchesRetainedReason why =>
                $"the work of {Plural.Of(why.Tasks.Count, "task")} is on separate, unmerged branches, as requested",
            RunTimeLimitReachedReason why =>
                $"no more agents start, because it is past {Minute(why.Until)} (until); running ones continue. 'resume' lifts the limit",
            StagingBranchLostReason why =>
                $"its staging branch is missing, and its merged work is not on {why.Target}; run the plan again, which "
                    + "reuses finished work",
            StagingBranchRecreatedReason why => why.Found.Text,
            TasksAddedReason why =>
                $"{why.By} has added {(why.Tasks.Count <= 10 ? string.Join(", ", why.Tasks) : Plural.Of(why.Tasks.Count, "task"))}",
            TaskStartNeedsApprovalReason => "the plan requires an approval before it starts",
            ActivityFailingRepeatedlyReason why =>
                $"{why.Activity} has failed {Plural.Of(why.Failures, "time")} and is being retried: {Clause(why.Cause)}.",
            ActivityFailedPermanentlyReason why => why.Cause.Text,
            TaskWorkflowStillOpenReason why => $"another execution of {why.Workflow} is still open; terminate it, then retry",
            WorkflowTerminatedReason why => (why.Identity.Length > 0 ? $"terminated by {why.Identity}" : "terminated by an unnamed client")
                + (why.Words is null ? "" : $": {why.Words}"),
            ContinuedByUserReason why => $"continued by {why.By}",
            MergeQueueWorkflowReplacedReason why => $"The merge queue ended: {why.Cause}. Another one continues.",
            MergeQueueMessageForUserReason why => why.Text.Text,
            TaskRetriedReason why => why.By is null ? "retried" : $"retried by {why.By}",
            TaskRetryPendingReason why => $"{Format(why.Because)} (retry in {Minutes(why.Pause)} min, or at once with 'orchestrate retry')",
            UsageLimitReachedReason why => $"waits until {Second(why.Until)}: {why.Message}",
            WaitingForConflictReason why => $"{why.Conflict} The task waits until {why.Task} has resolved its own conflict.",
            WaitingForLeaseReason why => $"waits for {why.Path}, which {why.Task} {(why.IsWaiting ? "is also waiting for" : "works on")}",
            WaitingForWorkerReason why =>
                $"waits for a worker that serves '{why.Repository}', since {Second(why.Since)}; start one on its machine: "
                    + $"orchestrate worker --repository {(why.Repository.StartsWith('/') ? "" : "PATH=")}{why.Repository}",
            WaitingLongForLeaseReason why =>
                $"{Format(why.Wait)}; it has waited since {Second(why.Since)}; see 'orchestrate status' of that run for the cause",
            TaskSkippedByUserReason why => $"counts as done without changes: waived by {why.By}",
            EscalationResolutionRefusedReason why => $"{Format(why.Refusal)} Earlier reason: {Format(why.Before)}",
            RunningTaskCanceledReason => "cancelled by a user; its files are kept",
            TaskWorkflowEndedSilentlyReason why =>
                $"its workflow ended: {(why.Because is null ? "the cause is unknown" : Format(why.Because))}",
            TaskWorkflowMissingReason => "its workflow is missing",
            WorkflowTimedOutReason => "its workflow timed out",
            RunWorkRetainedReason why => why.Where.Text,
            TaskMergedReason why => string.Join("; ", why.Notes.Append(why.Merge).OfType<VerbatimQuote>()),
            WorktreeNotReleasedReason why => $"{Format(why.Ended)} (its worktree could not be released: {why.Cause})".TrimStart(),
            _ => throw new UnreachableException($"No text is defined for {reason.GetType().Name}."),
        };

    private static string Format(ChangeRejectedByReviewerReason why) =>
        why.IsLastRound ? $"round {why.Review.Round} of {why.Review.MaxRounds} ends with {why.Summary}"
        : why.Before is null ? $"the fixes for earlier findings failed: {why.Summary}"
        : $"the number of findings does not decrease ({why.Before} in the previous round): {why.Summary}";

    private static string Format(OngoingOutagesReason why)
    {
        var steps = why.Steps.Select(step => Format(step));
        if (why.Run is null)
        {
            return string.Join(' ', steps);
        }
        var open = why.Open.Select(outage => $"{NameOf(outage.Account)}: {outage.Reason.TrimEnd('.')}.");
        var cure = $"Its tasks wait and continue automatically; to continue at once: orchestrate retry {why.Run}/TASK";
        return string.Join(' ', open.Append(cure).Concat(steps));
    }

    private static IEnumerable<string> Format(IReadOnlyList<string>? tasks) =>
        tasks is null
            ? []
            : [$"Another plan was made: {Plural.Of(tasks.Count, "task")} ({string.Join(", ", tasks.Take(MostTasksOfPlan))})."];

    private static string Ended(RunEndedBeforeTaskReason why) =>
        why.By is not null ? $"its run was {Format(why.By)}"
        : why.State is not null ? $"its run has ended: {why.State}"
        : "its run has ended without this task";

    private static string InParentheses(Reason? reason) => reason is null ? "" : $" ({Format(reason)})";

    private static string OnStaging(bool? hasUnlanded) => hasUnlanded == false ? "" : "; merged work stays on staging";

    private static string Clause(VerbatimQuote quote) => quote.Text.TrimEnd('.');

    private static string Minutes(TimeSpan pause) => pause.TotalMinutes.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Minute(DateTimeOffset time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.UtcDateTime:yyyy-MM-dd HH:mm}Z");

    private static string Second(DateTimeOffset time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z");
}
