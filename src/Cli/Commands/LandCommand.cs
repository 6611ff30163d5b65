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
        Description = "What is merged by now, when the gates of the whole run hold on it; the other tasks stay open",
    };

    public LandCommand()
        : base("land", "Land a run, or with --merged what it has merged so far")
    {
        _run.AddTo(this);
        Add(_merged);
        AddLanding();
        AddEngine();
    }

    public override async Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var run = _run.RequireOpenRun(context.RequireRepository(), parsed);
        var target = await TargetAsync(parsed, context, stop);
        return await SendLandingAsync(
            parsed,
            context,
            run,
            asked => parsed.GetValue(_merged) ? MergedOf(context, asked, target) : PromoteOf(context, asked, StoredRefusals.OfLand, target),
            stop
        );
    }

    private static SteeringCall MergedOf(CommandContext context, StoredRun run, string? target)
    {
        var before = run.Status.LandedCommit;
        var command = new PersonCommand(By: context.Person)
        {
            Shown = SayWhatIsAnswered(context, run, RunQuestion.OfLandMerged),
            Target = target,
        };
        return new SteeringCall((handle, cancel) => handle.LandMergedAsync(command, cancel), "landMerged", command)
        {
            ComesToRest = status => status.LandedCommit != before && status.State != RunStates.Landing,
            Refuse = StoredRefusals.OfLandMerged,
        };
    }
}
