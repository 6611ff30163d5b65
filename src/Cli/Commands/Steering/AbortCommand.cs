using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>abort</c>: ends an open run and reverts its landing.</summary>
internal sealed class AbortCommand : SteeringCommand
{
    private readonly RunArgument _run = new("RUN", "The run");

    public AbortCommand()
        : base("abort", SteeringCatalog.Abort.Summary)
    {
        _run.AddTo(this);
        AddOptionsOf(SteeringCatalog.Abort);
    }

    public override Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var run = _run.Text(parsed) is null
            ? throw new UseCaseException(Outcome.Usage, "No run to revert was specified.", "Name the run: orchestrate abort RUN.")
            : _run.RequireRun(context.RequireRepository(), parsed);
        return SteerAsync(parsed, context, run, SteeringCatalog.Abort, InputOf(parsed, context, task: null), stop);
    }
}
