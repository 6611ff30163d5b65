using System.CommandLine;
using Orchestrator.Cli.Options;
using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>abort</c>: ends an open run and reverts its landing.</summary>
internal sealed class AbortCommand : SteeringCommand
{
    private readonly RunArgument _run = new("RUN", "The run");
    private readonly Option<bool> _yes = GlobalOptions.Yes();

    public AbortCommand()
        : base("abort", "End a run and take back what it landed")
    {
        _run.AddTo(this);
        Add(_yes);
        AddEngine();
    }

    public override Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var run = _run.Text(parsed) is null
            ? throw new UseCaseException(Outcome.Usage, "Which run is to be taken back?", "Name it: orchestrate abort RUN.")
            : _run.RequireRun(context.RequireRepository(), parsed);
        return new RunWithdrawal(context, stop).RunAsync(
            run,
            parsed.GetValue(_yes),
            () => SendAsync(parsed, context, run, CancelOf(context), stop)
        );
    }
}
