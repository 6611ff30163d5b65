using System.CommandLine;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;

namespace Orchestrator.Cli.Commands;

/// <summary><c>resolve</c>: decides how a run continues that can't continue automatically.</summary>
internal sealed class ResolveCommand : SteeringCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "The run" };
    private readonly Argument<string> _way = new("WAY")
    {
        Description =
            $"'{Resolutions.ManualFix}': your commits on its staging branch repair it; '{Resolutions.Replan}': the planner makes other "
            + $"tasks of the failed ones; '{Resolutions.Abort}': it ends, and what it landed is taken back",
    };
    private readonly Option<string[]> _tasks = new("--task")
    {
        Description = "With manual-fix: a repaired task; may be given more than once (default: all that failed)",
        HelpName = "TASK",
    };
    private readonly Option<string?> _reason;

    public ResolveCommand()
        : base("resolve", "Decide what happens to a run that can't continue by itself")
    {
        _reason = TextOption("--reason", "Why, for the record of the run; with replan the planner reads it, too");
        _way.AcceptOnlyFromAmong([.. Resolutions.All]);
        Add(_run);
        Add(_way);
        Add(_tasks);
        Add(_reason);
        AddAcceptLosses();
        AddGoingOn();
        AddEngine();
    }

    public override Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var way = parsed.GetRequiredValue(_way);
        var given = parsed.GetValue(_tasks) ?? [];
        if (given.Length > 0 && way != Resolutions.ManualFix)
        {
            throw new UseCaseException(
                Outcome.Usage,
                $"--task belongs to {Resolutions.ManualFix}; '{way}' is about the whole run.",
                "Leave it out."
            );
        }
        var run = StoredRuns.RequireOpen(context.RequireRepository(), parsed.GetRequiredValue(_run));
        var ids = run.Status.Tasks.Select(task => task.Id).ToList();
        var command = new ResolutionCommand(way, parsed.GetValue(_reason) ?? "", context.Person)
        {
            Tasks = given.Length == 0 ? null : [.. given.Select(id => UniquePrefix.Find(id, ids, $"task of {run.Id}"))],
        };
        return way == Resolutions.Abort
            ? new RunWithdrawal(context, stop).RunAsync(
                run,
                SaysYes(parsed),
                () => SendAsync(parsed, context, run, CallOf(run) with { ComesToRest = status => RunStates.IsFinal(status.State) }, stop)
            )
            : SendLandingAsync(parsed, context, run, CallOf, stop);

        SteeringCall CallOf(StoredRun asked)
        {
            var answer = command with { Shown = SayWhatIsAnswered(context, asked, RunQuestion.OfResolve) };
            return new SteeringCall((handle, cancel) => handle.ResolveAsync(answer, cancel), "resolveEscalation", answer)
            {
                Refuse = StoredRefusals.OfResolve,
                Unchanged = Outcome.WorkFailed,
            };
        }
    }
}
