namespace Orchestrator.Plans;

/// <summary>Everything that a task's prompt is made of.</summary>
public sealed record TaskPromptInput
{
    /// <summary>The task.</summary>
    public required PlanTask Task { get; init; }

    /// <summary>The request of the whole plan, so that the agent knows what its part is for.</summary>
    public string? Request { get; init; }

    /// <summary>The repository's own text for the task's role (<c>.orchestrator/roles/ROLE.md</c>); null: the one that comes with
    /// us.</summary>
    public string? RoleText { get; init; }

    /// <summary>The contracts the task consumes, as they were written to the staging branch.</summary>
    public IReadOnlyList<ContractStub> Contracts { get; init; } = [];

    /// <summary>The plan's other contracts: this task does not rely on them, but it may be the one that implements them.</summary>
    public IReadOnlyList<ContractStub> OtherContracts { get; init; } = [];

    /// <summary>The named texts of the task's <see cref="PlanTask.ContextKeys"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Context { get; init; } = [];

    /// <summary>Gates that the configuration adds to those of the task.</summary>
    public IReadOnlyList<Gate> FurtherGates { get; init; } = [];

    /// <summary>Variables that the configuration makes of what a worktree has for itself (<c>worktrees.env</c>).</summary>
    public IReadOnlyCollection<string> WorktreeVariables { get; init; } = [];

    /// <summary>Paths whose change a person must have agreed to; a task that does not say what it writes is told to leave them.</summary>
    public IReadOnlyList<string> NeedPerson { get; init; } = [];

    /// <summary>What the tasks before it wrote down: the id of each and its text. Not part of a content key.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Notes { get; init; } = [];

    /// <summary>What a person added when asking for another try.</summary>
    public string? Guidance { get; init; }

    /// <summary>The input for a plan's task with what the plan itself holds: request, context and contracts.</summary>
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

    /// <summary>The same with these contracts of the plan, each as the task has to do with it.</summary>
    public TaskPromptInput With(IReadOnlyList<ContractStub> contracts) =>
        this with
        {
            Contracts = [.. contracts.Where(c => c.Consumers.Contains(Task.Id, StringComparer.Ordinal))],
            OtherContracts = [.. contracts.Where(c => !c.Consumers.Contains(Task.Id, StringComparer.Ordinal))],
        };
}
