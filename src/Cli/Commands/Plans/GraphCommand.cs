using System.Text;
using Orchestrator.Runs.Loading;

namespace Orchestrator.Cli.Commands;

/// <summary><c>graph</c>: shows the waves and the critical path of a plan as text, Mermaid or Graphviz.</summary>
internal sealed class GraphCommand : CliCommand
{
    private readonly Argument<string> _plan = new("PLAN")
    {
        Description = "The plan file",
        DefaultValueFactory = static _ => PlanFiles.DefaultName,
    };
    private readonly Option<string> _format = new("--format")
    {
        Description = "Format of the graph: text, mermaid or dot",
        DefaultValueFactory = static _ => "text",
    };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public GraphCommand()
        : base("graph", "Show the order of a plan's tasks")
    {
        _format.AcceptOnlyFromAmong("text", "mermaid", "dot");
        Add(_plan);
        Add(_format);
        Add(_json);
    }

    public override Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var name = parsed.GetRequiredValue(_plan);
        var plan = context.PlanFiles.Require(name);
        var graph = TaskGraph.Of(plan);
        if (parsed.GetValue(_json))
        {
            context.Print(GraphDocument.Of(plan), DocumentJson.Default.GraphDocument);
        }
        else if (parsed.GetValue(_format) == "mermaid")
        {
            context.Terminal.Result(Mermaid(plan));
        }
        else if (parsed.GetValue(_format) == "dot")
        {
            context.Terminal.Result(Dot(plan));
        }
        else
        {
            Say(plan, graph, context);
        }
        return Task.FromResult(Outcome.Done);
    }

    private static void Say(Plan plan, TaskGraph graph, CommandContext context)
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
