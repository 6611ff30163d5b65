using Orchestrator.NightBench.Nights;

namespace Orchestrator.NightBench.Facts;

/// <summary>A start of an agent, as the agent itself recorded it.</summary>
/// <param name="Id">Id of the start.</param>
/// <param name="Task">Id of the task.</param>
/// <param name="From">Time of the start.</param>
/// <param name="Registry">Content of the shared file when it started.</param>
/// <param name="Until">Time of its end, or null if it was ended from outside.</param>
/// <param name="Outcome">
/// Outcome: <c>good</c>, <c>nothing</c>, <c>crashed</c>, <c>spoiled</c>, <c>refused</c> or <c>disk</c>, or null if it was ended from
/// outside.
/// </param>
/// <param name="Cost">Cost in US dollars.</param>
public sealed record AgentRunParameters(
    string Id,
    string Task,
    DateTimeOffset From,
    string Registry,
    DateTimeOffset? Until,
    string? Outcome,
    decimal Cost
);

/// <summary>A run of the suite, as the suite itself recorded it.</summary>
/// <param name="Task">Id of the task whose gate it is, or an empty text for the whole suite.</param>
/// <param name="Passed">True if it passed.</param>
/// <param name="Flaked">True if only a flaky test failed.</param>
public sealed record GateRun(string Task, bool Passed, bool Flaked);

/// <summary>A commit that the target branch had.</summary>
/// <param name="Commit">Its hash.</param>
/// <param name="IsGreen">True if the suite without flaky tests passes on it.</param>
/// <param name="Pieces">Pieces of work that it holds, such as <c>t07:module</c>.</param>
public sealed record TargetCommit(string Commit, bool IsGreen, IReadOnlySet<string> Pieces);

/// <summary>Statements of a tool about its own night, as its adapter's <c>status</c> printed them. Null: the tool states nothing.</summary>
/// <param name="Completed">True if the tool says that all work has landed.</param>
/// <param name="Landed">Ids of tasks that it says have landed.</param>
/// <param name="Starts">Agent starts that it counted.</param>
/// <param name="Cost">US dollars that it counted.</param>
public sealed record ToolStatements(bool? Completed, IReadOnlyList<string>? Landed, int? Starts, decimal? Cost)
{
    /// <summary>Agent starts that it counted for each task, by id, or null if it counts only their sum.</summary>
    public IReadOnlyDictionary<string, int>? StartsOf { get; init; }
}

/// <summary>A disturbance of a night.</summary>
/// <param name="Kind">Its kind, such as <c>engine killed</c>.</param>
/// <param name="Skipped">Reason for which it did not happen, or null if it did.</param>
public sealed record Disturbance(string Kind, string? Skipped = null);

/// <summary>Everything that the harness knows of a night that has ended.</summary>
/// <param name="Night">The drawn night.</param>
public sealed record NightFacts(DrawnNight Night)
{
    /// <summary>Starts of agents, by time.</summary>
    public IReadOnlyList<AgentRunParameters> Starts { get; init; } = [];

    /// <summary>Runs of the suite.</summary>
    public IReadOnlyList<GateRun> Gates { get; init; } = [];

    /// <summary>Commits of the target on the way from the first to the last one, oldest first.</summary>
    public IReadOnlyList<TargetCommit> Target { get; init; } = [];

    /// <summary>Pieces that the target must hold whatever the tool does: the user's own files and commits.</summary>
    public IReadOnlySet<string> UserPieces { get; init; } = new HashSet<string>();

    /// <summary>Time for which the account was blocked, or null if the limit was not reached.</summary>
    public (DateTimeOffset From, DateTimeOffset Until)? Limit { get; init; }

    /// <summary>Wall clock from the tool's start to its end.</summary>
    public TimeSpan WallClock { get; init; }

    /// <summary>Visits of a person, who told the tool to continue.</summary>
    public int Visits { get; init; }

    /// <summary>Largest memory of the tool's own processes in bytes.</summary>
    public long PeakMemory { get; init; }

    /// <summary>Load averages of the machine, from the begin of the night to its end. Empty if the machine has none.</summary>
    public IReadOnlyList<double> Loads { get; init; } = [];

    /// <summary>Bytes that came to a server that no agent may reach.</summary>
    public long BytesOut { get; init; }

    /// <summary>Statements of the tool.</summary>
    public ToolStatements Statements { get; init; } = new(null, null, null, null);

    /// <summary>Disturbances, in order.</summary>
    public IReadOnlyList<Disturbance> Disturbances { get; init; } = [];

    /// <summary>Pieces that the target holds at the end.</summary>
    public IReadOnlySet<string> FinalPieces => Target.Count > 0 ? Target[^1].Pieces : new HashSet<string>();

    /// <summary>Names of the pieces of a task's work.</summary>
    public static IEnumerable<string> PiecesOf(NightTask task) =>
        task.Registers ? [$"{task.Id}:module", $"{task.Id}:claim", $"{task.Id}:line"] : [$"{task.Id}:module", $"{task.Id}:claim"];
}
