namespace Orchestrator.Dashboard.Tests;

/// <summary>Runs for tests.</summary>
internal static class Runs
{
    public const string Id = "run-tasks-3f9a1c";
    public static readonly DateTimeOffset Begin = new(2026, 11, 24, 20, 0, 0, TimeSpan.Zero);

    /// <summary>A run of tasks, each written <c>ID</c> or <c>ID:NEED,NEED</c>, all pending.</summary>
    public static RunStatus Of(params string[] tasks) =>
        new()
        {
            RunId = Id,
            State = RunStateNames.Executing,
            Title = "A shop",
            Repository = "/work/shop",
            Target = "main",
            StartedAt = Begin,
            UpdatedAt = Begin,
            Since = Begin,
            Workers = 3,
            Sequence = 1,
            TaskCount = tasks.Length,
            Tasks =
            [
                .. tasks
                    .Select(text => text.Split(':'))
                    .Select(parts => new RunTaskStatus(new TaskProgress { Id = parts[0], State = TaskStateNames.Pending })
                    {
                        Title = $"Make {parts[0]}",
                        DependsOn = parts.Length > 1 ? parts[1].Split(',') : [],
                    }),
            ],
        };

    /// <summary>With a task in another state.</summary>
    public static RunStatus With(this RunStatus run, string id, Func<RunTaskStatus, RunTaskStatus> change) =>
        run with
        {
            Tasks = [.. run.Tasks.Select(task => task.Id == id ? change(task) : task)],
        };

    /// <summary>A question about a task that waits for a yes.</summary>
    public static RunQuestion Approval(string task, string question = "May it start?") =>
        new()
        {
            Id = task,
            Question = question,
            Since = Begin,
            Ways =
            [
                new SuggestedCommand(SuggestedCommandKinds.Approve, $"{Id}/{task}"),
                new SuggestedCommand(SuggestedCommandKinds.Reject, $"{Id}/{task}"),
            ],
        };
}
