namespace Orchestrator.App.Runs;

/// <summary>A selection of a plan's tasks.</summary>
/// <param name="Only">Full ids of the selected tasks. Empty to select all tasks.</param>
/// <param name="Phase">Id of the first phase to execute, or null to start with the first one in the plan.</param>
public sealed record TaskSelectionOptions(IReadOnlyList<string> Only, string? Phase)
{
    /// <summary>Selection of all tasks.</summary>
    public static TaskSelectionOptions All { get; } = new([], null);

    /// <summary>Returns the ids of the tasks that will be executed.</summary>
    public IReadOnlySet<string> Ids(Plan plan) => RequestedTaskSelector.Of(plan, Only, Phase, []);

    /// <summary>Creates the selection from the values of <c>--only</c> and <c>--phase</c>, whose ids can be abbreviated.</summary>
    public static TaskSelectionOptions Of(Plan plan, IReadOnlyList<string>? only, string? phase)
    {
        string[] ids = [.. plan.Tasks.Select(task => task.Id)];
        return new TaskSelectionOptions([.. (only ?? []).Select(Whole)], phase is null ? null : Whole(phase));

        string Whole(string id) => UniquePrefix.Find(id, ids, "task of this plan");
    }
}
