using Orchestrator.Plans;

namespace Orchestrator.Cli;

/// <summary>A plan for people who are to decide about it: what runs when, and what there is to think about.</summary>
internal static class PlanOverview
{
    /// <summary>Says the plan's waves, a line per task.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="context">The terminal.</param>
    /// <param name="selected">The tasks that are done; null: all.</param>
    public static void Say(Plan plan, CommandContext context, IReadOnlySet<string>? selected = null)
    {
        var graph = TaskGraph.Of(plan);
        var tasks = plan.Tasks.ToDictionary(task => task.Id);
        context.Terminal.Say($"{Count(plan.Tasks.Count, "task")} in {Count(graph.Waves.Count, "wave")}:");
        var number = 0;
        foreach (var wave in graph.Waves)
        {
            context.Terminal.Say($"Wave {++number}");
            foreach (var id in wave)
                context.Terminal.Say($"  {id}: {tasks[id].Description.ReplaceLineEndings(" ")}{(selected?.Contains(id) == false ? "  (counts as done)" : "")}");
        }

        foreach (var conflict in PlanConflicts.Of(plan).Conflicts.Take(5))
            context.Terminal.Warn(conflict.Message);
    }

    /// <summary>A number with its noun.</summary>
    public static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";
}
