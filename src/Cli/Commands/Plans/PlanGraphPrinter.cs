using System.Text;

namespace Orchestrator.Cli.Commands;

/// <summary>Prints a plan's task graph, with its waves and critical path, as text, Mermaid or Graphviz.</summary>
internal static class PlanGraphPrinter
{
    /// <summary>Prints the view and returns the exit code.</summary>
    public static UseCaseOutcome Show(Plan plan, string view, bool json, CliCommandServiceBundle context)
    {
        if (json)
        {
            context.Print(GraphDocument.Of(plan), DocumentJson.Default.GraphDocument);
        }
        else if (view == PlanAnalysisPrinter.Graph)
        {
            PrintGraph(plan, TaskGraph.Of(plan), context);
        }
        else
        {
            context.Terminal.Result(view == PlanAnalysisPrinter.Mermaid ? Mermaid(plan) : Dot(plan));
        }
        return UseCaseOutcome.Done;
    }

    private static void PrintGraph(Plan plan, TaskGraph graph, CliCommandServiceBundle context)
    {
        var tasks = plan.Tasks.ToDictionary(task => task.Id);
        var number = 0;
        foreach (var wave in graph.Waves)
        {
            context.Terminal.Show($"Wave {++number}");
            foreach (var id in wave)
            {
                context.Terminal.Show(
                    $"  {id}{(tasks[id].DependsOn.Count == 0 ? "" : "  after " + string.Join(", ", tasks[id].DependsOn))}"
                );
            }
        }

        context.Terminal.Show("Critical path: " + string.Join(" -> ", graph.CriticalPath));
    }

    // Nodes have generated ids because task ids may be keywords of Mermaid or Graphviz.
    private static string Mermaid(Plan plan)
    {
        var index = plan.Tasks.Select((task, i) => (task.Id, i)).ToDictionary(pair => pair.Id, pair => pair.i);
        var text = new StringBuilder("graph TD\n");
        foreach (var task in plan.Tasks)
        {
            text.Append("  t").Append(index[task.Id]).Append("[\"").Append(task.Id).Append("\"]\n");
        }
        foreach (var task in plan.Tasks)
        {
            foreach (var dependency in task.DependsOn)
            {
                text.Append("  t").Append(index[dependency]).Append(" --> t").Append(index[task.Id]).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Dot(Plan plan)
    {
        var text = new StringBuilder("digraph plan {\n");
        foreach (var task in plan.Tasks)
        {
            text.Append("  \"").Append(task.Id).Append("\";\n");
        }
        foreach (var task in plan.Tasks)
        {
            foreach (var dependency in task.DependsOn)
            {
                text.Append("  \"").Append(dependency).Append("\" -> \"").Append(task.Id).Append("\";\n");
            }
        }

        return text.Append("}\n").ToString();
    }
}
