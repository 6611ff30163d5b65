using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>
/// All steering commands, with which users control a run. A new command needs an entry here, a handler in the workflow, and the sentences
/// of its answer. The client, the command line, the API, the web page and their documentation are derived from the entry.
/// </summary>
public static class SteeringCatalog
{
    /// <summary>Name of the argument with a budget's new limit.</summary>
    public const string Amount = "amount";

    /// <summary>Name of the argument with a budget's scope.</summary>
    public const string BudgetKind = "of";

    /// <summary>Name of the argument with text for the agent.</summary>
    public const string Guidance = "guidance";

    /// <summary>Name of the argument with the reason for a decision.</summary>
    public const string Reason = "reason";

    /// <summary>Name of the argument that selects how a run continues.</summary>
    public const string Way = "how";

    /// <summary>Name of the argument with the branch to land on.</summary>
    public const string Target = "target";

    private static readonly SteeringArgument _target = new(
        Target,
        "Land on this branch from now on, for example because the run's target was renamed"
    )
    {
        Placeholder = "BRANCH",
    };

    /// <summary>Pauses a run or a task.</summary>
    public static SteeringDefinition Pause { get; } =
        new(
            "pause",
            SteeringTargets.Run | SteeringTargets.Task,
            "Pause a run or one task; agents keep their conversation",
            (input, _) =>
                input.Task is { } task
                    ? new SteeringMessage(MessageNames.Pause, new TaskCommand(task))
                    {
                        Refuse = run => RecordedStatusCheck.OfPause(run, task),
                    }
                    : new SteeringMessage(MessageNames.Pause, null) { Reached = run => run.Paused }
        );

    /// <summary>Resumes a run or a task.</summary>
    public static SteeringDefinition Resume { get; } =
        new(
            "resume",
            SteeringTargets.Run | SteeringTargets.Task,
            "Continue a run or a paused task",
            (input, _) => new SteeringMessage(MessageNames.Resume, input.Task is { } task ? new TaskCommand(task) : null)
        );

    /// <summary>Ends a run or a task.</summary>
    public static SteeringDefinition Cancel { get; } =
        new(
            "cancel",
            SteeringTargets.Run | SteeringTargets.Task,
            "End a run or one task; merged work stays on staging",
            (input, _) =>
                input.Task is { } task ? new SteeringMessage(MessageNames.CancelTask, new TaskCommand(task, By: input.By)) : Ending(input)
        );

    /// <summary>Ends a run and reverts its landing.</summary>
    public static SteeringDefinition Abort { get; } =
        new("abort", SteeringTargets.Run, "End a run and revert its landing", (input, _) => Ending(input) with { Withdraws = true })
        {
            AcceptsEnded = true,
            Continues = false,
        };

    /// <summary>Retries a task, or resumes a waiting task immediately.</summary>
    public static SteeringDefinition Retry { get; } =
        new(
            "retry",
            SteeringTargets.Task,
            "Try a task again",
            (input, _) =>
                new SteeringMessage(MessageNames.RetryTask, new TaskCommand(input.RequiredTask, input.Text(Guidance), input.By))
                {
                    Refuse = run => RecordedStatusCheck.OfRetry(run, input.RequiredTask),
                }
        )
        {
            Decision = MessageNames.RetryTask,
            Arguments = [new SteeringArgument(Guidance, "Guidance for the agent's next attempt")],
        };

    /// <summary>Skips a task: it counts as done, and its work is not merged.</summary>
    public static SteeringDefinition Skip { get; } =
        new(
            "skip",
            SteeringTargets.Task,
            "Count a task as done without changes",
            (input, _) =>
                new SteeringMessage(MessageNames.SkipTask, new TaskCommand(input.RequiredTask, By: input.By))
                {
                    Refuse = run => RecordedStatusCheck.OfSkip(run, input.RequiredTask),
                }
        )
        {
            Decision = MessageNames.SkipTask,
        };

    /// <summary>Approves the request that a question is about.</summary>
    public static SteeringDefinition Approve { get; } =
        new(
            "approve",
            SteeringTargets.Question,
            "Approve a question of a run",
            (input, _) =>
                new SteeringMessage(MessageNames.Approve, new ApprovalCommand(input.RequiredTask, By: input.By) { Shown = input.Shown })
                {
                    Refuse = run => RecordedStatusCheck.OfApprove(run, input.RequiredTask),
                }
        )
        {
            Decision = MessageNames.Approve,
            Questions = input => [input.RequiredTask],
        };

    /// <summary>Rejects the request that a question is about.</summary>
    public static SteeringDefinition Reject { get; } =
        new(
            "reject",
            SteeringTargets.Question,
            "Reject a question of a run",
            (input, _) =>
                new SteeringMessage(
                    MessageNames.Reject,
                    new ApprovalCommand(input.RequiredTask, input.Text(Reason), input.By) { Shown = input.Shown }
                )
                {
                    Reached = input.RequiredTask == RunQuestion.Plan ? IsOver : null,
                    Refuse = run => RecordedStatusCheck.OfReject(run, input.RequiredTask),
                }
        )
        {
            Decision = MessageNames.Reject,
            Arguments = [new SteeringArgument(Reason, "The reason for the rejection")],
            Questions = input => [input.RequiredTask],
        };

    /// <summary>Lands a run whose landing was refused or needs a user.</summary>
    public static SteeringDefinition Promote { get; } =
        new("promote", SteeringTargets.Run, "Land a run that waits for its target branch", (input, _) => Landing(input))
        {
            Decision = MessageNames.Promote,
            Arguments = [_target],
            Lands = true,
            Continues = false,
            Questions = _ => RunQuestion.OfPromote,
        };

