namespace Orchestrator.Dashboard.Routes;

/// <summary>Open runs and their running agents, in the format of an older tool.</summary>
/// <param name="Runs">Runs that have not ended.</param>
/// <param name="Agents">Tasks of these runs on which an agent is working.</param>
internal sealed record LegacyFormatRunsAndAgents(IReadOnlyList<LegacyFormatRun> Runs, IReadOnlyList<LegacyFormatAgent> Agents);

/// <summary>A run in the format of an older tool.</summary>
/// <param name="Id">Id of the run.</param>
/// <param name="Repository">Path of the repository.</param>
/// <param name="Title">Title of the run.</param>
/// <param name="Status">State of the run.</param>
/// <param name="Standing">Liveness of the run, or null if unknown.</param>
/// <param name="Cost">Cost in US dollars.</param>
internal sealed record LegacyFormatRun(string Id, string Repository, string Title, string Status, string? Standing, decimal Cost);

/// <summary>A task and its agent in the format of an older tool.</summary>
/// <param name="Id">Ids of the run and the task, <c>RUN/TASK</c>.</param>
/// <param name="Task">Title of the task, or its id.</param>
/// <param name="Status">State of the task, or <c>paused</c>.</param>
/// <param name="StartedAt">Time at which the first agent started, or null if no agent has started.</param>
/// <param name="Attempt">Number of the attempt.</param>
/// <param name="Cost">Cost in US dollars.</param>
internal sealed record LegacyFormatAgent(string Id, string Task, string Status, DateTimeOffset? StartedAt, int Attempt, decimal Cost);

/// <summary>Worktrees of all repositories.</summary>
/// <param name="Worktrees">Worktrees by repository.</param>
internal sealed record LegacyFormatWorktreeList(IReadOnlyList<LegacyFormatWorktree> Worktrees);

/// <summary>A worktree with its repository.</summary>
/// <param name="Repository">Path of the repository.</param>
/// <param name="Path">Path of the worktree.</param>
/// <param name="Owner">Owner of the worktree.</param>
/// <param name="Size">Size of the worktree in bytes.</param>
/// <param name="CanGo">True if the worktree can be removed without loss.</param>
/// <param name="Why">Reason why the worktree can or can't be removed.</param>
/// <param name="Run">Run of the worktree's task, or null if it has none.</param>
/// <param name="Task">Task of the worktree, or null if it has none.</param>
/// <param name="State">State of the task or run, or null if unknown.</param>
/// <param name="Branch">Checked-out branch, or null if HEAD is detached.</param>
/// <param name="Head">Checked-out commit, or null if there is none.</param>
internal sealed record LegacyFormatWorktree(
    string Repository,
    string Path,
    App.Cleaning.WorktreeOwnerKind Owner,
    App.Cleaning.FolderSize Size,
    bool CanGo,
    string Why,
    string? Run,
    string? Task,
    string? State,
    string? Branch,
    string? Head
);
