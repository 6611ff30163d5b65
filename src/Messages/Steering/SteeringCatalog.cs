using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>
/// Catalog of the steering commands with which users control a run. Each new command needs an entry here, a handler in the workflow, and
/// messages for the workflow's answers. The client, command line, API, web page and documentation are derived from the entry.
/// </summary>
public static class SteeringCatalog
{
    /// <summary>Name of the argument for a budget's new limit.</summary>
    public const string Amount = "amount";

    /// <summary>Name of the argument for a budget's scope.</summary>
    public const string BudgetKind = "of";

    /// <summary>Name of the argument for instructions to the agent.</summary>
    public const string Guidance = "guidance";

    /// <summary>Name of the argument for the reason of a decision.</summary>
    public const string Reason = "reason";

    /// <summary>Name of the argument that selects how a run continues.</summary>
    public const string Way = "how";

    /// <summary>Name of the argument for the branch to land on.</summary>
    public const string Target = "target";

    private static readonly SteeringCommandParameter _target = new(
        Target,
        "Land on this branch from now on, for example because the run's target was renamed"
    )
    {
        Placeholder = "BRANCH",
    };

    /// <summary>Pauses a run or a task.</summary>
    public static SteeringCommandDefinition Pause { get; } =
        new(
            "pause",
            SteeringTargetKinds.Run | SteeringTargetKinds.Task,
            "Pause a run or one task; agents keep their conversations",
            (input, _) =>
                input.Task is { } task
                    ? new SteeringMessage(WorkflowMessageNames.Pause, new TaskSteeringArguments(task))
                    {
                        Refuse = run => WorkerlessRunCommandValidator.OfPause(run, task),
                    }
                    : new SteeringMessage(WorkflowMessageNames.Pause, null) { Reached = run => run.Paused }
        )
        {
            Examples = ["orchestrate pause", "orchestrate pause run-tasks-3f9a1c/parser"],
        };

    /// <summary>Resumes a run or a task.</summary>
    public static SteeringCommandDefinition Resume { get; } =
        new(
            "resume",
            SteeringTargetKinds.Run | SteeringTargetKinds.Task,
            "Continue a run or a paused task",
            (input, _) => new SteeringMessage(WorkflowMessageNames.Resume, input.Task is { } task ? new TaskSteeringArguments(task) : null)
        );

    /// <summary>Wire name of <see cref="Cancel"/> for a task.</summary>
    public const string CancelTaskUpdate = "cancelTask";

    /// <summary>Ends a run or a task.</summary>
    public static SteeringCommandDefinition Cancel { get; } =
        new(
            "cancel",
            SteeringTargetKinds.Run | SteeringTargetKinds.Task,
            "End a run or one task; merged work stays on the staging branch",
            (input, _) =>
                input.Task is { } task
                    ? new SteeringMessage(CancelTaskUpdate, new TaskSteeringArguments(task, By: input.By))
                    : Ending(input)
        );

    /// <summary>Ends a run and reverts its landing.</summary>
    public static SteeringCommandDefinition Abort { get; } =
        new("abort", SteeringTargetKinds.Run, "End a run and revert its landing", (input, _) => Ending(input))
        {
            Withdraws = _ => true,
            AcceptsEnded = true,
            Continues = false,
        };

    /// <summary>Wire name of <see cref="Retry"/>.</summary>
    public const string RetryTaskUpdate = "retryTask";

    /// <summary>Retries a task, or resumes a waiting task immediately.</summary>
    public static SteeringCommandDefinition Retry { get; } =
        new(
            "retry",
            SteeringTargetKinds.Task,
            "Retry a task",
            (input, _) =>
                new SteeringMessage(RetryTaskUpdate, new TaskSteeringArguments(input.RequiredTask, input.Text(Guidance), input.By))
                {
                    Refuse = run => WorkerlessRunCommandValidator.OfRetry(run, input.RequiredTask),
                }
        )
        {
            Decision = RetryTaskUpdate,
            Arguments = [new SteeringCommandParameter(Guidance, "Guidance for the agent's next attempt")],
            Examples = ["orchestrate retry run-tasks-3f9a1c/parser --guidance \"Use the standard library.\""],
        };

    /// <summary>Wire name of <see cref="Skip"/>.</summary>
    public const string SkipTaskUpdate = "skipTask";

    /// <summary>Skips a task, so that the task counts as done although its work is not merged.</summary>
    public static SteeringCommandDefinition Skip { get; } =
        new(
            "skip",
            SteeringTargetKinds.Task,
            "Count a task as done without its changes",
            (input, _) =>
                new SteeringMessage(SkipTaskUpdate, new TaskSteeringArguments(input.RequiredTask, By: input.By))
                {
                    Refuse = run => WorkerlessRunCommandValidator.OfSkip(run, input.RequiredTask),
                }
        )
        {
            Decision = SkipTaskUpdate,
            Examples = ["orchestrate skip run-tasks-3f9a1c/parser"],
        };

