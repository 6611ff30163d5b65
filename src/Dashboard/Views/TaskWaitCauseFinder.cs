namespace Orchestrator.Dashboard.Views;

/// <summary>
/// Explains why a task is waiting. Follows each cause of a wait to its own cause until the root cause is found. Uses only the recorded
/// state of the run.
/// </summary>
/// <param name="run">Run with all its tasks.</param>
public sealed class TaskWaitCauseFinder(RunStatus run)
{
    private const int Longest = 1000;
    private readonly Dictionary<string, RunTaskStatus> _tasks = run.Tasks.ToDictionary(task => task.Id, StringComparer.Ordinal);
    private readonly int _atWork = run.Tasks.Count(task => TaskStateNames.HoldsSlot(task.State) && task.State != TaskStateNames.Queued);

    /// <summary>Returns the chain of waits from a task to the root cause, or an empty list if the task is done.</summary>
    /// <param name="id">Id of the task.</param>
    public IReadOnlyList<TaskWaitCause> Of(string id)
    {
        var links = new List<TaskWaitCause>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (_tasks.GetValueOrDefault(id) is { } task && seen.Add(id) && links.Count < Longest)
        {
            var (link, next) = Next(task);
            if (link is not null)
            {
                links.Add(link);
            }
            if (next is null)
            {
                break;
            }
            id = next;
        }
        return links;
    }

    /// <summary>Describes why a gate is waiting. The text is appended to the name of the gate.</summary>
    public static string Describe(WaitingGateStatus wait) =>
        $"waits for {wait.HolderGate} of "
        + (
            wait.HolderTask.Length > 0 ? $"{wait.HolderRun}/{wait.HolderTask}"
            : wait.HolderRun.Length > 0 ? wait.HolderRun
            : "'orchestrate verify'"
        )
        + (wait.Exclusive is { } name ? $", because both need {name}" : ", because one of them runs alone after they conflicted");

    // As long as the run has not started any task, the cause is not a missing slot.
    private TaskWaitCause? BeforeWork(string task) =>
        run.State switch
        {
            RunStateNames.AwaitingApproval when run.Questions.FirstOrDefault(asked => asked.Id == RunQuestion.Plan) is { } plan =>
                new TaskWaitCause(task, "waits until the plan is approved", plan.Ways is [var approve, ..] ? approve.Command : null),
            RunStateNames.AwaitingApproval or RunStateNames.Planning or RunStateNames.Preparing => new TaskWaitCause(
                task,
                $"waits until the run starts tasks; the run is {run.State}",
                null
            ),
            _ => null,
        };

    private (TaskWaitCause? Link, string? Next) Next(RunTaskStatus task)
    {
        if (TaskStateNames.IsDone(task.State))
        {
            return (null, null);
        }
        if (run.Questions.FirstOrDefault(question => question.Id == task.Id) is { } question)
        {
            return (
                new TaskWaitCause(task.Id, $"waits for a user: {question.Question}", question.Ways is [var way, ..] ? way.Command : null),
                null
            );
        }
        if (task.Paused)
        {
            return (new TaskWaitCause(task.Id, "is paused by a user", $"orchestrate resume {run.RunId}/{task.Id}"), null);
        }
        if (task.Outage is { } account && run.Outages.FirstOrDefault(outage => outage.Account == account) is { } outage)
        {
            var until = outage.Until is { } time ? $" until {DashboardValueFormatter.Time(time)}" : "";
            return (new TaskWaitCause(task.Id, $"waits{until}: {outage.Reason}", null), null);
        }
        if (run.Waiting.FirstOrDefault(waiting => waiting.Task == task.Id) is { } wait)
        {
            return (
                new TaskWaitCause(task.Id, $"has a waiting gate: {wait.Gate} {Describe(wait)}", null),
                wait.HolderRun == run.RunId && wait.HolderTask.Length > 0 ? wait.HolderTask : null
            );
        }
        if (task.State == TaskStateNames.Merging && task.QueuePosition is { } place)
        {
            return (new TaskWaitCause(task.Id, $"is number {place.ToString(CultureInfo.InvariantCulture)} in the merge queue", null), null);
        }
        if (task.State == TaskStateNames.Pending && task.DependsOn.FirstOrDefault(IsUnmet) is { } need)
        {
            return (new TaskWaitCause(task.Id, $"waits for {need}, which is {_tasks[need].State}", null), need);
        }
        if (task.Reason.Length > 0)
        {
            return (new TaskWaitCause(task.Id, $"{task.State}: {task.Reason}", null), null);
        }
        return (NextOfRun(task), null);

        bool IsUnmet(string need) => _tasks.TryGetValue(need, out var other) && !TaskStateNames.IsDone(other.State);
    }

    /// <summary>Describes why the run is delaying a task, or describes the current activity of a running task.</summary>
    private TaskWaitCause NextOfRun(RunTaskStatus task)
    {
        if (run.Paused)
        {
            return new TaskWaitCause(
                task.Id,
                "waits because the run is paused",
                $"orchestrate {(run.Away is null ? "resume" : "move")} {run.RunId}"
            );
        }
        if (task.State == TaskStateNames.Pending && BeforeWork(task.Id) is { } early)
        {
            return early;
        }
        if (run.Held is [var hold, ..] && task.State is TaskStateNames.Pending or TaskStateNames.Queued)
        {
            return new TaskWaitCause(
                task.Id,
                $"waits because {hold.By} holds new agents{(hold.Reason.Length > 0 ? $": {hold.Reason}" : "")}",
                "orchestrate release"
            );
        }
        if (run.Abandoned is true)
        {
            return new TaskWaitCause(task.Id, "waits because no process is working on the run", $"orchestrate resume {run.RunId}");
        }
        if (task.State is TaskStateNames.Pending or TaskStateNames.Queued)
        {
            return WaitOfReady(task.Id);
        }
        return new TaskWaitCause(task.Id, $"is at work: {task.State}{(task.Doing is { Length: > 0 } doing ? ", " + doing : "")}", null);
    }

    /// <summary>Describes the wait of a task whose dependencies are done.</summary>
    private TaskWaitCause WaitOfReady(string task) =>
        new(
            task,
            run.State != RunStateNames.Executing ? $"waits because the run is {RunLivenessClassifier.Describe(run)}"
                : _atWork >= run.Workers ? $"waits for a free slot: {_atWork} of {run.Workers} are in use"
                : "is about to start",
            null
        );
}

/// <summary>A waiting task, the cause of its wait, and a command that ends the wait.</summary>
/// <param name="Task">Id of the task.</param>
/// <param name="Why">Cause of the wait, which is appended to the name of the task.</param>
/// <param name="Command">Command that ends the wait, or null if no command can.</param>
public sealed record TaskWaitCause(string Task, string Why, string? Command);
