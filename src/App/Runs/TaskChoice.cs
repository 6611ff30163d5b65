namespace Orchestrator.App.Runs;

/// <summary>Selection of a plan's tasks by their full ids.</summary>
/// <param name="Only">Ids of the selected tasks; empty for all.</param>
/// <param name="Phase">First phase to run, or null for the first of the plan.</param>
public sealed record TaskChoice(IReadOnlyList<string> Only, string? Phase)
{
    /// <summary>Selection of all tasks.</summary>
    public static TaskChoice All { get; } = new([], null);

    /// <summary>Returns the ids of the tasks that will run.</summary>
    public IReadOnlySet<string> Ids(Plan plan) => TaskSelection.Of(plan, Only, Phase, []);

    /// <summary>Selects the tasks that <c>--only</c> and <c>--phase</c> name by parts of their ids.</summary>
    public static TaskChoice Of(Plan plan, IReadOnlyList<string>? only, string? phase)
    {
        string[] ids = [.. plan.Tasks.Select(task => task.Id)];
        return new TaskChoice([.. (only ?? []).Select(Whole)], phase is null ? null : Whole(phase));

        string Whole(string id) => UniquePrefix.Find(id, ids, "task of this plan");
    }
}
