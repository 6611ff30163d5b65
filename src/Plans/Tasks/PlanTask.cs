namespace Orchestrator.Plans;

/// <summary>One task of a plan: what an agent is asked to do, what it may change, and how the result is verified.</summary>
/// <remarks>See the remarks on <see cref="Plan"/> about names and equality.</remarks>
public sealed record PlanTask
{
    /// <summary>Unique in the plan (without regard to case) and safe as part of a ref and a file name; see <see cref="TaskId"/>.</summary>
    [JsonPropertyName("id"), JsonPropertyOrder(0)]
    public required string Id { get; init; }

    /// <summary>One line for people; also the agent's task when there is no <see cref="Prompt"/>.</summary>
    [JsonPropertyName("description"), JsonPropertyOrder(1)]
    public string Description
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>The agent's task in full.</summary>
    [JsonPropertyName("prompt"), JsonPropertyOrder(2)]
    public string? Prompt { get; init; }

    /// <summary>The request to the agent.</summary>
    [JsonIgnore]
    public string Text => Prompt ?? Description;

    /// <summary>The task's status in the plan. A completed task is not run.</summary>
    /// <value>The default is <see cref="PlanTaskStatus.Pending"/>.</value>
    [JsonPropertyName("status"), JsonPropertyOrder(3)]
    public PlanTaskStatus Status { get; init; }

    /// <summary>Ids of the tasks whose merged work this one starts from.</summary>
    [JsonPropertyName("depends_on"), JsonPropertyOrder(4)]
    public IReadOnlyList<string> DependsOn
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Paths and globs that only this task may create, change or delete. Null: the whole repository. Empty: nothing.</summary>
    [JsonPropertyName("files_write"), JsonPropertyOrder(5)]
    public IReadOnlyList<string>? FilesWrite { get; init; }

    /// <summary>Paths and globs that the task depends on. Null: not declared, which counts as everything in the base.</summary>
    [JsonPropertyName("files_read"), JsonPropertyOrder(6)]
    public IReadOnlyList<string>? FilesRead { get; init; }

    /// <summary>Paths and globs that several tasks may add lines to.</summary>
    [JsonPropertyName("files_append"), JsonPropertyOrder(7)]
    public IReadOnlyList<string> FilesAppend
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Logical resources (routes, bindings, tables) that only this task may define.</summary>
    [JsonPropertyName("resources_write"), JsonPropertyOrder(8)]
    public IReadOnlyList<string> ResourcesWrite
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Logical resources that the task depends on.</summary>
    [JsonPropertyName("resources_read"), JsonPropertyOrder(9)]
    public IReadOnlyList<string> ResourcesRead
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Changes that the planner foresaw, by file. Each implies the resource <c>patch:FILE</c>.</summary>
    [JsonPropertyName("patch_intents"), JsonPropertyOrder(10)]
    public IReadOnlyList<PatchIntent> PatchIntents
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Gates that must pass at the task's exact commit.</summary>
    [JsonPropertyName("verification"), JsonPropertyOrder(11)]
    public IReadOnlyList<Gate> Verification
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Packages that the task needs and that the orchestrator installs before it starts.</summary>
    [JsonPropertyName("deps_required"), JsonPropertyOrder(12)]
    public RequiredPackages? DepsRequired { get; init; }

    /// <summary>Names of the plan's context texts that go into the prompt.</summary>
    [JsonPropertyName("context_keys"), JsonPropertyOrder(13)]
    public IReadOnlyList<string> ContextKeys
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Name of a role with its own prompt file; see <see cref="TaskRole"/>.</summary>
    [JsonPropertyName("role"), JsonPropertyOrder(14)]
    public string? Role { get; init; }

    /// <summary>Name of the agent that works on it; null: the run's.</summary>
    [JsonPropertyName("agent"), JsonPropertyOrder(15)]
    public string? Agent { get; init; }

    /// <summary>Model or alias; null: the run's.</summary>
    [JsonPropertyName("model"), JsonPropertyOrder(16)]
    public string? Model { get; init; }

