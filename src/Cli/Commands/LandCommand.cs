using System.CommandLine;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;

namespace Orchestrator.Cli.Commands;

/// <summary><c>land</c>: lands the merged work of a run, even while other tasks of the run need attention.</summary>
internal sealed class LandCommand : SteeringCommand
{
    private readonly RunArgument _run = new("RUN", "The run");
    private readonly Option<bool> _merged = new("--merged")
    {
        Description = "Land the merged tasks if they pass the gates of the whole run; the other tasks stay open",
    };

    public LandCommand()
        : base("land", "Land a run, or with --merged what it has merged so far")
    {
        _run.AddTo(this);
        Add(_merged);
        AddOptionsOf(SteeringCatalog.Land);
    }

    public override Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var run = _run.RequireOpenRun(context.RequireRepository(), parsed);
        var definition = parsed.GetValue(_merged) ? SteeringCatalog.LandMerged : SteeringCatalog.Land;
        return SteerAsync(parsed, context, run, definition, InputOf(parsed, context, task: null), stop);
    }
}
