using System.CommandLine;
using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>promote</c>: retries landing for a run whose target needed a person.</summary>
internal sealed class PromoteCommand : SteeringCommand
{
    private readonly Argument<string?> _run = new("RUN") { Description = "The run", Arity = ArgumentArity.ZeroOrOne };

    public PromoteCommand()
        : base("promote", "Land a run that waits for its target branch")
    {
        Add(_run);
        AddAcceptLosses();
        AddEngine();
    }

    public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var run = StoredRuns.RequireOpen(context.RequireRepository(), parsed.GetValue(_run));
        return SendLandingAsync(parsed, context, run, PromoteOf(context, StoredRefusals.OfPromote), stop);
    }
}
