using System.CommandLine;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;
using Orchestrator.Runs.Loading;
using Orchestrator.Runs.Merging.PullRequests;
using Orchestrator.Runs.Reports;

namespace Orchestrator.Cli.Commands;

/// <summary><c>pr</c>: creates draft pull requests for a run's branches, and updates them when called again.</summary>
internal sealed class PrCommand : CliCommand
{
    private readonly RunArgument _which = Which();

    public PrCommand()
        : base("pr", "Open a draft pull request of a run or a task through gh, or update the one it has")
    {
        _which.AddTo(this);
        Add(new PrSyncCommand());

        // System.CommandLine requires a subcommand unless the command itself has an action.
        SetAction(static _ => 0);
    }

    /// <summary>Creates the argument that names the run or task.</summary>
    internal static RunArgument Which() => new("RUN/TASK", "The run, or one task of it: then its branch alone");

    /// <summary>Returns the tasks whose branches get pull requests: the named task, or the tasks whose branches were retained unmerged.
    /// Otherwise the run's staging branch gets one.</summary>
    /// <returns>The tasks; a null entry means the run as a whole.</returns>
    /// <exception cref="UseCaseException">There is no such branch.</exception>
    internal static IReadOnlyList<RunTask?> Chosen(RunStatus run, string? task)
    {
        if (task is not null)
        {
            return [run.Tasks.First(one => one.Id == task)];
        }
        var kept = run.Tasks.Where(one => one.State == TaskStates.Kept).ToList();
        return kept.Count > 0 ? [.. kept]
            : run.Tasks.Any(one => TaskStates.IsOnStaging(one.State)) ? [null]
            : throw new UseCaseException(
                Outcome.Usage,
                $"{run.RunId} is {run.State}: nothing of it is merged, and no task has left a branch.",
                $"See 'orchestrate status {run.RunId}'."
            );
    }

    /// <summary>Returns the exit code for several pull requests, which is that of the first unsuccessful one.</summary>
    internal static Outcome CodeOf(IEnumerable<PullRequestResult> results) =>
        results.FirstOrDefault(result => result.Outcome != GitHubOutcome.Done)?.Outcome switch
        {
            null => Outcome.Done,
            GitHubOutcome.Refused => Outcome.WorkFailed,
            GitHubOutcome.RateLimited => Outcome.Resumable,
            _ => Outcome.Unavailable,
        };

    public override async Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var (run, reference) = _which.Require(repository, parsed);
        var chosen = Chosen(run.Status, reference.FindTask(run.Status));
        // The destination of the push must come from settings that the user trusts, never from those of agents.
        TrustGate.Demand(context, context.OpenSettings(repository, []), yes: false, run.Id);
        var plan = DecidedPlan.TryRead(repository.Root, run.Status);
        var text = new PullRequestText(repository.Root);
        var desk = new PullRequestDesk(repository, context.Services);
        var results = new List<PullRequestResult>();
        foreach (var task in chosen)
        {
            var asked =
                task is null ? plan?.Request
                : plan?.Tasks.FirstOrDefault(one => one.Id == task.Id) is { } of ? of.Text
                : null;
            var result = await desk.DeliverAsync(run.Status, text.Of(run.Status, task, asked ?? ""), stop);
            results.Add(result);
            if (result.Outcome == GitHubOutcome.Done)
            {
                context.Terminal.Show(result.Message);
                continue;
            }
            context.Terminal.Fail(result.Message, "");
            if (result.Outcome != GitHubOutcome.Refused)
            {
                break;
            }
        }
        return CodeOf(results);
    }
}