    /// <summary>Time limit of one attempt of the agent; null: the run's. In JSON a number of seconds.</summary>
    [JsonPropertyName("timeout"), JsonPropertyOrder(17), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? Timeout { get; init; }

    /// <summary>The number of times that the task goes back to its agent with evidence; null: the run's.</summary>
    [JsonPropertyName("max_retries"), JsonPropertyOrder(18)]
    public int? MaxRetries { get; init; }

    /// <summary>A person must approve before the task starts.</summary>
    [JsonPropertyName("requires_approval"), JsonPropertyOrder(19)]
    public bool RequiresApproval { get; init; }

    /// <summary>The limits on the size of a change do not apply.</summary>
    [JsonPropertyName("allow_large_changes"), JsonPropertyOrder(20)]
    public bool AllowLargeChanges { get; init; }

    /// <summary>Isolation of the agent; null: the run's.</summary>
    [JsonPropertyName("isolation"), JsonPropertyOrder(21)]
    public TaskIsolation? Isolation { get; init; }

    /// <summary>May run beside others although it owns the whole repository.</summary>
    [JsonPropertyName("parallel"), JsonPropertyOrder(22)]
    public bool Parallel { get; init; }

    /// <summary>Expected working time, for forecasts and the critical path; null: unknown.</summary>
    [JsonPropertyName("estimated_minutes"), JsonPropertyOrder(23)]
    public double? EstimatedMinutes { get; init; }

    /// <summary>Subagents that must really have been invoked.</summary>
    [JsonPropertyName("required_agents"), JsonPropertyOrder(24)]
    public IReadOnlyList<string> RequiredAgents
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Steps of the process that must have been done, by meaning; see <see cref="RequiredStep"/>.</summary>
    [JsonPropertyName("required_steps"), JsonPropertyOrder(25)]
    public IReadOnlyList<string> RequiredSteps
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Notes of earlier tasks to read first, relative to the repository.</summary>
    [JsonPropertyName("notes_input"), JsonPropertyOrder(26)]
    public IReadOnlyList<string> NotesInput
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Notes that the task must write, relative to the repository.</summary>
    [JsonPropertyName("notes_output"), JsonPropertyOrder(27)]
    public IReadOnlyList<string> NotesOutput
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>The small steps of the task.</summary>
    [JsonPropertyName("checklist"), JsonPropertyOrder(28)]
    public IReadOnlyList<ChecklistItem> Checklist
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Resource limits of its agent; null: the run's limits.</summary>
    [JsonPropertyName("limits"), JsonPropertyOrder(29)]
    public TaskLimits? Limits { get; init; }

    /// <summary>Measurements at the task's exact commit: gates with <see cref="Gate.Expect"/>. Not part of <see cref="Verification"/>,
    /// because a measurement alone does not verify the work, and merges do not repeat measurements.</summary>
    [JsonPropertyName("measurements"), JsonPropertyOrder(30)]
    public IReadOnlyList<Gate> Measurements
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Label that the host must have on which it is done, in a run that spreads its tasks over hosts; null: any host.</summary>
    [JsonPropertyName("host"), JsonPropertyOrder(31)]
    public string? Host { get; init; }

    /// <summary>Paths and globs of tests that it is there to change: no person is asked about what it takes away, switches off or loosens
    /// in them.</summary>
    [JsonPropertyName("changes_tests"), JsonPropertyOrder(32)]
    public IReadOnlyList<string> ChangesTests
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>The weight of the proof that its new and changed tests fail without its change; null: the run's.</summary>
    [JsonPropertyName("prove_red"), JsonPropertyOrder(33)]
    public ProveRed? ProveRed { get; init; }

    /// <summary>True if a text can be a label of a host: letters, digits, dots, hyphens and underscores, at most 60.</summary>
    /// <param name="text">Any text.</param>
    public static bool IsHostLabel(string text) =>
        text.Length is > 0 and <= 60 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}
