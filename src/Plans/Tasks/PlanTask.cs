namespace Orchestrator.Plans;

/// <summary>A task of a plan. Describes the agent's work, the files that the agent may change, and the verification of the work.</summary>
/// <remarks>See the remarks on <see cref="Plan"/> about names and equality.</remarks>
public sealed record PlanTask
{
    /// <summary>Task id, unique in the plan (ignoring case) and safe as part of a ref and a file name; see <see cref="TaskId"/>.</summary>
    [JsonPropertyName("id"), JsonPropertyOrder(0)]
    public required string Id { get; init; }

    /// <summary>One-line description. Also the agent's instructions if <see cref="Prompt"/> is null.</summary>
    [JsonPropertyName("description"), JsonPropertyOrder(1)]
    public string Description
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>The agent's complete instructions, or null to use <see cref="Description"/>.</summary>
    [JsonPropertyName("prompt"), JsonPropertyOrder(2)]
    public string? Prompt { get; init; }

    /// <summary>Instructions that the agent receives: <see cref="Prompt"/>, or <see cref="Description"/> if it is null.</summary>
    [JsonIgnore]
    public string Text => Prompt ?? Description;

    /// <summary>Status of the task in the plan. A completed task is not run.</summary>
    /// <value>Default: <see cref="PlanTaskStatus.Pending"/>.</value>
    [JsonPropertyName("status"), JsonPropertyOrder(3)]
    public PlanTaskStatus Status { get; init; }

    /// <summary>Ids of the tasks that must be merged before this one starts.</summary>
    [JsonPropertyName("depends_on"), JsonPropertyOrder(4)]
    public IReadOnlyList<string> DependsOn
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>
    /// Paths and globs that only this task may create, change or delete. Null for the whole repository; empty for no files.
    /// </summary>
    [JsonPropertyName("files_write"), JsonPropertyOrder(5)]
    public IReadOnlyList<string>? FilesWrite { get; init; }

    /// <summary>Paths and globs that the task reads. Null if not declared, which counts as every file of the base commit.</summary>
    [JsonPropertyName("files_read"), JsonPropertyOrder(6)]
    public IReadOnlyList<string>? FilesRead { get; init; }

    /// <summary>Paths and globs of files that several tasks may append lines to.</summary>
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

    /// <summary>
    /// Changes to files, as predicted by the planner. For conflict detection, each change also counts as a write to the logical resource
    /// <c>patch:FILE</c>.
    /// </summary>
    [JsonPropertyName("patch_intents"), JsonPropertyOrder(10)]
    public IReadOnlyList<PlannedFileChange> PatchIntents
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Gates that must pass on the task's exact commit.</summary>
    [JsonPropertyName("verification"), JsonPropertyOrder(11)]
    public IReadOnlyList<Gate> Verification
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Packages that the orchestrator installs before the task starts, or null if there are none.</summary>
    [JsonPropertyName("deps_required"), JsonPropertyOrder(12)]
    public TaskPackageRequirements? DepsRequired { get; init; }

    /// <summary>Keys of the plan's context blocks that are included in the agent's prompt.</summary>
    [JsonPropertyName("context_keys"), JsonPropertyOrder(13)]
    public IReadOnlyList<string> ContextKeys
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>
    /// Name of the task's role, which selects an additional prompt for the agent (<see cref="TaskRole"/>), or null if the task has no role.
    /// </summary>
    [JsonPropertyName("role"), JsonPropertyOrder(14)]
    public string? Role { get; init; }

    /// <summary>Name of the agent that works on the task, or null for the run's agent.</summary>
    [JsonPropertyName("agent"), JsonPropertyOrder(15)]
    public string? Agent { get; init; }

    /// <summary>Name or alias of the model, or null for the run's model.</summary>
    [JsonPropertyName("model"), JsonPropertyOrder(16)]
    public string? Model { get; init; }

