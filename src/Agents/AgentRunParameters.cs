namespace Orchestrator.Agents;

/// <summary>Parameters of an agent run, which is one process with a dedicated folder.</summary>
/// <remarks>A follower that takes over the agent run must pass the same values, except the owner and the limits that a follower
/// enforces.</remarks>
public sealed record AgentRunParameters
{
    /// <summary>Absolute path of the agent run's folder (<c>.orchestrator/runs/RUN/tasks/TASK/START</c>). Created if missing. Also the
    /// value of <c>ORCHESTRATOR_START</c>, which identifies the agent run on this machine.</summary>
    public required string Folder { get; init; }

    /// <summary>Absolute path of the agent's worktree. The start fails if the worktree does not exist.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Absolute path of the repository's main checkout (<c>ORCHESTRATOR_REPOSITORY</c>).</summary>
    public required string Repository { get; init; }

    /// <summary>Id of the run (<c>ORCHESTRATOR_RUN</c>).</summary>
    public required string Run { get; init; }

    /// <summary>Id of the task (<c>ORCHESTRATOR_TASK</c>).</summary>
    public required string Task { get; init; }

    /// <summary>Number of the attempt, from 1 (<c>ORCHESTRATOR_ATTEMPT</c>).</summary>
    public required int Attempt { get; init; }

    /// <summary>
    /// Prompt, passed on stdin and in the file named by <c>ORCHESTRATOR_PROMPT_FILE</c>. The prompt should start with a word, because agent
    /// programs parse a leading "/" as a command.
    /// </summary>
    public required string Prompt { get; init; }

    /// <summary>
    /// Id of the follower, which is the activity attempt that follows the agent's output. Stored in the file <c>owner</c> of the agent
    /// run's folder. A follower stops if the file names another follower (<see cref="AgentRunTakenOverException"/>).
    /// </summary>
    public required string Owner { get; init; }

    /// <summary>Secret of the task for <c>orchestrate done</c> and similar commands (<c>ORCHESTRATOR_TOKEN</c>), or null if the agent gets
    /// no secret.</summary>
    public string? Token { get; init; }

    /// <summary>Parent span for the spans of the agent program, in W3C Trace Context format, passed in the variable <c>TRACEPARENT</c>. If
    /// null, the variable is not set.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Id of the conversation. The caller chooses the id (a UUID for Claude), so that it is known before the agent starts. An
    /// existing conversation (<see cref="IAgentRunner.FindConversation"/>) is continued; otherwise a new one starts.</summary>
    public string? SessionId { get; init; }

    /// <summary>Folders of the task's earlier agent runs, in order. Needed because some programs report the usage of a whole conversation,
    /// including earlier agent runs.</summary>
    public IReadOnlyList<string> EarlierFolders { get; init; } = [];

    /// <summary>
    /// Absolute path of a conversation file whose name is the id of its conversation. The new conversation <see cref="SessionId"/> starts
    /// as a copy of the file, or starts empty if the path is null. Only Claude Code supports this option.
    /// </summary>
    public string? Conversation { get; init; }

    /// <summary>Name of the model, or null for the runner's default.</summary>
    public string? Model { get; init; }

    /// <summary>Text added to the agent's instructions, such as its role and the repository's instructions at the base commit. If null, no
    /// text is added.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>
    /// Definitions of the repository's own sub-agents at the base commit (<c>.claude/agents/*.md</c>). Each value is Markdown text with
    /// front matter, and its key is the file name.
    /// </summary>
    public IReadOnlyDictionary<string, string> AgentDefinitions { get; init; } = new Dictionary<string, string>();

    /// <summary>Rules that determine which paths the agent may write and which commands it may run. Stored in the file <c>policy</c> of the
    /// folder, which the ownership hook reads.</summary>
    public required AgentRunPermissions Policy { get; init; }

