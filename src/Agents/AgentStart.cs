namespace Orchestrator.Agents;

/// <summary>One agent run: one process, with a folder of its own.</summary>
/// <remarks>A successor that takes over the agent run must pass the same values, except those that are not part of the process (limits of
/// following, owner).</remarks>
public sealed record AgentStart
{
    /// <summary>Absolute path of the agent run's folder (<c>.orchestrator/runs/RUN/tasks/TASK/START</c>). Created if missing. Also the
    /// value of <c>ORCHESTRATOR_START</c>, so it identifies the agent run on this machine.</summary>
    public required string Folder { get; init; }

    /// <summary>Absolute path of the worktree that the agent works in. Never created: if it is missing the start fails.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Absolute path of the repository's main checkout (<c>ORCHESTRATOR_REPOSITORY</c>).</summary>
    public required string Repository { get; init; }

    /// <summary>The run's id (<c>ORCHESTRATOR_RUN</c>).</summary>
    public required string Run { get; init; }

    /// <summary>The task's id (<c>ORCHESTRATOR_TASK</c>).</summary>
    public required string Task { get; init; }

    /// <summary>The attempt, from 1 (<c>ORCHESTRATOR_ATTEMPT</c>).</summary>
    public required int Attempt { get; init; }

    /// <summary>The prompt. Passed on stdin and as the file of <c>ORCHESTRATOR_PROMPT_FILE</c>. Should begin with a word: agent programs
    /// take a first "/" for a command.</summary>
    public required string Prompt { get; init; }

    /// <summary>Id of the follower: an id of the activity attempt, unique per attempt. Written to <c>owner</c> in the folder; a follower
    /// whose id was replaced stops following (<see cref="AgentOwnerChangedException"/>).</summary>
    public required string Owner { get; init; }

    /// <summary>The task's secret for <c>orchestrate done</c> and similar commands (<c>ORCHESTRATOR_TOKEN</c>); null for none.</summary>
    public string? Token { get; init; }

    /// <summary>The span (W3C Trace Context) whose children the spans of the agent's own program become, as its <c>TRACEPARENT</c>; null:
    /// none are sent.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The conversation's id, chosen by the caller (a UUID for Claude) so that it is known before the agent runs. An existing
    /// conversation (<see cref="IAgentRunner.FindConversation"/>) is continued, otherwise it is begun.</summary>
    public string? SessionId { get; init; }

    /// <summary>Folders of the task's earlier starts, in order: a program that counts a whole conversation has counted these
    /// already.</summary>
    public IReadOnlyList<string> EarlierFolders { get; init; } = [];

    /// <summary>Absolute path of a conversation's file, of which <see cref="SessionId"/> begins as a copy; null: it begins empty. The
    /// file's name is the id of the conversation that it is of; only Claude's agents can go on with one.</summary>
    public string? Conversation { get; init; }

    /// <summary>The model; null for the runner's default.</summary>
    public string? Model { get; init; }

    /// <summary>Text added to the agent's instructions: role, the repository's own instructions of the base commit. Null for
    /// none.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>The repository's own agents at the base commit: file name to Markdown text with front matter
    /// (<c>.claude/agents/*.md</c>).</summary>
    public IReadOnlyDictionary<string, string> AgentDefinitions { get; init; } = new Dictionary<string, string>();

    /// <summary>The paths and commands that the agent may write and run. Stored as the folder's <c>policy</c> file, which the ownership
    /// hook reads.</summary>
    public required HookPolicy Policy { get; init; }

    /// <summary>JSON Schema (as JSON text, without <c>$schema</c>) of an answer that is requested instead of work; the result is
    /// <see cref="AgentOutcome.Answer"/>. Null: the agent works.</summary>
    public string? AnswerSchema { get; init; }

    /// <summary>The part of this machine that the agent reaches, beside <see cref="OutFolder"/>; null: only its policy restricts
    /// it.</summary>
    public Sandbox? Sandbox { get; init; }

    /// <summary>Names of further inherited variables that the agent gets in a sandbox (<c>permissions.environment</c>).</summary>
    public IReadOnlyList<string> Variables { get; init; } = [];

    /// <summary>Name of the folder in <see cref="Folder"/> that the agent and its programs may write, and no other agent: its claim lies
    /// there.</summary>
    public const string OutFolder = "out";

    /// <summary>Files for new mail while the agent works; null: it gets none.</summary>
    public AgentMailFiles? Mail { get; init; }

    /// <summary>Limits of this agent run.</summary>
    public AgentLimits Limits { get; init; } = new();

    /// <summary>Further variables for the agent (ports, for example). They override the runner's own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>Files by which a hook detects new mail without starting a program.</summary>
/// <param name="File">Absolute path of the run's mail; it only grows.</param>
/// <param name="ReadUpTo">Absolute path of the file with the size of the mail that was read.</param>
public sealed record AgentMailFiles(string File, string ReadUpTo);

/// <summary>Limits of one agent run. Times are awake time: a suspended machine does not use them up. <see cref="Timeout.InfiniteTimeSpan"/>
/// is no limit.</summary>
public sealed record AgentLimits
{
    /// <summary>The time limit of the process. Enforced by the supervisor, with or without a follower.</summary>
    /// <value>Default: 30 minutes.</value>
    public TimeSpan Time { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The longest silence of the process while it is followed. Must exceed the agent's own limit for one command.</summary>
    /// <value>Default: 15 minutes.</value>
    public TimeSpan Stall { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The longest time that the supervisor lets the agent work without a follower.</summary>
    /// <value>Default: 30 minutes.</value>
    public TimeSpan Orphan { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Turns; null for no limit.</summary>
    public int? Turns { get; init; }

    /// <summary>US dollars for this agent run; null for no limit.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>Bytes of memory that the agent and its processes may use; an agent that uses more is stopped. Checked twice a second while
    /// it is followed. Null for no limit.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Cores that the agent and its processes may use on average, such as 0.5: while it is followed its processes are stopped and
    /// continued so that they do not use more. Null for no limit.</summary>
    public double? Cores { get; init; }

    /// <summary>Maximum bytes of output; an agent that prints more is stopped.</summary>
    /// <value>Default: 1 GiB.</value>
    public long OutputBytes { get; init; } = 1L << 30;
}

/// <summary>The owner in the agent run's folder is another one: a successor has taken it over, and this follower must do nothing
/// more.</summary>
/// <param name="folder">The start's folder.</param>
/// <param name="owner">The owner found there.</param>
public sealed class AgentOwnerChangedException(string folder, string owner)
    : Exception($"The agent start {folder} is followed by '{owner}' now. This follower stops; the agent goes on.")
{
    /// <summary>The owner found in the folder.</summary>
    public string Owner { get; } = owner;
}
