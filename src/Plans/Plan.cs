namespace Orchestrator.Plans;

/// <summary>
/// A plan, which consists of a graph of tasks, the contracts between the tasks, and named text blocks for prompts. The plan is a plain data
/// object, and its lists keep the order of the plan file.
/// </summary>
/// <remarks>The JSON names are those of the task-graph format, so a plan written by <see cref="PlanJson"/> is itself a plan file. Active
/// runs refer to plans by content hash, so members may be added as optional ones, never renamed or removed. Two plans with equal content
/// are not <c>Equals</c> because lists compare by reference; compare <see cref="PlanJson.Hash"/> instead.</remarks>
public sealed record Plan
{
    /// <summary>The user's request, in their own words.</summary>
    [JsonPropertyName("request"), JsonPropertyOrder(0)]
    public string? Request { get; init; }

    /// <summary>Time at which the plan was written, as text from the file. Displayed only, never parsed.</summary>
    [JsonPropertyName("created_at"), JsonPropertyOrder(1)]
    public string? CreatedAt { get; init; }

    /// <summary>Default values for tasks. Readers have already applied them to <see cref="Tasks"/>.</summary>
    [JsonPropertyName("defaults"), JsonPropertyOrder(2)]
    public TaskDefaults? Defaults { get; init; }

    /// <summary>Named text blocks, which tasks include in their prompts through <see cref="PlanTask.ContextKeys"/>.</summary>
    [JsonPropertyName("context"), JsonPropertyOrder(3)]
    public IReadOnlyDictionary<string, string> Context
    {
        get;
        init => field = value ?? EmptyContext;
    } = EmptyContext;

    /// <summary>Tasks in plan order, which breaks ties between otherwise equal tasks.</summary>
    [JsonPropertyName("tasks"), JsonPropertyOrder(4)]
    public IReadOnlyList<PlanTask> Tasks
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Priority of the run among other runs (<see cref="RunPriority"/>), or null to use the priority from the settings.</summary>
    [JsonPropertyName("priority"), JsonPropertyOrder(6)]
    public int? Priority { get; init; }

    /// <summary>Interfaces that tasks agree on before they start.</summary>
    [JsonPropertyName("contracts"), JsonPropertyOrder(5)]
    public IReadOnlyList<InterfaceContractDefinition> Contracts
    {
        get;
        init => field = value ?? [];
    } = [];

    private static IReadOnlyDictionary<string, string> EmptyContext { get; } = new Dictionary<string, string>();
}

/// <summary>The key <c>defaults</c> of a plan. Each member applies to every task that does not set it.</summary>
public sealed record TaskDefaults
{
    /// <inheritdoc cref="PlanTask.Role"/>
    [JsonPropertyName("role")]
    public string? Role { get; init; }

    /// <inheritdoc cref="PlanTask.Agent"/>
    [JsonPropertyName("agent")]
    public string? Agent { get; init; }

    /// <inheritdoc cref="PlanTask.Host"/>
    [JsonPropertyName("host")]
    public string? Host { get; init; }

    /// <inheritdoc cref="PlanTask.Model"/>
    [JsonPropertyName("model")]
    public string? Model { get; init; }

    /// <inheritdoc cref="PlanTask.Timeout"/>
    [JsonPropertyName("timeout"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? Timeout { get; init; }

    /// <inheritdoc cref="PlanTask.MaxRetries"/>
    [JsonPropertyName("max_retries")]
    public int? MaxRetries { get; init; }

    /// <inheritdoc cref="PlanTask.RequiresApproval"/>
    [JsonPropertyName("requires_approval")]
    public bool? RequiresApproval { get; init; }

    /// <inheritdoc cref="PlanTask.AllowLargeChanges"/>
    [JsonPropertyName("allow_large_changes")]
    public bool? AllowLargeChanges { get; init; }

    /// <inheritdoc cref="PlanTask.Isolation"/>
    [JsonPropertyName("isolation")]
    public TaskIsolationLevel? Isolation { get; init; }

    /// <inheritdoc cref="PlanTask.ContextKeys"/>
    [JsonPropertyName("context_keys")]
    public IReadOnlyList<string>? ContextKeys { get; init; }

    /// <inheritdoc cref="PlanTask.Verification"/>
    [JsonPropertyName("verification")]
    public IReadOnlyList<Gate>? Verification { get; init; }

    /// <inheritdoc cref="PlanTask.Limits"/>
    [JsonPropertyName("limits")]
    public TaskLimits? Limits { get; init; }
}
