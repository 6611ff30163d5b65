using System.CommandLine;
using Orchestrator.Cli.Options;
using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>abort</c>: ends an open run, and takes back its landing.</summary>
internal sealed class AbortCommand : SteeringCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "The run" };
    private readonly Option<bool> _yes = GlobalOptions.Yes();

    public AbortCommand()
        : base("abort", "End a run and take back what it landed")
    {
        Add(_run);
        Add(_yes);
        AddEngine();
    }

    public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var run = StoredRuns.Require(context.RequireRepository(), parsed.GetRequiredValue(_run));
        return new RunAbortion(context, stop).RunAsync(
            run,
            parsed.GetValue(_yes),
            () => SendAsync(parsed, context, run, CancelOf(context), stop)
        );
    }
}
