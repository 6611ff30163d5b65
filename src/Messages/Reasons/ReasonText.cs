using System.Diagnostics;
using System.Globalization;
using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>Formats every reason as text for the console, reports, notices and pages. The text is never parsed.</summary>
public static class ReasonText
{
    private const int MostNamed = 5;
    private const int MostTasksOfPlan = 10;

    /// <summary>Formats a reason in at most <see cref="PayloadPaging.MostReason"/> characters. Returns an empty string for null.</summary>
    public static string Of(Reason? reason) => reason is null ? "" : PayloadPaging.Shorten(Format(reason));

    /// <summary>Returns text that names the account or host that has an outage.</summary>
    /// <param name="account">Name of the account's agent; empty for the host.</param>
    public static string NameOf(string account) => account.Length == 0 ? "the machine" : $"the account of agent '{account}'";

    /// <summary>Formats a user's commits.</summary>
    internal static string Of(UserCommits found) => $"{Plural.Of(found.Count, "commit")} on {found.Branch} ({found.Summary})";

    private static string HostsOf(WaitsForHost why) =>
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
            AbortRequestedBy why => $"aborted by {why.By}",
            AgentQuestionOpen why => $"{why.Question}{InParentheses(why.Because)}",
            AgentFailed why => why.Attempts == 0 ? why.Message.Text : $"{why.Message} ({Plural.Of(why.Attempts, "attempt")})",
            AgentHeld why => why.Hold.Text,
            WaitsForHost why => $"waits for a host with {(why.Label is { } label ? $"the label {label} and " : "")}a free slot"
                + (why.Refusal is { } refusal ? $"; {refusal}" : HostsOf(why)),
            PlacedOnHost why => $"is executed on {why.Host}",
            LeftHost why => $"has left {why.Host}",
            AgentKilled why => $"the agent was started {Plural.Of(why.Starts, "time")} in a row and killed: {why.Message}",
            AgentStartsAgain why => $"{Clause(why.Message)}; next attempt in {Math.Ceiling(why.Pause.TotalSeconds):0} s",
            AgentStoppedByPerson => "its agent was stopped by a user; 'resume' continues its conversation",
            Approved why => $"approved by {why.By}",
            TooManyQuestions why => $"its agent has asked {Plural.Of(why.Times, "time")}",
            RunWasReset => "restarted by a reset",
            ResetNotRecorded why => $"restarted by a reset; it was {why.State} and has reported nothing since",
            BudgetRaised why => $"{why.What}, by {why.By.Who}",
            BudgetReached why => BudgetText.Of(why.Budget),
            CancelledByUser why => $"cancelled by {why.By}",
            CancelledByTool => "cancelled from outside",
            PreflightStarted => "checking git, the base, disk, the agent and the gates",
            CommitsAdded => "a user added commits; the reviewer checks again",
            CommitsRejected why => why.Cause.Text,
            ConflictNeedsUser why =>
                $"{Format(why.Because)} Its agent has not resolved the conflict in {Plural.Of(why.Attempts, "attempt")}. Both sides are "
                    + $"in {why.Worktree}: combine them there, then run: orchestrate retry {why.Task} (with --guidance TEXT its agent "
                    + "tries again)",
            ContinuationLost => "it continued as new, but its next execution is missing",
            DependencyEnded why => $"depends on {why.Task}, which is {why.State}",
            DependencyContinues why => $"{why.Task} continues",
            DiskFull why => why.Cause.Text,
            TaskDivided why => $"it is divided into {string.Join(", ", why.Parts)}",
            EarlierResultTested => "an earlier result is tried on the present base",
            EarlierWorkNotFound why => $"its earlier work could not be found: {why.Cause}",
            TaskEndedWithRun why => $"the run was {why.State}; its files are kept",
            RunIsEnding why => $"ending: {Format(why.Because)}",
            EndNotRecorded why => $"its end could not be recorded completely: {why.Cause}",
            SameFailureRepeated why => $"{Plural.Of(why.Tasks, "task")} failed alike: {Format(why.Because)}",
            FindingsFixed => "the findings are fixed; the reviewer checks again",
            FindingsLeftToReplan => "the findings belong to the tasks of the other plan",
            ReasonSequence why => $"{Format(why.First)}; {Format(why.Then)}",
            GatesChanged why => why.Changes.Text,
            CommitsBeingVerified why => $"{Of(why.Commits)} by {why.By.Who}: the gates of the whole run are run",
            LandingRevertedBy why => $"reverted by a user: {why.How} Its work is kept at {why.Kept}.",
            LandMergedRequestedBy why => $"landing of merged work was requested by {why.By}",
            MergedTasksLanding => "merged work, as requested; the rest stays open",
            LeaseFailed why => $"its files and resources could not be leased: {why.Cause}",
            LeaseJoinFailed why => why.Cause.Text,
            CommitsInspected why => $"checking the commits of {why.By.Who} on {why.Branch}",
            MergeNextRequestedBy why => $"its merge before the other waiting tasks was requested by {why.By}",
            MailSent why => why.Message.Text,
            LostWithMachine why => $"its work was lost with {why.Machine}, so it will be repeated",
            MergedBeforeReset => "merged before the run was reset",
            MergedSinceReview => "the work has grown since the review; the reviewer checks again",
            MergeNotApproved why => $"{Format(why.Answer)}: {why.Changes}",
            MessageDropped why => why.Cause.Text,
            NoNewPlan why => $"The run got no other plan: {Format(why.Because)}",
            PlanMissing why => $"no plan yet: {Format(why.Because)}",
            NotApprovedInTime => "it was not approved in time",
            TaskNotRequested => "outside the request",
            TaskNotDivided why => $"it is not divided: {why.Cause?.Text ?? "the proposal is missing"}",
            TaskRemarkRecorded why => why.Text.Text,
            NothingCanRun why => $"nothing more can run: {ListFirst(why.Tasks)} failed{OnStaging(why.HasUnlanded)}"
                + (why.Then is null ? "" : $". {Format(why.Then)}"),
            NotLanded why => why.Cause.Text,
            AttemptsExhausted why => why.Remediations == 0
                ? Format(why.Because)
                : $"{Format(why.Because)} {Plural.Of(why.Remediations, "remediation")} did not fix it.",
            MovedToMachine why => $"moved from {why.From} to {why.To}, by {why.By}",
            NotMerged why => why.Problem.Text,
            NotPrepared why => why.Problem.Text,
            NotPromotedInTime why => $"it was not promoted in time, so nothing has landed. {Format(why.Because)}",
            PreflightFailed why => string.Join('\n', why.Errors),
            NotVerified why => string.Join(' ', why.Problems),
            OutagesReported why => Format(why),
            OtherAttemptSucceeded why =>
                $"{ListFirst(why.Tasks)} did the same task{(why.Because is null ? "" : $"; this attempt failed: {Format(why.Because)}")}",
            ReplanRequestedBy why => $"another plan was requested{(why.By is null ? "" : $" by {why.By}")}",
            NewPlanMade why => $"another plan: {why.Replan}",
            NewPlanNeedsApproval why => string.Join(' ', Format(why.Tasks).Concat(why.Because.Select(quote => quote.Text))),
            NewPlanNotAdopted why => $"The other plan was not accepted: {Format(why.Because)}",
            PartsRunFirst => "the smaller tasks that it was divided into come first",
            PausedByPerson => "paused by a user",
            NoticesNotSent why => why.Problem.Text,
            PlanDecided why => $"the plan is {(why.Accepted ? "approved" : "rejected")} by {why.By}",
            PlanInvalid why => string.Join(' ', why.Faults),
            PlanMade why => why.Summary.Text,
            PlanNeedsApproval why => (why.Tasks is null ? "" : $"A planner made the plan: {Plural.Of(why.Tasks.Value, "task")}. ")
                + string.Join(' ', why.Because),
            PlannerConsulted why =>
                $"{(why.Waits is null ? "the planner is asked" : Format(why.Waits))} (you may answer first: orchestrate retry "
                    + $"{why.Task} --guidance TEXT): {why.Question}",
            PlannerRetried => "the planner is asked again",
            PlannerRetriedAfter why => $"{why.Message}; the planner is asked again",
            PlannerDefersToUser why => $"the planner passes it to a user: {why.Cause}",
            PlannerUsageLimited why => $"the planner waits until {Second(why.Until)}: {why.Message}",
            PlannerWorking why => $"{why.Agent} plans",
            PlannerStopped => "the planner was stopped",
            PlannerCannotAnswer why => $"the planner can't answer: {Format(why.Because)}",
            PlanNotApprovedInTime => "the plan was not approved in time",
            PlanRead why => Plural.Of(why.Tasks, "task") + (why.Stored is null ? "" : $"; {why.Stored}"),
            PlanRejected why => $"the plan was rejected: {why.By}",
            PlanStillFaulty why =>
                $"after {Plural.Of(why.Attempts, "attempt")} the planner's answer still has faults: {string.Join(' ', why.Problems)}",
            PlanStored why => why.Where.Text,
            PolicyRequiresUser why => why.Policy.Text,
            LandingRequestedBy why => $"promoted by {why.By}",
            ReadyToLand why => "all work to land is merged to staging; " + (why.Review is null ? "not reviewed" : $"review: {why.Review}"),
            Rejected why => $"rejected by {why.By}",
            TaskReplaced why => $"replaced by other tasks, as requested by {why.By.Who}",
            RequestInstalled => "its agent's request is installed",
            RequestBeingJudged => "its agent's request is checked",
            RequestNeedsApproval why => why.Request.Text,
            TaskResolvedByUser why =>
                $"resolved by {why.By}: {Of(why.Commits)}{(why.Gates is { } gates ? $"; gates: {GateFormatter.Count(gates)}" : "")}",
            ResumedByPerson => "resumed by a user",
            ReviewConcluded why => $"{why.Review}. {why.Summary}".TrimEnd(),
            ReviewNotBegun why => why.Cause.Text,
            ResultsNotCompared why => $"the reviewer was not asked which of equal results is the best: {string.Join("; ", why.Why)}",
            ReviewOutdated => "the review is outdated; the reviewer checks again",
            ReviewOverruled why => $"review: {why.Review}",
            ReviewRejected why => $"the reviewer does not accept: {Format(why)}",
            ReviewStillUnreadable why =>
                $"after {Plural.Of(why.Attempts, "attempt")} the reviewer's answer still can't be read, so nothing is accepted: "
                    + string.Join(' ', why.Problems),
            ReviewUnreadable why => $"the review can't be read: {why.Cause}",
            ReviewRoundDone why => $"round {why.Round} is complete",
            RunAborted why => $"aborted by {why.By}{OnStaging(why.HasUnlanded)}",
            RunCancelled why => $"cancelled by {why.By}{OnStaging(why.HasUnlanded)}",
            RunEndedWithoutTask why => $"{Ended(why)}; its files are kept",
            ExecutionFailed why => why.Cause.Text,
            RunLanded why => why.Where.Text,
            BranchesRetained { Tasks.Count: 0 } => "no task has left work on a branch",
            BranchesRetained { Tasks: [var only] } => $"the work of {only} is on its own branch; nothing was merged, as set by git.land",
            BranchesRetained why => $"the work of {Plural.Of(why.Tasks.Count, "task")} is on separate, unmerged branches, as requested",
            RunLimitReached why =>
                $"no more agents start, because it is past {Minute(why.Until)} (until); running ones continue. 'resume' lifts the limit",
            StagingBranchLost why =>
                $"its staging branch is missing, and its merged work is not on {why.Target}; run the plan again, which "
                    + "reuses finished work",
            StagingBranchRecreated why => why.Found.Text,
            TasksAdded why =>
                $"{why.By} has added {(why.Tasks.Count <= 10 ? string.Join(", ", why.Tasks) : Plural.Of(why.Tasks.Count, "task"))}",
            StartNeedsApproval => "the plan requires an approval before it starts",
            StepFailing why => $"{why.Activity} has failed {Plural.Of(why.Failures, "time")} and is tried again: {Clause(why.Cause)}.",
            StepImpossible why => why.Cause.Text,
            WorkflowStillOpen why => $"another execution of {why.Workflow} is still open; terminate it, then retry",
            TerminatedBy why => (why.Identity.Length > 0 ? $"terminated by {why.Identity}" : "terminated by an unnamed client")
                + (why.Words is null ? "" : $": {why.Words}"),
            ContinuedByUser why => $"continued by {why.By}",
            MergeQueueReplaced why => $"The merge queue ended: {why.Cause}. Another one continues.",
            MergeQueueNote why => why.Text.Text,
            TaskRetried why => why.By is null ? "tried again" : $"tried again by {why.By}",
            RetriedAfter why => $"{Format(why.Because)} (tried again in {Minutes(why.Pause)} min, at once with 'retry')",
            UsageLimited why => $"waits until {Second(why.Until)}: {why.Message}",
            WaitsForConflict why => $"{why.Conflict} The task waits until {why.Task} has resolved its own conflict.",
            WaitsForLease why => $"waits for {why.Path}, which {why.Task} {(why.IsWaiting ? "waits for too" : "works on")}",
            WaitsForWorker why =>
                $"waits for a worker that serves '{why.Repository}', since {Second(why.Since)}; start one on its machine: "
                    + $"orchestrate worker --repository {(why.Repository.StartsWith('/') ? "" : "PATH=")}{why.Repository}",
            WaitsLongForLease why =>
                $"{Format(why.Wait)}; it has waited since {Second(why.Since)}; see 'orchestrate status' of that run for the cause",
            TaskWaivedBy why => $"counts as done without changes: waived by {why.By}",
            ResolutionRefused why => $"{Format(why.Refusal)} Before: {Format(why.Before)}",
            WorkCancelled => "cancelled by a user; its files are kept",
            WorkflowEnded why => $"its workflow ended: {(why.Because is null ? "the cause is unknown" : Format(why.Because))}",
            WorkflowMissing => "its workflow is missing",
            WorkflowTimedOut => "its workflow timed out",
            WorkRetained why => why.Where.Text,
            WorkMerged why => string.Join("; ", why.Notes.Append(why.Merge).OfType<Quote>()),
            WorktreeNotReleased why => $"{Format(why.Ended)} (its worktree could not be released: {why.Cause})".TrimStart(),
            _ => throw new UnreachableException($"No text is defined for {reason.GetType().Name}."),
        };

    private static string Format(ReviewRejected why) =>
        why.IsLastRound ? $"round {why.Review.Round} of {why.Review.MaxRounds} ends with {why.Summary}"
        : why.Before is null ? $"the fixes for earlier findings failed: {why.Summary}"
        : $"findings do not get fewer ({why.Before} in the round before): {why.Summary}";

    private static string Format(OutagesReported why)
    {
        var steps = why.Steps.Select(step => Format(step));
        if (why.Run is null)
        {
            return string.Join(' ', steps);
        }
        var open = why.Open.Select(outage => $"{NameOf(outage.Account)}: {outage.Reason.TrimEnd('.')}.");
        var cure = $"Its tasks wait and continue by themselves; at once: orchestrate retry {why.Run}/TASK";
        return string.Join(' ', open.Append(cure).Concat(steps));
    }

    private static IEnumerable<string> Format(IReadOnlyList<string>? tasks) =>
        tasks is null
            ? []
            : [$"Another plan was made: {Plural.Of(tasks.Count, "task")} ({string.Join(", ", tasks.Take(MostTasksOfPlan))})."];

    private static string Ended(RunEndedWithoutTask why) =>
        why.By is not null ? $"its run was {Format(why.By)}"
        : why.State is not null ? $"its run has ended: {why.State}"
        : "its run has ended without it";

    private static string InParentheses(Reason? reason) => reason is null ? "" : $" ({Format(reason)})";

    private static string OnStaging(bool? hasUnlanded) => hasUnlanded == false ? "" : "; merged work stays on staging";

    private static string ListFirst(IReadOnlyList<string> tasks) =>
        string.Join(", ", tasks.Take(MostNamed)) + (tasks.Count > MostNamed ? $" and {tasks.Count - MostNamed} more" : "");

    private static string Clause(Quote quote) => quote.Text.TrimEnd('.');

    private static string Minutes(TimeSpan pause) => pause.TotalMinutes.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Minute(DateTimeOffset time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.UtcDateTime:yyyy-MM-dd HH:mm}Z");

    private static string Second(DateTimeOffset time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z");
}
