namespace Orchestrator.Plans;

/// <summary>Input for a task's prompt.</summary>
public sealed record TaskPromptInput
{
    /// <summary>Task that the prompt is for.</summary>
    public required PlanTask Task { get; init; }

    /// <summary>Request that led to the whole plan. It tells the agent the purpose of its task.</summary>
    public string? Request { get; init; }

    /// <summary>
    /// The repository's instructions for the task's role (<c>.orchestrator/roles/ROLE.md</c>), or null to use the built-in instructions.
    /// </summary>
    public string? RoleText { get; init; }

    /// <summary>Contracts that the task uses, in the version that is on the staging branch.</summary>
    public IReadOnlyList<InterfaceContractStub> Contracts { get; init; } = [];

    /// <summary>The plan's other contracts. The task does not depend on them but may implement them.</summary>
    public IReadOnlyList<InterfaceContractStub> OtherContracts { get; init; } = [];

    /// <summary>Named text blocks to include in the prompt, selected by the task's <see cref="PlanTask.ContextKeys"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Context { get; init; } = [];

    /// <summary>Gates from the configuration, in addition to those of the task.</summary>
    public IReadOnlyList<Gate> FurtherGates { get; init; } = [];

    /// <summary>Tracked files that gates rewrote before the agent did any work, keyed by the gate's command.</summary>
    public IReadOnlyDictionary<string, AbridgedFileList> Rewritten { get; init; } = new Dictionary<string, AbridgedFileList>();

    /// <summary>
    /// Names of the configured environment variables that hold a worktree's own resources, such as ports (<c>worktrees.env</c>).
    /// </summary>
    public IReadOnlyCollection<string> WorktreeVariables { get; init; } = [];

    /// <summary>Paths whose change needs an approval. The prompt tells tasks without declared files not to change them.</summary>
    public IReadOnlyList<string> NeedPerson { get; init; } = [];

    /// <summary>Notes from earlier tasks, by task id. They do not affect whether a later run can reuse this task's result.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Notes { get; init; } = [];

    /// <summary>Guidance that the user gave for a retry, or null if there is none.</summary>
    public string? Guidance { get; init; }

    /// <summary>Creates the input for a task with the plan's request, context and contracts.</summary>
    public static TaskPromptInput Of(Plan plan, PlanTask task) =>
        new TaskPromptInput
        {
            Task = task,
            Request = plan.Request,
            Context = [.. task.ContextKeys.Where(plan.Context.ContainsKey).Select(key => KeyValuePair.Create(key, plan.Context[key]))],
        }.With([.. plan.Contracts.Select(InterfaceContractStub.Of).OfType<InterfaceContractStub>()]);

    /// <summary>Returns a copy with the plan's contracts, divided into those that the task uses and all others.</summary>
    public TaskPromptInput With(IReadOnlyList<InterfaceContractStub> contracts) =>
        this with
        {
            Contracts = [.. contracts.Where(c => c.Consumers.Contains(Task.Id, StringComparer.Ordinal))],
            OtherContracts = [.. contracts.Where(c => !c.Consumers.Contains(Task.Id, StringComparer.Ordinal))],
        };
}
