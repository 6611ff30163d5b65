using Orchestrator.Plans;

namespace Orchestrator.App.Runs;

/// <summary>Which tasks of a plan are run, by whole ids.</summary>
/// <param name="Only">These; empty: all.</param>
/// <param name="Phase">From this phase on; null: from the first.</param>
public sealed record TaskChoice(IReadOnlyList<string> Only, string? Phase)
{
    /// <summary>All of them.</summary>
    public static TaskChoice All { get; } = new([], null);

    /// <summary>Ids of the tasks that will run.</summary>
    public IReadOnlySet<string> Ids(Plan plan) => TaskSelection.Of(plan, Only, Phase, []);

    /// <summary>The tasks that <c>--only</c> and <c>--phase</c> name by a part of their ids.</summary>
    public static TaskChoice Of(Plan plan, IReadOnlyList<string>? only, string? phase)
    {
        string[] ids = [.. plan.Tasks.Select(task => task.Id)];
        return new TaskChoice([.. (only ?? []).Select(Whole)], phase is null ? null : Whole(phase));

        string Whole(string id) => UniquePrefix.Find(id, ids, "task of this plan");
    }
}