    /// <summary>Wire name of <see cref="Approve"/>.</summary>
    public const string ApproveUpdate = "approve";

    /// <summary>Approves the plan or the task that an open question is about.</summary>
    public static SteeringCommandDefinition Approve { get; } =
        new(
            "approve",
            SteeringTargetKinds.Question,
            "Approve the plan or task that a run asks about",
            (input, _) =>
                new SteeringMessage(ApproveUpdate, new ApprovalDecisionArguments(input.RequiredTask, By: input.By) { Shown = input.Shown })
                {
                    Refuse = run => WorkerlessRunCommandValidator.OfApprove(run, input.RequiredTask),
                }
        )
        {
            Decision = ApproveUpdate,
            Examples = ["orchestrate approve plan", "orchestrate approve run-tasks-3f9a1c/parser --detach"],
            Questions = input => [input.RequiredTask],
        };

    /// <summary>Wire name of <see cref="Reject"/>.</summary>
    public const string RejectUpdate = "reject";

    /// <summary>Rejects the plan or the task that an open question is about.</summary>
    public static SteeringCommandDefinition Reject { get; } =
        new(
            "reject",
            SteeringTargetKinds.Question,
            "Reject the plan or task that a run asks about",
            (input, _) =>
                new SteeringMessage(
                    RejectUpdate,
                    new ApprovalDecisionArguments(input.RequiredTask, input.Text(Reason), input.By) { Shown = input.Shown }
                )
                {
                    Reached = input.RequiredTask == RunQuestion.Plan ? IsOver : null,
                    Refuse = run => WorkerlessRunCommandValidator.OfReject(run, input.RequiredTask),
                }
        )
        {
            Decision = RejectUpdate,
            Examples = ["orchestrate reject plan --reason \"too many files\""],
            Arguments = [new SteeringCommandParameter(Reason, "The reason for the rejection")],
            Questions = input => [input.RequiredTask],
        };

    /// <summary>Wire name of <see cref="Promote"/>.</summary>
    public const string PromoteUpdate = "promote";

    /// <summary>Lands a run after a refused landing, or when the run is waiting for a user to start the landing.</summary>
    public static SteeringCommandDefinition Promote { get; } =
        new("promote", SteeringTargetKinds.Run, "Land a run that waits for its target branch", (input, _) => Landing(input))
        {
            Decision = PromoteUpdate,
            Arguments = [_target],
            Lands = true,
            Continues = false,
            Questions = _ => RunQuestion.OfPromote,
        };

    /// <summary>Wire name of <see cref="LandMerged"/>.</summary>
    public const string LandMergedUpdate = "landMerged";

    /// <summary>Lands the merged tasks of a run.</summary>
    public static SteeringCommandDefinition LandMerged { get; } =
        new(
            "land-merged",
            SteeringTargetKinds.Run,
            "Land merged work; the rest stays open",
            (input, before) =>
                new SteeringMessage(LandMergedUpdate, LandingOf(input))
                {
                    Reached = run => run.LandedCommit != before.LandedCommit && run.State != RunStateNames.Landing,
                    Refuse = WorkerlessRunCommandValidator.OfLandMerged,
                }
        )
        {
            Decision = LandMergedUpdate,
            Arguments = [_target],
            Lands = true,
            Continues = false,
            Questions = _ => RunQuestion.OfLandMerged,
        };

    /// <summary>Wire name of <see cref="MergeNext"/>.</summary>
    public const string MergeNextUpdate = "mergeNext";

    /// <summary>Merges a verified task before all other waiting tasks.</summary>
    public static SteeringCommandDefinition MergeNext { get; } =
        new(
            "merge-next",
            SteeringTargetKinds.Task,
            "Merge a verified task before all others that wait",
            (input, _) =>
                new SteeringMessage(MergeNextUpdate, new TaskSteeringArguments(input.RequiredTask, By: input.By))
                {
                    Refuse = run => WorkerlessRunCommandValidator.OfMergeNext(run, input.RequiredTask),
                }
        );

    /// <summary>Wire name of <see cref="Resolve"/>.</summary>
    public const string ResolveEscalationUpdate = "resolveEscalation";

