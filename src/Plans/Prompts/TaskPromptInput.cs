namespace Orchestrator.Plans;

/// <summary>Data for a task's prompt.</summary>
public sealed record TaskPromptInput
{
    /// <summary>The task.</summary>
    public required PlanTask Task { get; init; }

    /// <summary>The request of the whole plan, so that the agent knows the purpose of its part.</summary>
    public string? Request { get; init; }

    /// <summary>The repository's own text for the task's role (<c>.orchestrator/roles/ROLE.md</c>); null: the built-in one.</summary>
    public string? RoleText { get; init; }

    /// <summary>The contracts the task consumes, as they were written to the staging branch.</summary>
    public IReadOnlyList<ContractStub> Contracts { get; init; } = [];

    /// <summary>The plan's other contracts: this task does not depend on them, but it may implement them.</summary>
    public IReadOnlyList<ContractStub> OtherContracts { get; init; } = [];

    /// <summary>The named texts of the task's <see cref="PlanTask.ContextKeys"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Context { get; init; } = [];

    /// <summary>Gates from the configuration, beside those of the task.</summary>
    public IReadOnlyList<Gate> FurtherGates { get; init; } = [];

    /// <summary>Tracked files that gates rewrote before any work was done, by command.</summary>
    public IReadOnlyDictionary<string, NamedFiles> Rewritten { get; init; } = new Dictionary<string, NamedFiles>();

    /// <summary>Names of the configuration's variables with a worktree's resources (<c>worktrees.env</c>).</summary>
    public IReadOnlyCollection<string> WorktreeVariables { get; init; } = [];

    /// <summary>Paths whose change needs approval; a task without declared files is told to leave them alone.</summary>
    public IReadOnlyList<string> NeedPerson { get; init; } = [];

    /// <summary>Notes of earlier tasks: id and text. Not part of a content key.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Notes { get; init; } = [];

    /// <summary>A person's guidance for a retry.</summary>
    public string? Guidance { get; init; }

    /// <summary>The input for a plan's task with the plan's own data: request, context and contracts.</summary>
    /// <exception cref="ArgumentException">The plan has no such task.</exception>
    public static TaskPromptInput Of(Plan plan, string taskId)
    {
        var task =
            plan.Tasks.FirstOrDefault(t => string.Equals(t.Id, taskId, StringComparison.Ordinal))
            ?? throw new ArgumentException($"The plan has no task '{taskId}'.", nameof(taskId));
        return new TaskPromptInput
        {
            Task = task,
            Request = plan.Request,
            Context = [.. task.ContextKeys.Where(plan.Context.ContainsKey).Select(key => KeyValuePair.Create(key, plan.Context[key]))],
        }.With([.. plan.Contracts.Select(ContractStub.Of).OfType<ContractStub>()]);
    }

    /// <summary>This input with contracts of the plan, sorted by the task's relation to each.</summary>
    public TaskPromptInput With(IReadOnlyList<ContractStub> contracts) =>
        this with
        {
            Contracts = [.. contracts.Where(c => c.Consumers.Contains(Task.Id, StringComparer.Ordinal))],
            OtherContracts = [.. contracts.Where(c => !c.Consumers.Contains(Task.Id, StringComparer.Ordinal))],
        };
}