    /// <summary>
    /// JSON Schema (as text, without <c>$schema</c>) of the answer that the agent must give instead of changing files. The answer is
    /// returned in <see cref="AgentOutcome.Answer"/>. If null, the agent is asked to work.
    /// </summary>
    public string? AnswerSchema { get; init; }

    /// <summary>Sandbox that confines the agent. <see cref="OutFolder"/> is always added to the sandbox. Null if only the policy restricts
    /// the agent.</summary>
    public Sandbox? Sandbox { get; init; }

    /// <summary>
    /// Names of additional variables that a confined agent inherits (<c>permissions.environment</c>, <c>agents.NAME.environment</c>).
    /// </summary>
    public IReadOnlyList<string> Variables { get; init; } = [];

    /// <summary>
    /// Name of the folder in <see cref="Folder"/> to which only this agent and the programs that it starts may write. The folder contains
    /// the agent's claim.
    /// </summary>
    public const string OutFolder = "out";

    /// <summary>
    /// Files by which a hook detects new messages to the running agent (mail), or null if the agent receives no messages.
    /// </summary>
    public AgentMailFilePaths? Mail { get; init; }

    /// <summary>Limits of this agent run.</summary>
    public AgentRunLimits Limits { get; init; } = new();

    /// <summary>Additional environment variables, such as ports. They override those of the runner.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>Files by which a hook detects new messages to an agent (mail) without starting a program.</summary>
/// <param name="File">Absolute path of the run's mail file, to which messages are appended.</param>
/// <param name="ReadUpTo">Absolute path of the file that contains the number of bytes of mail that the agent has read.</param>
public sealed record AgentMailFilePaths(string File, string ReadUpTo);

/// <summary>Limits of an agent run. Time limits count only time in which the machine is awake. <see cref="Timeout.InfiniteTimeSpan"/>
/// disables a time limit.</summary>
public sealed record AgentRunLimits
{
    /// <summary>
    /// Time limit for the agent's process. The supervisor enforces the limit even while no other process follows the agent's output.
    /// </summary>
    /// <value>Default: 30 minutes.</value>
    public TimeSpan Time { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Maximum time without output while a follower reads the output. Must exceed the agent program's own time limit for one command.
    /// </summary>
    /// <value>Default: 15 minutes.</value>
    public TimeSpan Stall { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Maximum time that the supervisor lets the agent work while no process follows the agent's output.</summary>
    /// <value>Default: 30 minutes.</value>
    public TimeSpan Orphan { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Maximum number of conversation turns in the agent run, or null for no limit.</summary>
    public int? Turns { get; init; }

    /// <summary>Maximum cost of this agent run in US dollars, or null for no limit.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>
    /// Maximum memory of the agent and its processes in bytes, or null for no limit. An agent that exceeds the limit is stopped. The limit
    /// is checked about twice a second while a follower is active.
    /// </summary>
    public long? MemoryBytes { get; init; }

    /// <summary>
    /// Maximum average number of CPU cores used by the agent and its processes, such as 0.5, or null for no limit. While the agent is
    /// followed, the limit is enforced by repeatedly pausing and resuming its processes.
    /// </summary>
    public double? Cores { get; init; }

    /// <summary>Maximum output in bytes. An agent that exceeds the limit is stopped.</summary>
    /// <value>Default: 1 GiB.</value>
    public long OutputBytes { get; init; } = 1L << 30;
}

/// <summary>Thrown if another owner is recorded in the agent run's folder. Another follower has taken over the agent run, so this follower
/// must stop.</summary>
/// <param name="folder">Folder of the agent run.</param>
/// <param name="owner">Owner recorded in the folder.</param>
public sealed class AgentRunTakenOverException(string folder, string owner)
    : Exception($"'{owner}' has taken over monitoring the agent run in {folder}. This process stops monitoring it; the agent continues.")
{
    /// <summary>Id of the follower that is recorded in the agent run's folder.</summary>
    public string Owner { get; } = owner;
}
