using System.CommandLine;
using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>promote</c>: retries the landing of a run whose target needed attention.</summary>
internal sealed class PromoteCommand : SteeringCommand
{
    private readonly RunArgument _run = new("RUN", "The run");

    public PromoteCommand()
        : base("promote", "Land a run that waits for its target branch")
    {
        _run.AddTo(this);
        AddLanding();
        AddEngine();
    }

    public override async Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var run = _run.RequireOpenRun(context.RequireRepository(), parsed);
        var target = await TargetAsync(parsed, context, stop);
        return await SendLandingAsync(parsed, context, run, asked => PromoteOf(context, asked, StoredRefusals.OfPromote, target), stop);
    }
}
