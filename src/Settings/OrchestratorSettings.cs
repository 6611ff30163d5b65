using System.Text.Json.Serialization;

namespace Orchestrator.Settings;

/// <summary>All settings, validated. A run keeps the value it started with.</summary>
/// <remarks>Defaults and ranges are in <see cref="SettingKeys"/>. Contains no secret, only references to them.</remarks>
public sealed record OrchestratorSettings
{
    /// <summary>How many agents of a run work at once (<c>workers</c>).</summary>
    public required int Workers { get; init; }

    /// <summary>The most that <see cref="Workers"/> may be (<c>workers.max</c>).</summary>
    public required int MaxWorkers { get; init; }

    /// <summary>Time limit of one attempt of an agent (<c>timeout</c>).</summary>
    public required TimeSpan TaskTimeout { get; init; }

    /// <summary>How often a task goes back to its agent with evidence (<c>max_remediations</c>).</summary>
    public required int MaxRemediations { get; init; }

    /// <summary>Model or alias of the agents (<c>model</c>).</summary>
    public required string Model { get; init; }

    /// <summary>Model for attempts of a task after its work was rejected twice (<c>model.escalate</c>); null: unchanged.</summary>
    public string? EscalateModel { get; init; }

    /// <summary>Name of the agent that works on tasks (<c>agent</c>): <c>claude</c> or a key of <see cref="Agents"/>.</summary>
    public required string Agent { get; init; }

    /// <summary>The agent of a task: the plan's, or else <see cref="Agent"/>.</summary>
    public string AgentOf(PlanTask task) => task.Agent ?? Agent;

    /// <summary>The first model of a task: the plan's, or else <see cref="Model"/>.</summary>
    public string ModelOf(PlanTask task) => task.Model ?? Model;

    /// <summary>Agents by name (<c>agents.NAME.*</c>); <c>claude</c> is always there.</summary>
    public required IReadOnlyDictionary<string, AgentSettings> Agents { get; init; }

    /// <summary>The agent that is always there.</summary>
    [JsonIgnore]
    public AgentSettings Claude => Agents["claude"];

    public required PlannerSettings Planner { get; init; }

    /// <summary>How the whole change is reviewed before it lands (<c>review.*</c>).</summary>
    public required ReviewSettings Review { get; init; }

    /// <summary>Whether the planner answers agents' questions (<c>questions.*</c>).</summary>
    public required QuestionSettings Questions { get; init; }

    /// <summary>Retries of transient failures (<c>retry.*</c>); a server's own retry time wins.</summary>
    public required RetryRule Retry { get; init; }

    public required LimitSettings Limits { get; init; }

    public required GateSettings Gates { get; init; }

    /// <summary>Trial merges of work in progress (<c>radar</c>).</summary>
    public required bool Radar { get; init; }

    /// <summary>How much one task may change (<c>changes.*</c>).</summary>
    public required ChangeSettings Changes { get; init; }

    /// <summary>How verified work is merged (<c>train.*</c>).</summary>
    public required TrainSettings Train { get; init; }

    public required PermissionSettings Permissions { get; init; }

    /// <summary>Required agents, steps and notes are enforced, not only reported (<c>compliance.strict</c>).</summary>
    public required bool StrictCompliance { get; init; }

    /// <summary>Refuses to land or push what looks like a secret (<c>security.secrets</c>).</summary>
    public required bool SecretScan { get; init; }

    /// <summary>Refuses to land or push packages with a known vulnerability of at least this severity (<c>security.audit</c>): <c>off</c>,
    /// <c>low</c>, <c>moderate</c>, <c>high</c> or <c>critical</c>.</summary>
    public required string Audit { get; init; }

    /// <summary>Which packages agents may use (<c>dependencies.*</c>).</summary>
    public required DependencySettings Dependencies { get; init; }

    /// <summary>How long to wait for an approval before it counts as refused (<c>approvals.timeout</c>).</summary>
    public required TimeSpan ApprovalTimeout { get; init; }

    /// <summary>After this time a task that waits for a file shows for whom it waits (<c>locks.timeout</c>).</summary>
    public required TimeSpan LockTimeout { get; init; }

    /// <summary>Globs of files whose change always needs approval (<c>always_require_human</c>).</summary>
    public required IReadOnlyList<string> AlwaysRequireHuman { get; init; }

    /// <summary>Bytes that must stay free on the disk; below, nothing new starts (<c>disk.reserve</c>).</summary>
    public required long DiskReserve { get; init; }

