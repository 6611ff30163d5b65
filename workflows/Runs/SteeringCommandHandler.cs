using System.Linq.Expressions;
using Orchestrator.Workflows.Messages;

namespace Orchestrator.Workflows.Runs;

/// <summary>A signal to be sent to the workflow of a task.</summary>
/// <param name="Signal">Expression that calls the signal method.</param>
internal sealed record OutgoingTaskWorkflowSignal(string Task, Expression<Func<ITaskWorkflow, Task>> Signal);

/// <summary>Result of a command, with the signals to be sent to tasks.</summary>
internal sealed record SteeringResult(SteeringUpdateResult Answer, params IReadOnlyList<OutgoingTaskWorkflowSignal> Tell)
{
    public static SteeringResult As(string message, params IReadOnlyList<OutgoingTaskWorkflowSignal> tell) =>
        new(new SteeringUpdateResult(message, true), tell);

    /// <summary>Creates the result of a command that applies to the whole run. Its message is a sentence that names the run.</summary>
    public static SteeringResult OfRun(string message, bool changed, params IReadOnlyList<OutgoingTaskWorkflowSignal> tell) =>
        new(new SteeringUpdateResult(message, changed, NamesRun: true), tell);

    /// <summary>Creates the result of a command that changed nothing.</summary>
    public static SteeringResult Unchanged(string message, params IReadOnlyList<OutgoingTaskWorkflowSignal> tell) =>
        new(new SteeringUpdateResult(message, false), tell);
}

/// <summary>
/// Applies users' commands to the state of a run. Commands are idempotent. The methods that check a command return a refusal, or null if
/// the command is valid, and change nothing.
/// </summary>
internal sealed class SteeringCommandHandler(RunWorkflowState state)
{
    /// <summary>Maximum number of tasks listed when a command names an unknown task.</summary>
    private const int MostNamed = 20;

    /// <summary>Patch id: merged work can also land while tasks wait for users.</summary>
    private const string WhileTasksWait = "land-merged-while-tasks-wait";

    private RunTaskTracker Board => state.Board;

    public string? RefuseTask(TaskSteeringArguments? command = null) =>
        command is null || Board.TryFind(command.Task) is not null ? null : NoTask(command.Task);

    public string? RefusePause(TaskSteeringArguments? command = null) =>
        RefuseTask(command)
        ?? (command is null ? null : SteeringRefusals.OfPause(command.Task, StateOf(command.Task), Board.Find(command.Task).AtWork));

    public string? RefuseRetry(TaskSteeringArguments command) =>
        RefuseTask(command)
        ?? SteeringRefusals.OfRetry(
            state.RunId,
            command.Task,
            StateOf(command.Task),
            Board.Find(command.Task) is { AtWork: true, Progress.State: not (TaskStateNames.Blocked or TaskStateNames.Parked) },
            Board.Find(command.Task).Progress.Answers is [.., var last] ? last : null
        );

    public string? RefuseSkip(TaskSteeringArguments command) =>
        RefuseTask(command) ?? SteeringRefusals.OfSkip(state.IsPlanner(Board.Find(command.Task)), StateOf(command.Task));

    public string? RefuseMergeNext(TaskSteeringArguments command) =>
        RefuseTask(command) ?? SteeringRefusals.OfMergeNext(command.Task, StateOf(command.Task));

    public string? RefusePromote(RunSteeringArguments? command = null) =>
        state.Run.State == RunStateNames.Completed
            ? null
            : SteeringRefusals.OfPromote(state.RunId, state.Run.State, state.IsPromotionOverdue)
                ?? UserQuestionBuilder.RefuseOther(state, command?.Shown ?? "", RunQuestion.OfPromote);

    public string? RefuseLandMerged(RunSteeringArguments? command = null) =>
        SteeringRefusals.OfLandMerged(state.RunId, state.Run.State, state.HasUnlanded, state.IsPromotionOverdue, state.IsUnreviewed)
        ?? UserQuestionBuilder.RefuseOther(state, command?.Shown ?? "", RunQuestion.OfLandMerged);

    public string? RefuseResolve(ResolveEscalationArguments command)
    {
        if (
            (
                SteeringRefusals.OfResolve(state.RunId, state.Run.State)
                ?? UserQuestionBuilder.RefuseOther(state, command.Shown, RunQuestion.OfResolve)
            ) is
            { } refusal
        )
        {
            return refusal;
        }
        if (state.Resolution is { } other)
        {
            return $"{state.RunId} is already being resolved ({other.Command.Way}, by {other.Who}).";
        }
        var open = ReadyTaskSelector.EndedBadly(Board).Select(e => e.Id).ToList();
        return (command.Tasks ?? []).FirstOrDefault(id => !open.Contains(id)) is { } unknown
            ? Board.TryFind(unknown) is { } task
                ? $"{unknown} is {task.Progress.State} and needs no resolution."
                    + (open.Count > 0 ? $" Tasks that need one: {string.Join(", ", open.Take(MostNamed))}." : "")
                : NoTask(unknown)
            : null;
    }

