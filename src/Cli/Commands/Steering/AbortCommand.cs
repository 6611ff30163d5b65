using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>abort</c>: ends an open run and reverts its landing.</summary>
internal sealed class AbortCommand : SteeringCommand
{
    private readonly RunOrTaskCliArgument _run = new("RUN", "The run");

    public AbortCommand()
        : base("abort", SteeringCatalog.Abort.Summary)
    {
        _run.AddTo(this);
        AddOptionsOf(SteeringCatalog.Abort);
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var run = _run.Text(parsed) is null
            ? throw new UseCaseException(UseCaseOutcome.Usage, "No run to revert was specified.", "Name the run: orchestrate abort RUN.")
            : _run.RequireRun(context.RequireRepository(), parsed);
        return SteerAsync(parsed, context, run, SteeringCatalog.Abort, InputOf(parsed, context, task: null), stop);
    }
}