    public required WorktreeSettings Worktrees { get; init; }

    /// <summary>Retention of ended runs (<c>retention.*</c>).</summary>
    public required RetentionSettings Retention { get; init; }

    public required GitSettings Git { get; init; }

    public required RiskSettings Risk { get; init; }

    /// <summary>Whether the live table is shown on a terminal (<c>show_progress</c>).</summary>
    public required bool ShowProgress { get; init; }

    public required TemporalSettings Temporal { get; init; }

    /// <summary>How people are told of what happens (<c>notifications.*</c>).</summary>
    public required NotificationSettings Notifications { get; init; }
}

/// <summary>One agent (<c>agents.NAME.*</c>).</summary>
/// <param name="Command">Program and arguments; null for <c>claude</c> means the <c>claude</c> on PATH.</param>
/// <param name="Provider">The account that pays for <c>claude</c>: <c>subscription</c>, <c>api</c>, <c>bedrock</c> or
/// <c>vertex</c>.</param>
/// <param name="McpServers">MCP servers of the repository that the agent may use.</param>
/// <param name="Tools">Whether <c>claude</c> gets our own tools.</param>
public sealed record AgentSettings(IReadOnlyList<string>? Command, string Provider, IReadOnlyList<string> McpServers, bool Tools = true);

/// <summary>Packages that agents may use: names with <c>*</c>, preceded by an ecosystem and a colon where only that is meant.</summary>
/// <param name="Allow">Allowed without asking.</param>
/// <param name="Ask">A person is asked although the first list has them.</param>
/// <param name="Deny">No agent gets them.</param>
public sealed record DependencySettings(IReadOnlyList<string> Allow, IReadOnlyList<string> Ask, IReadOnlyList<string> Deny);

/// <summary>The planner (<c>planner.*</c>) or the reviewer (<c>review.*</c>), which answer without changing anything.</summary>
/// <param name="Agent"><c>claude</c>, <c>api</c>, <c>bedrock</c>, or a key of the agents.</param>
/// <param name="Model">Its model or alias.</param>
/// <param name="Timeout">Time for one answer.</param>
/// <param name="Url">Address of the service for <c>api</c> and <c>bedrock</c>; null: its default.</param>
/// <param name="Region">AWS region for <c>bedrock</c>; null: from the environment.</param>
public sealed record PlannerSettings(string Agent, string Model, TimeSpan Timeout, string? Url, string? Region);

/// <summary>Limits of one agent run (<c>limits.*</c>); null is off.</summary>
/// <param name="Stall">An agent without output for this long is stopped.</param>
/// <param name="Turns">Round trips with the model.</param>
/// <param name="Cost">US dollars.</param>
/// <param name="Memory">Bytes.</param>
/// <param name="Cpu">Cores.</param>
/// <param name="Orphan">An agent without an orchestrator for this long is stopped.</param>
public sealed record LimitSettings(TimeSpan? Stall, int? Turns, decimal? Cost, long? Memory, double? Cpu, TimeSpan Orphan);

/// <summary>Gates for every task and for the merged tree (<c>gates.*</c>); null: found from the project's manifests.</summary>
/// <param name="Task">Those of every task.</param>
/// <param name="Integration">Those of every merged tree.</param>
/// <param name="Cache">Gates that passed on a tree are not run on it again.</param>
/// <param name="Quarantine">A gate that is known as flaky only advises.</param>
public sealed record GateSettings(IReadOnlyList<Gate>? Task, IReadOnlyList<Gate>? Integration, bool Cache = true, bool Quarantine = false);

/// <summary>Limits on the change of one task (<c>changes.*</c>); null: unlimited.</summary>
/// <param name="MaxLines">Lines added and removed in all; does not apply to a task with <c>allow_large_changes</c>.</param>
/// <param name="MaxFormatOnly">Files that differ in white space alone.</param>
public sealed record ChangeSettings(int? MaxLines, int? MaxFormatOnly);

/// <summary>The merge train (<c>train.*</c>).</summary>
/// <param name="Batch">Maximum of tasks that are merged and gated at once; 1: one after the other.</param>
/// <param name="Parallel">Runs of gates at once; null: half the cores.</param>
public sealed record TrainSettings(int Batch, int? Parallel);