    public SteeringResult Pause(DateTimeOffset now)
    {
        if (state.Run.Paused)
        {
            return SteeringResult.OfRun($"{state.RunId} is already paused.", changed: false);
        }
        state.Run = state.Run with { Paused = true };
        state.Note(new PausedByUserReason(), now);
        return SteeringResult.OfRun(
            $"{state.RunId} is paused. No steps will start; running agents are interrupted and keep their conversations.",
            changed: true,
            [.. Board.AtWork.Select(Pause)]
        );
    }

    private static OutgoingTaskWorkflowSignal Pause(PlanTaskWithProgress entry)
    {
        var verifying = entry.Progress.State == TaskStateNames.Verifying ? entry.State.ReportSequence : 0;
        return new OutgoingTaskWorkflowSignal(entry.Id, task => task.PauseAsync(verifying));
    }

    public SteeringResult PauseTask(string id)
    {
        state.PausedAlone.Add(id);
        return new SteeringResult(
            new SteeringUpdateResult($"{id} is being paused.", !Board.Find(id).Progress.Paused),
            Pause(Board.Find(id))
        );
    }

    public SteeringResult Resume(DateTimeOffset now)
    {
        var was = state.Run.Paused;
        // A limit that is not reached yet stays in force, because resuming after Ctrl-C does not mean that the user lifts it.
        state.UntilLifted |= ReadyTaskSelector.IsUntilReached(state, now);
        var isAtWork = was && state.Run.State is RunStateNames.Executing or RunStateNames.Reviewing && !state.IsCancelled;
        state.Run = state.Run with { Paused = false, Why = isAtWork ? null : state.Run.Why };
        if (was)
        {
            state.Note(new ResumedByUserReason(), now);
        }
        var alone = Board.AtWork.Where(e => state.PausedAlone.Contains(e.Id)).Select(e => e.Id).ToList();
        var others = Board.AtWork.Where(e => !state.PausedAlone.Contains(e.Id)).ToList();
        var stay = alone.Count == 0 ? "" : $" Tasks that were paused by name stay paused: {string.Join(", ", alone)}.";
        var message = (was ? $"{state.RunId} continues." : $"{state.RunId} was not paused.") + stay;
        return SteeringResult.OfRun(message, was, [.. others.Select(CreateResumeMessage)]);
    }

    public SteeringResult ResumeTask(string id)
    {
        var task = Board.Find(id);
        state.PausedAlone.Remove(id);
        // The task may already be paused without having reported it.
        return task.Progress.Paused
            ? SteeringResult.As($"{id} continues.", CreateResumeMessage(task))
            : SteeringResult.Unchanged($"{id} is {StateOf(id)} and not paused.", CreateResumeMessage(task));
    }

    public SteeringResult CancelTask(TaskSteeringArguments command, DateTimeOffset now)
    {
        var (id, by) = (command.Task, DecidingUser.Of(command.By, command.Text));
        var task = Board.Find(id);
        if (TaskStateNames.IsDone(StateOf(id)) || task.State.LeftOut)
        {
            return SteeringResult.Unchanged($"{id} is already {StateOf(id)}.");
        }
        // Without its planner the run has no plan and can't land.
        task.State = task.State with
        {
            LeftOut = !state.IsPlanner(task),
        };
        if (task.AtWork)
        {
            Note(task, new CanceledByUserReason(by), now, by);
            return SteeringResult.As(
                $"{id} is being stopped; its files are kept.",
                new OutgoingTaskWorkflowSignal(id, t => t.CancelAsync())
            );
        }
        Board.End(task, TaskStateNames.Cancelled, new CanceledByUserReason(by), now, by.Who);
        return SteeringResult.As($"{id} will not run; the run lands without it.");
    }

    public SteeringResult Retry(TaskSteeringArguments command, DateTimeOffset now)
    {
        var (id, guidance, by) = (command.Task, command.Text, DecidingUser.Of(command.By, command.Text));
        var task = Board.Find(id);
        if (task.AtWork)
        {
            Note(task, new ContinuedByUserReason(by), now, by);
            state.Outages.RecordProbe(task.Outline);
            var tell = new List<OutgoingTaskWorkflowSignal> { new(id, t => t.GoOnAsync(guidance, command)) };
            // An answer to a paused task resumes the task, but a paused run keeps all its tasks paused.
            if (!state.Run.Paused)
            {
                state.PausedAlone.Remove(id);
                tell.Add(new OutgoingTaskWorkflowSignal(id, t => t.ResumeAsync()));
            }
            return SteeringResult.As($"{id} continues its conversation.", tell);
        }
        if (!task.HasEnded)
        {
            return SteeringResult.Unchanged($"{id} is {StateOf(id)} and will run.");
        }
        Board.Retry(task, guidance, now, by);
        return SteeringResult.As($"{id} will be retried.");
    }