    /// <summary>Decides how an escalated run continues.</summary>
    public static SteeringCommandDefinition Resolve { get; } =
        new(
            "resolve",
            SteeringTargetKinds.Run,
            "Decide how to continue a run that can't continue by itself",
            (input, _) =>
                new SteeringMessage(
                    ResolveEscalationUpdate,
                    new ResolveEscalationArguments(input.Text(Way), input.Text(Reason), input.By)
                    {
                        Tasks = input.Tasks,
                        Shown = input.Shown,
                    }
                )
                {
                    Reached = input.Text(Way) == EscalationResolutionKinds.Abort ? IsOver : null,
                    Refuse = WorkerlessRunCommandValidator.OfResolve,
                    Unchanged = SteeringNoEffectCause.Failed,
                }
        )
        {
            Decision = ResolveEscalationUpdate,
            Withdraws = input => input.Text(Way) == EscalationResolutionKinds.Abort,
            Arguments =
            [
                new SteeringCommandParameter(
                    Way,
                    $"'{EscalationResolutionKinds.ManualFix}': your commits on the run's staging branch repair the run; "
                        + $"'{EscalationResolutionKinds.Replan}': the planner "
                        + "replaces the failed tasks"
                )
                {
                    IsRequired = true,
                    Placeholder = "WAY",
                    Values = EscalationResolutionKinds.All,
                },
                new SteeringCommandParameter(Reason, "Reason to record in the run; with replan, also passed to the planner"),
            ],
            Lands = true,
            Questions = _ => RunQuestion.OfResolve,
        };

    /// <summary>Wire name of <see cref="RaiseBudget"/>.</summary>
    public const string RaiseBudgetUpdate = "raiseBudget";

    /// <summary>Raises a budget of a run or a task.</summary>
    public static SteeringCommandDefinition RaiseBudget { get; } =
        new(
            "budget",
            SteeringTargetKinds.Run | SteeringTargetKinds.Task,
            "Raise a budget, so that waiting work continues",
            (input, _) => Raise(input)
        )
        {
            Decision = RaiseBudgetUpdate,
            Arguments =
            [
                new(Amount, "The new limit in US dollars, such as 20, or in tokens, such as '2M tokens'; must exceed the spent amount")
                {
                    IsRequired = true,
                    Placeholder = "AMOUNT",
                    Check = (text, _) => BudgetAmount.TryRead(text) is null ? $"'{text}' is not a valid budget." : null,
                    Cure = $"Specify {BudgetAmount.Accepts}.",
                },
                new(BudgetKind, "Kind of the budget: run, task, attempt, day or account (default: task if a task is given, or else run)")
                {
                    Placeholder = "WHAT",
                    Check = (kind, input) =>
                        !BudgetKinds.All.Contains(kind) ? $"The budget '{kind}' is unknown."
                        : IsOfTask(kind) && input.Task is null ? $"A budget of '{kind}' needs a task."
                        : null,
                    Cure = $"Use {string.Join(", ", BudgetKinds.All)}; specify RUN/TASK for a budget of a task.",
                },
            ],
        };

    /// <summary>All steering commands, in the order in which the documentation lists them.</summary>
    public static IReadOnlyList<SteeringCommandDefinition> All { get; } =
    [Approve, Reject, Pause, Resume, Cancel, Abort, Promote, LandMerged, Resolve, RaiseBudget, Retry, Skip, MergeNext];

    /// <summary>Definitions with a command line of their own. The others belong to another command, such as <c>land</c>.</summary>
    public static IEnumerable<SteeringCommandDefinition> CommandLines => All.Where(command => command.Examples.Count > 0);

    /// <summary>
    /// True if a command is a decision. Runs with <c>require_proof</c> accept decisions only with a signature. Commands to pause, resume
    /// and cancel are not decisions, so any user may send them.
    /// </summary>
    /// <param name="name">Wire name of the command.</param>
    public static bool IsDecision(string name) => name == WorkflowMessageNames.AddTasks || All.Any(command => command.Decision == name);

    private static SteeringMessage Ending(SteeringCommandUserInput input) =>
        new(WorkflowMessageNames.Cancel, new RunSteeringArguments(By: input.By)) { Reached = IsOver };

    private static bool IsOver(RunStatus run) => RunStateNames.IsFinal(run.State);

    private static SteeringMessage Landing(SteeringCommandUserInput input) =>
        new(PromoteUpdate, LandingOf(input))
        {
            Reached = run => run.State == RunStateNames.Completed,
            Refuse = WorkerlessRunCommandValidator.OfPromote,
        };

    private static RunSteeringArguments LandingOf(SteeringCommandUserInput input) =>
        new(By: input.By) { Shown = input.Shown, Target = input.Text(Target) is { Length: > 0 } target ? target : null };

    private static SteeringMessage Raise(SteeringCommandUserInput input)
    {
        var amount = BudgetAmount.TryRead(input.Text(Amount))!;
        var kind =
            input.Text(BudgetKind) is { Length: > 0 } named ? named
            : input.Task is null ? BudgetKinds.Run
            : BudgetKinds.Task;
        var task = IsOfTask(kind) ? input.RequiredTask : "";
        var command = new RaiseBudgetArguments(kind, amount.Usd, amount.Tokens, task, input.By);
        return new SteeringMessage(RaiseBudgetUpdate, command)
        {
            Refuse = run => WorkerlessRunCommandValidator.OfRaise(run, command),
            Unchanged = SteeringNoEffectCause.Refused,
        };
    }

    private static bool IsOfTask(string kind) => kind is BudgetKinds.Task or BudgetKinds.Attempt;
}