    /// <summary>Lands the merged tasks of a run.</summary>
    public static SteeringDefinition LandMerged { get; } =
        new(
            "land-merged",
            SteeringTargets.Run,
            "Land merged work; the rest stays open",
            (input, before) =>
                new SteeringMessage(MessageNames.LandMerged, LandingOf(input))
                {
                    Reached = run => run.LandedCommit != before.LandedCommit && run.State != RunStates.Landing,
                    Refuse = RecordedStatusCheck.OfLandMerged,
                }
        )
        {
            Decision = MessageNames.LandMerged,
            Arguments = [_target],
            Lands = true,
            Continues = false,
            Questions = _ => RunQuestion.OfLandMerged,
        };

    /// <summary>Merges a verified task before all other waiting tasks.</summary>
    public static SteeringDefinition MergeNext { get; } =
        new(
            "merge-next",
            SteeringTargets.Task,
            "Merge a verified task before all others that wait",
            (input, _) =>
                new SteeringMessage(MessageNames.MergeNext, new TaskCommand(input.RequiredTask, By: input.By))
                {
                    Refuse = run => RecordedStatusCheck.OfMergeNext(run, input.RequiredTask),
                }
        );

    /// <summary>Decides how an escalated run continues.</summary>
    public static SteeringDefinition Resolve { get; } =
        new(
            "resolve",
            SteeringTargets.Run,
            "Decide how to continue a run that can't continue by itself",
            (input, _) =>
                new SteeringMessage(
                    MessageNames.ResolveEscalation,
                    new ResolutionCommand(input.Text(Way), input.Text(Reason), input.By) { Tasks = input.Tasks, Shown = input.Shown }
                )
                {
                    Reached = input.Text(Way) == Resolutions.Abort ? IsOver : null,
                    Withdraws = input.Text(Way) == Resolutions.Abort,
                    Refuse = RecordedStatusCheck.OfResolve,
                    Unchanged = NoChangeMeaning.Failed,
                }
        )
        {
            Decision = MessageNames.ResolveEscalation,
            Arguments =
            [
                new SteeringArgument(
                    Way,
                    $"'{Resolutions.ManualFix}': your commits on its staging branch repair it; '{Resolutions.Replan}': the planner "
                        + "replaces the failed tasks"
                )
                {
                    IsRequired = true,
                    Placeholder = "WAY",
                    Values = Resolutions.All,
                },
                new SteeringArgument(Reason, "The reason, for the record of the run; with replan the planner reads it, too"),
            ],
            Lands = true,
            Questions = _ => RunQuestion.OfResolve,
        };

    /// <summary>Raises a budget of a run or a task.</summary>
    public static SteeringDefinition RaiseBudget { get; } =
        new(
            "budget",
            SteeringTargets.Run | SteeringTargets.Task,
            "Raise a budget, so that waiting work continues",
            (input, _) => Raise(input)
        )
        {
            Decision = MessageNames.RaiseBudget,
            Arguments =
            [
                new(Amount, "The new limit: US dollars such as 20, or tokens such as '2M tokens'. It must exceed the spent amount")
                {
                    IsRequired = true,
                    Placeholder = "AMOUNT",
                    Check = (text, _) => BudgetAmount.TryRead(text) is null ? $"'{text}' is not a valid budget." : null,
                    Cure = $"Specify {BudgetAmount.Accepts}.",
                },
                new(BudgetKind, "Kind of the budget: run, task, attempt, day or account (default: run, or task if one is given)")
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
    public static IReadOnlyList<SteeringDefinition> All { get; } =
    [Approve, Reject, Pause, Resume, Cancel, Abort, Promote, LandMerged, Resolve, RaiseBudget, Retry, Skip, MergeNext];

    /// <summary>
    /// True if a command is a decision. Runs with <c>require_proof</c> accept decisions only with a signature. Commands to pause, resume
    /// and cancel are not decisions, so any user may send them.
    /// </summary>
    /// <param name="name">Wire name of the command.</param>
    public static bool IsDecision(string name) => name == MessageNames.AddTasks || All.Any(command => command.Decision == name);

    private static SteeringMessage Ending(SteeringInput input) =>
        new(MessageNames.Cancel, new PersonCommand(By: input.By)) { Reached = IsOver };

    private static bool IsOver(RunStatus run) => RunStates.IsFinal(run.State);

    private static SteeringMessage Landing(SteeringInput input) =>
        new(MessageNames.Promote, LandingOf(input))
        {
            Reached = run => run.State == RunStates.Completed,
            Refuse = RecordedStatusCheck.OfPromote,
        };

    private static PersonCommand LandingOf(SteeringInput input) =>
        new(By: input.By) { Shown = input.Shown, Target = input.Text(Target) is { Length: > 0 } target ? target : null };

    private static SteeringMessage Raise(SteeringInput input)
    {
        var amount = BudgetAmount.TryRead(input.Text(Amount))!;
        var kind =
            input.Text(BudgetKind) is { Length: > 0 } named ? named
            : input.Task is null ? BudgetKinds.Run
            : BudgetKinds.Task;
        var task = IsOfTask(kind) ? input.RequiredTask : "";
        var command = new RaiseBudgetCommand(kind, amount.Usd, amount.Tokens, task, input.By);
        return new SteeringMessage(MessageNames.RaiseBudget, command)
        {
            Refuse = run => RecordedStatusCheck.OfRaise(run, command),
            Unchanged = NoChangeMeaning.Refused,
        };
    }

    private static bool IsOfTask(string kind) => kind is BudgetKinds.Task or BudgetKinds.Attempt;
}
