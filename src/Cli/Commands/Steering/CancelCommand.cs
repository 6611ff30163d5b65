using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>cancel</c>: ends a run or one task. Merged work stays on staging. A run lands without its canceled tasks.</summary>
internal sealed class CancelCommand : SteeringCommand
{
    private readonly RunOrTaskCliArgument _which = new("RUN/TASK", "The run, or one of its tasks");

    private const int MostNamed = 5;
    private readonly Option<bool> _dependants = new("--dependents", "--dependants")
    {
        Description = "With a task, also cancel its dependents that have not started",
    };

    public CancelCommand()
        : base("cancel", SteeringCatalog.Cancel.Summary)
    {
        _which.AddTo(this);
        Add(_dependants);
        AddOptionsOf(SteeringCatalog.Cancel);
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var (run, reference) = _which.RequireOpen(context.RequireRepository(), parsed);
        return reference.FindTask(run.Status) is { } task
            ? CancelTaskAsync(parsed, context, run, task, stop)
            : SteerAsync(parsed, context, run, SteeringCatalog.Cancel, InputOf(parsed, context, task: null), stop);
    }

    private async Task<UseCaseOutcome> CancelTaskAsync(
        ParseResult parsed,
        CliCommandServiceBundle context,
        StoredRun run,
        string task,
        CancellationToken stop
    )
    {
        string[] dependants = [.. TaskDependants.Of(run.Status, task)];
        var names =
            string.Join(", ", dependants.Take(MostNamed))
            + (dependants.Length > MostNamed ? $" and {dependants.Length - MostNamed} more" : "");
        var withDependants =
            dependants.Length > 0
            && (
                parsed.GetValue(_dependants)
                || AnswersYes(parsed)
                || context.Terminal.Ask($"{names} can't run without {task}. Cancel its dependents, too?", byDefault: false) is true
            );
        if (dependants.Length > 0 && !withDependants)
        {
            context.Terminal.Inform(
                $"{names} can't run without {task}. Add --dependents to cancel them, too, or 'skip' {task} to run them without it."
            );
        }
        foreach (var id in withDependants ? dependants : [])
        {
            await SendFirstCommandAsync(parsed, context, run, SteeringCatalog.Cancel, InputOf(parsed, context, id), stop);
        }
        return await SteerAsync(parsed, context, run, SteeringCatalog.Cancel, InputOf(parsed, context, task), stop);
    }
}
