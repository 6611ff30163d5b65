using System.CommandLine;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>cancel</c>: ends a run or one task. Merged work stays on staging. A run lands without its cancelled tasks.
/// </summary>
internal sealed class CancelCommand : SteeringCommand
{
    private readonly RunArgument _which = new("RUN/TASK", "The run, or one task of it");

    private const int MostNamed = 5;
    private readonly Option<bool> _dependants = new("--dependants")
    {
        Description = "With a task: also those that depend on it and have not begun",
    };

    public CancelCommand()
        : base("cancel", "End a run or one task; merged work stays on staging")
    {
        _which.AddTo(this);
        Add(_dependants);
        AddGoingOn();
        AddEngine();
    }

    public override Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var (run, reference) = _which.RequireOpen(context.RequireRepository(), parsed);
        return reference.FindTask(run.Status) is { } task
            ? CancelTaskAsync(parsed, context, run, task, stop)
            : SendAsync(parsed, context, run, CancelOf(context), stop);
    }

    private async Task<Outcome> CancelTaskAsync(
        ParseResult parsed,
        CommandContext context,
        StoredRun run,
        string task,
        CancellationToken stop
    )
    {
        string[] dependants = [.. Dependants(run.Status, task)];
        var names =
            string.Join(", ", dependants.Take(MostNamed))
            + (dependants.Length > MostNamed ? $" and {dependants.Length - MostNamed} more" : "");
        var withDependants =
            dependants.Length > 0
            && (
                parsed.GetValue(_dependants)
                || SaysYes(parsed)
                || context.Terminal.Ask($"{names} can't run without {task}. Cancel what depends on it, too?", byDefault: false) is true
            );
        if (dependants.Length > 0 && !withDependants)
        {
            context.Terminal.Say(
                $"{names} can't run without {task}: add --dependants to leave that out, too, or 'skip' {task} to run it without."
            );
        }
        foreach (var id in withDependants ? dependants : [])
        {
            await TellAsync(parsed, context, run, CancelOf(context, id), stop);
        }
        return await SendAsync(parsed, context, run, CancelOf(context, task), stop);
    }

    private static SteeringCall CancelOf(CommandContext context, string task)
    {
        var command = new TaskCommand(task, By: context.Person);
        return new((handle, cancel) => handle.CancelTaskAsync(command, cancel), "cancelTask", command);
    }

    private static IEnumerable<string> Dependants(RunStatus run, string task)
    {
        if (TaskStates.IsDone(run.Tasks.First(t => t.Id == task).State))
        {
            return [];
        }
        var concerned = new HashSet<string>(StringComparer.Ordinal) { task };
        bool hasGrown;
        do
        {
            hasGrown = run.Tasks.Any(other =>
                !TaskStates.IsDone(other.State)
                && other.State != TaskStates.Cancelled
                && other.DependsOn.Any(concerned.Contains)
                && concerned.Add(other.Id)
            );
        } while (hasGrown);
        return run.Tasks.Select(other => other.Id).Where(id => id != task && concerned.Contains(id));
    }
}
