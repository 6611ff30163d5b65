using System.CommandLine;
using Orchestrator.Cli.Runs;
using Orchestrator.Git.Landing;
using Orchestrator.Messages;
using Orchestrator.Runs.Landing;

namespace Orchestrator.Cli.Commands;

/// <summary><c>abort</c>: ends a run that is open; of one that has ended it takes back what it landed.</summary>
internal sealed class AbortCommand : SteeringCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "The run" };

    public AbortCommand()
        : base("abort", "End a run and take back what it landed")
    {
        Add(_run);
        AddEngine();
    }

    public override async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var run = StoredRuns.Require(repository, parsed.GetRequiredValue(_run));
        if (!RunStates.IsFinal(run.Status.State))
        {
            var sent = await SendAsync(parsed, context, run, CancelOf(), stop);
            if (LandingReversals.HasLanded(run.Folder))
            {
                context.Terminal.Say($"It has landed on {run.Status.Target}. When it has ended: orchestrate abort {run.Id}");
            }
            return sent;
        }

        var result =
            await LandingReversals.TakeBackAsync(repository, run.Folder, stop)
            ?? throw new CommandException(
                ExitCodes.Usage,
                $"{run.Id} is {run.Status.State} and has landed nothing on {run.Status.Target}.",
                WhereItsWorkIs(run.Status)
            );
        context.Terminal.Say(result.Reason);
        return result.State is ReversalState.TakenBack or ReversalState.NotLanded ? ExitCodes.Done : ExitCodes.NeedsPerson;
    }

    private static string WhereItsWorkIs(RunStatus run) =>
        run.LandedOn.Length > 0 && run.LandedOn != run.Target
            ? $"Its work is on the branch {run.LandedOn} alone. To drop it, close its pull request if it has one ('gh pr close "
                + $"{run.LandedOn}') and delete the branch."
            : $"See 'orchestrate show {run.RunId}'.";
}
