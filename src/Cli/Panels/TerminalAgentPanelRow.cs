namespace Orchestrator.Cli.Panels;

/// <summary>Row of the agent panel, for a task that is in progress or waiting, or that a user could continue.</summary>
internal sealed record TerminalAgentPanelRow
{
    /// <summary>Id of the run.</summary>
    public required string Run { get; init; }

    /// <summary>Status of the task.</summary>
    public required RunTaskStatus Task { get; init; }

    /// <summary>Current action of the agent, or the reason why it is inactive. Empty if unknown.</summary>
    public required string Doing { get; init; }

    /// <summary>Folder of the task's last agent run, or null before the first one.</summary>
    public string? Start { get; init; }

    /// <summary>True if no worker is executing the run, so the run does not continue until a user resumes it.</summary>
    public bool IsAbandoned { get; init; }

    /// <summary>Name of the task in commands, as <c>RUN/TASK</c>.</summary>
    public string Name => $"{Run}/{Task.Id}";

    /// <summary>True if the task holds a slot, because its agent or its gates are running.</summary>
    public bool IsAtWork => TaskStateNames.HoldsSlot(Task.State) && !Task.Paused && !RunTaskCounts.IsHeldBack(Task);

    /// <summary>Converts the row to a document.</summary>
    public RunningTaskDocument ToDocument() =>
        new(
            Run,
            Task.Id,
            Task.State,
            Task.Paused,
            IsAtWork,
            Task.Attempt,
            Task.Starts,
            Task.StartedAt,
            Task.Since,
            Task.Cost,
            Task.Tokens,
            Doing
        );

    /// <summary>
    /// Returns the rows of open runs. Running tasks come first, followed by waiting, paused and failed tasks that a user could continue.
    /// </summary>
    /// <param name="runs">The runs.</param>
    /// <param name="environment">Environment variables of the process.</param>
    public static IReadOnlyList<TerminalAgentPanelRow> Of(IEnumerable<StoredRun> runs, IReadOnlyDictionary<string, string> environment) =>
        [
            .. runs.SelectMany(run => OfRun(run, environment))
                .OrderByDescending(row => row.IsAtWork)
                .ThenBy(row => row.Run, StringComparer.Ordinal)
                .ThenBy(row => row.Task.StartedAt ?? row.Task.Since),
        ];

    private static IEnumerable<TerminalAgentPanelRow> OfRun(StoredRun run, IReadOnlyDictionary<string, string> environment)
    {
        var doing = AgentActionReader.Read(run.Folder, run.Status, environment);
        return run
            .Status.Tasks.Where(task =>
                TaskStateNames.HoldsSlot(task.State)
                || task.Paused
                || task.State
                    is TaskStateNames.Merging
                        or TaskStateNames.Parked
                        or TaskStateNames.Blocked
                        or TaskStateNames.AwaitingApproval
                        or TaskStateNames.Failed
                        or TaskStateNames.Escalated
            )
            .Select(task => new TerminalAgentPanelRow
            {
                Run = run.Id,
                Task = task,
                Doing = doing.GetValueOrDefault(task.Id) is { Length: > 0 } line ? line : LocalTimeFormatter.In(task.Reason),
                IsAbandoned = run.Status.Abandoned is true,
                Start = AgentActionReader.LastStart(Path.Combine(run.Folder, "tasks", task.Id)),
            });
    }
}
