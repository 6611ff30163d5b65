using Orchestrator.Messages;

namespace Orchestrator.Cli.Panels;

/// <summary>A task that an agent works on, or that a person could set going again.</summary>
internal sealed record WorkerRow
{
    /// <summary>Id of the run.</summary>
    public required string Run { get; init; }

    /// <summary>The task.</summary>
    public required RunTask Task { get; init; }

    /// <summary>The current action of its agent, or the reason of its idleness; empty if neither is known.</summary>
    public required string Doing { get; init; }

    /// <summary>Folder of its last agent run; null before the first one.</summary>
    public string? Start { get; init; }

    /// <summary>No process works on the run: nothing of it goes on before somebody resumes it.</summary>
    public bool IsAbandoned { get; init; }

    /// <summary>The task's name in commands: <c>RUN/TASK</c>.</summary>
    public string Name => $"{Run}/{Task.Id}";

    /// <summary>A slot is held: an agent works on the task, or its gates run.</summary>
    public bool IsAtWork => TaskStates.HoldsSlot(Task.State) && !Task.Paused && !RunCounts.IsHeldBack(Task);

    /// <summary>The row as a document.</summary>
    public WorkerDocument ToDocument() =>
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

    /// <summary>The rows of open runs: those at work first, then those that stand still and could be set going by a person.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="environment">Variables of the process.</param>
    public static IReadOnlyList<WorkerRow> Of(IEnumerable<StoredRun> runs, IReadOnlyDictionary<string, string> environment) =>
        [
            .. runs.SelectMany(run => OfRun(run, environment))
                .OrderByDescending(row => row.IsAtWork)
                .ThenBy(row => row.Run, StringComparer.Ordinal)
                .ThenBy(row => row.Task.StartedAt ?? row.Task.Since),
        ];

    private static IEnumerable<WorkerRow> OfRun(StoredRun run, IReadOnlyDictionary<string, string> environment)
    {
        var doing = AgentActivity.Read(run.Folder, run.Status, environment);
        return run
            .Status.Tasks.Where(task =>
                TaskStates.HoldsSlot(task.State)
                || task.Paused
                || task.State
                    is TaskStates.Merging
                        or TaskStates.Parked
                        or TaskStates.Blocked
                        or TaskStates.AwaitingApproval
                        or TaskStates.Failed
                        or TaskStates.Escalated
            )
            .Select(task => new WorkerRow
            {
                Run = run.Id,
                Task = task,
                Doing = doing.GetValueOrDefault(task.Id) is { Length: > 0 } line ? line : LocalTimes.In(task.Reason),
                IsAbandoned = run.Status.Abandoned is true,
                Start = AgentActivity.LastStart(Path.Combine(run.Folder, "tasks", task.Id)),
            });
    }
}