    /// <summary>Skips a task. A running task is stopped first (<see cref="CancelTask"/>).</summary>
    /// <param name="command">Command that names the task, which is not running anymore.</param>
    /// <param name="wasAtWork">True if the task was running when the command arrived.</param>
    public SteeringResult Skip(TaskSteeringArguments command, bool wasAtWork, DateTimeOffset now)
    {
        var (id, by) = (command.Task, DecidingUser.Of(command.By, command.Text));
        var task = Board.Find(id);
        if (TaskStateNames.IsDone(StateOf(id)))
        {
            return SteeringResult.Unchanged(wasAtWork ? $"{id} was merged before it could be skipped." : $"{id} is already {StateOf(id)}.");
        }
        Board.CountAsDone(task, TaskStateNames.Waived, new TaskSkippedByUserReason(by), now, by.Who);
        return SteeringResult.As($"{id} counts as done without changes; its dependent tasks may run.");
    }

    /// <summary>Moves a waiting task to the front of the merge queue.</summary>
    public SteeringResult MergeNext(TaskSteeringArguments command, DateTimeOffset now)
    {
        var by = DecidingUser.Of(command.By);
        if (!state.Train.MoveToFront(command.Task))
        {
            return SteeringResult.Unchanged($"{command.Task} is already {StateOf(command.Task)}.");
        }
        Note(Board.Find(command.Task), new MergePriorityRequestedReason(by), now, by);
        return SteeringResult.As($"{command.Task} will be merged before all other waiting tasks; a merge in progress is completed first.");
    }

    public SteeringResult SetConcurrency(int workers)
    {
        var changed = workers != state.Run.Workers;
        state.Run = state.Run with { Workers = workers };
        return new SteeringResult(
            new SteeringUpdateResult(
                $"{state.RunId} runs {Plural.Of(workers, "agent")} at once from now on; running agents continue.",
                changed
            )
        );
    }

    public SteeringResult Promote(RunSteeringArguments? command, DateTimeOffset now)
    {
        if (state.Run.State != RunStateNames.AwaitingPromotion && !state.IsPromotionOverdue)
        {
            return SteeringResult.OfRun($"{state.RunId} is already {state.Run.State}.", changed: false);
        }
        state.PromoteAsked = true;
        RecordTarget(command);
        var by = DecidingUser.Of(command);
        state.Note(new LandingRequestedReason(by), now, by.Who);
        return SteeringResult.As("The landing will be retried.");
    }

    public SteeringResult LandMerged(RunSteeringArguments? command, DateTimeOffset now)
    {
        if (state.Run.State != RunStateNames.Escalated && !Workflow.Patched(WhileTasksWait))
        {
            return SteeringResult.OfRun($"{state.RunId} is {state.Run.State}.", changed: false);
        }
        state.LandMergedAsked = true;
        RecordTarget(command);
        var by = DecidingUser.Of(command);
        state.Note(new PartialLandingRequestedReason(by), now, by.Who);
        var merged = string.Join(", ", Board.Unlanded.Select(e => e.Id));
        return SteeringResult.As(
            $"The merged work ({PayloadSizeLimiter.Shorten(merged)}) lands if the gates of the whole run pass on it; the rest stays open."
        );
    }

    private void RecordTarget(RunSteeringArguments? command)
    {
        if (command?.Target is { Length: > 0 } target)
        {
            state.Run = state.Run with { Target = target };
        }
    }

    /// <summary>Returns a sentence that says that a task is unknown and lists the run's tasks.</summary>
    public string NoTask(string id)
    {
        var known = Board.Entries.Take(MostNamed).Select(e => e.Id).ToList();
        var more = Board.Entries.Count > known.Count ? $" and {Board.Entries.Count - known.Count} more" : "";
        return $"{state.RunId} has no task {MessageValidationFaultCollector.Quote(id)}. Its tasks are {string.Join(", ", known)}{more}.";
    }

    /// <summary>
    /// Creates the signal that resumes a task. The task occupies its slot immediately, because otherwise another task could start in that
    /// slot before the task reports.
    /// </summary>
    private OutgoingTaskWorkflowSignal CreateResumeMessage(PlanTaskWithProgress task)
    {
        Board.ResumeTask(task);
        return new OutgoingTaskWorkflowSignal(task.Id, t => t.ResumeAsync());
    }

    private void Note(PlanTaskWithProgress task, Reason what, DateTimeOffset now, DecidingUser by) =>
        state.Journal.Note(task.Id, task.Progress.State, what, now, by: by.Who);

    private string StateOf(string id) => Board.Find(id).Progress.State;
}
