using Orchestrator.Cli.Console;
using Orchestrator.Plans;

namespace Orchestrator.Cli.Overviews;

/// <summary>A plan for the person who decides about it: its order, and its risks.</summary>
internal static class PlanOverview
{
    /// <summary>Writes the plan's waves, a line per task.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="terminal">Warned of conflicts.</param>
    /// <param name="write">Takes the lines.</param>
    /// <param name="selected">The tasks that are done; null: all.</param>
    public static void Write(Plan plan, ITerminal terminal, Action<string> write, IReadOnlySet<string>? selected = null)
    {
        var graph = TaskGraph.Of(plan);
        var tasks = plan.Tasks.ToDictionary(task => task.Id);
        write($"{Count(plan.Tasks.Count, "task")} in {Count(graph.Waves.Count, "wave")}:");
        var number = 0;
        foreach (var wave in graph.Waves)
        {
            write($"Wave {++number}");
            foreach (var id in wave)
            {
                var done = selected?.Contains(id) == false ? "  (counts as done)" : "";
                write($"  {id}: {new UntrustedText(tasks[id].Description).Line}{done}");
            }
        }

        foreach (var conflict in PlanConflicts.Of(plan).Conflicts.Take(5))
        {
            terminal.Warn(conflict.Message);
        }
    }

    /// <summary>A number with its noun.</summary>
    public static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";
}