/// <summary>Permissions of agents (<c>permissions.*</c>).</summary>
/// <param name="Mode"><c>default</c> (edit and run inside the worktree) or <c>bypass</c>.</param>
/// <param name="Allow">Further permission rules, such as <c>Bash(npm *)</c>.</param>
/// <param name="Sandbox">Whether bubblewrap confines agents and what runs their work: <c>auto</c> (where it works), <c>on</c> (else no
/// agent starts) or <c>off</c>.</param>
public sealed record PermissionSettings(string Mode, IReadOnlyList<string> Allow, string Sandbox)
{
    /// <summary>What confined programs may change beside their own tree: absolute paths, <c>~/</c> for the home, others relative to the
    /// repository.</summary>
    public required IReadOnlyList<string> Paths { get; init; }
}

/// <summary>Worktrees (<c>worktrees.*</c>, <c>branch_prefix</c>).</summary>
/// <param name="Directory">Their folder, relative to the repository or absolute.</param>
/// <param name="Setup">Shell commands that set up a fresh worktree; null: found from the lock files.</param>
/// <param name="Environment">Variables made of each worktree's resources; see <see cref="Plans.WorktreeVariables"/>.</param>
/// <param name="Keep">Ignored paths that are kept when a worktree is reused.</param>
/// <param name="BranchPrefix">First part of the names of branches.</param>
public sealed record WorktreeSettings(
    string Directory,
    IReadOnlyList<string>? Setup,
    IReadOnlyDictionary<string, string> Environment,
    IReadOnlyList<string> Keep,
    string BranchPrefix
)
{
    /// <summary>Size of the pool while no run is open, and as many for gates (<c>worktrees.pool</c>).</summary>
    public required int Pool { get; init; }

    /// <summary>Folders that set-up makes and that are copied, relative to the root (<c>worktrees.reuse</c>).</summary>
    /// <value>Null: as the lock files tell.</value>
    public required IReadOnlyList<string>? Reuse { get; init; }
}

/// <summary>Retention of ended runs (<c>retention.*</c>). Beyond it their folders, refs and histories are removed automatically, but only
/// what is proven to be merged or superseded.</summary>
/// <param name="Age">How long after its end; null: however long.</param>
/// <param name="Count">The latest so many; null: all.</param>
public sealed record RetentionSettings(TimeSpan? Age, int? Count);

/// <summary>Landing (<c>git.*</c>).</summary>
/// <param name="Land">One of <see cref="LandingWay"/>.</param>
/// <param name="MessagePrefix">Prefix of commit messages; null: only the task's title.</param>
/// <param name="Target">Branch to land on; null: the branch that is checked out.</param>
public sealed record GitSettings(string Land, string? MessagePrefix, string? Target);

/// <summary>The risk score (<c>risk.*</c>).</summary>
/// <param name="SensitivePatterns">Patterns with weights; null: the usual ones.</param>
/// <param name="AutoApproveThreshold">Up to this score nothing is asked.</param>
/// <param name="ReviewThreshold">Up to this score a review is recommended, which <c>--yes</c> answers; above, approval is required.</param>
/// <param name="WordBoundaries">Patterns match whole words only.</param>
public sealed record RiskSettings(
    IReadOnlyList<RiskPattern>? SensitivePatterns,
    int AutoApproveThreshold,
    int ReviewThreshold,
    bool WordBoundaries
)
{
    /// <summary>The options of the plan's risk score.</summary>
    public RiskOptions ToOptions() =>
        new()
        {
            SensitivePatterns = SensitivePatterns is { } patterns
                ? [.. patterns.Select(p => new SensitivePattern(p.Pattern, p.Weight))]
                : RiskOptions.DefaultPatterns,
            AutoApproveThreshold = AutoApproveThreshold,
            ReviewThreshold = ReviewThreshold,
            WordBoundaries = WordBoundaries,
        };
}

/// <summary>A pattern of paths that raises the risk of a change.</summary>
/// <param name="Pattern">Regular expression, case ignored; it is matched in linear time.</param>
/// <param name="Weight">Points per written path.</param>
public sealed record RiskPattern(string Pattern, int Weight);

/// <summary>The Temporal server that runs the workflows (<c>temporal.*</c>); no address: the embedded engine.</summary>
public sealed record TemporalSettings(string? Address, string Namespace, bool Tls, SecretReference? ApiKey)
{
    /// <summary>The address is from the repository's files: no key or certificate of the person is sent there.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsAddressOfRepository { get; init; }

    /// <summary>The namespace was set explicitly, possibly to the default, so that a profile of the official tools does not override
    /// it.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsNamespaceSet { get; init; }
}