    /// <summary>Time limit of each attempt, or null for the run's limit. JSON files contain the limit as a number of seconds.</summary>
    [JsonPropertyName("timeout"), JsonPropertyOrder(17), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// Maximum number of times that rejected work is returned to the agent with the evidence, or null for the run's limit.
    /// </summary>
    [JsonPropertyName("max_retries"), JsonPropertyOrder(18)]
    public int? MaxRetries { get; init; }

    /// <summary>True if a user must approve before the task starts.</summary>
    [JsonPropertyName("requires_approval"), JsonPropertyOrder(19)]
    public bool RequiresApproval { get; init; }

    /// <summary>True to disable the limits on the size of a change.</summary>
    [JsonPropertyName("allow_large_changes"), JsonPropertyOrder(20)]
    public bool AllowLargeChanges { get; init; }

    /// <summary>Isolation level of the agent, or null for the run's isolation level.</summary>
    [JsonPropertyName("isolation"), JsonPropertyOrder(21)]
    public TaskIsolationLevel? Isolation { get; init; }

    /// <summary>
    /// Additional hosts that the task's agent may reach in a sandbox, in the syntax of <see cref="HostEntryValidator"/>, or null if there
    /// are none.</summary>
    [JsonPropertyName("network"), JsonPropertyOrder(21), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DistinctTextList? Network { get; init; }

    /// <summary>True if the task may run at the same time as other tasks even though this task owns the whole repository.</summary>
    [JsonPropertyName("parallel"), JsonPropertyOrder(22)]
    public bool Parallel { get; init; }

    /// <summary>Expected working time in minutes, for forecasts and the critical path, or null if unknown.</summary>
    [JsonPropertyName("estimated_minutes"), JsonPropertyOrder(23)]
    public double? EstimatedMinutes { get; init; }

    /// <summary>Names of subagents that the agent must call.</summary>
    [JsonPropertyName("required_agents"), JsonPropertyOrder(24)]
    public IReadOnlyList<string> RequiredAgents
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>
    /// Names of work steps, such as <c>implementation</c>, that the agent must carry out (<see cref="MasterPlanPhaseStepNames"/>).
    /// </summary>
    [JsonPropertyName("required_steps"), JsonPropertyOrder(25)]
    public IReadOnlyList<string> RequiredSteps
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Paths of notes from earlier tasks that the agent reads first, relative to the repository.</summary>
    [JsonPropertyName("notes_input"), JsonPropertyOrder(26)]
    public IReadOnlyList<string> NotesInput
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Paths of notes that the task must write, relative to the repository.</summary>
    [JsonPropertyName("notes_output"), JsonPropertyOrder(27)]
    public IReadOnlyList<string> NotesOutput
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Checklist of the task's small steps.</summary>
    [JsonPropertyName("checklist"), JsonPropertyOrder(28)]
    public IReadOnlyList<ChecklistItem> Checklist
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Resource limits of the agent, or null for the run's limits.</summary>
    [JsonPropertyName("limits"), JsonPropertyOrder(29)]
    public TaskLimits? Limits { get; init; }

    /// <summary>
    /// Gates with <see cref="Gate.Expect"/>, which take measurements on the task's exact commit. They are not part of
    /// <see cref="Verification"/>, because a measurement alone does not verify the work and merges do not repeat measurements.
    /// </summary>
    [JsonPropertyName("measurements"), JsonPropertyOrder(30)]
    public IReadOnlyList<Gate> Measurements
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Label that the worker host must have in a distributed run, or null for any host.</summary>
    [JsonPropertyName("host"), JsonPropertyOrder(31)]
    public string? Host { get; init; }

    /// <summary>
    /// Paths and globs of tests that the task is meant to change. Removing, disabling or weakening these tests needs no approval.
    /// </summary>
    [JsonPropertyName("changes_tests"), JsonPropertyOrder(32)]
    public IReadOnlyList<string> ChangesTests
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Policy for the proof that new and changed tests fail without the task's change, or null for the run's policy.</summary>
    [JsonPropertyName("prove_red"), JsonPropertyOrder(33)]
    public NewTestsOnBaseProductPolicy? ProveRed { get; init; }

    /// <summary>
    /// Priority for starting and merging the task, or null for 0. Tasks with larger numbers go first. Range: -100 to 100.
    /// </summary>
    [JsonPropertyName("priority"), JsonPropertyOrder(34)]
    public int? Priority { get; init; }

    /// <summary>
    /// True if <paramref name="text"/> is a valid host label, which consists of 1 to 60 ASCII letters, digits, dots, hyphens and
    /// underscores.
    /// </summary>
    /// <param name="text">Any text.</param>
    public static bool IsHostLabel(string text) =>
        text.Length is > 0 and <= 60 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}
