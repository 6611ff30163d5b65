using Orchestrator.Runs.Loading;
using Orchestrator.Runs.Merging.PullRequests;
using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Commands;

/// <summary>Draft pull requests of a run's branches.</summary>
public static class RunPullRequests
{
    /// <summary>Opens a pull request for each branch, or updates the one that it has. A failure that the next one would meet, too, ends
    /// it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="task">Id of the only task to publish, or null for all.</param>
    /// <param name="context">The user, clock and folder.</param>
    /// <param name="stop">Cancels the requests.</param>
    /// <exception cref="UseCaseException">The run has no such branch, or the repository is not trusted.</exception>
    public static async Task<IReadOnlyList<PullRequestResult>> OpenAsync(
        StoredRun run,
        string? task,
        UseCaseContext context,
        CancellationToken stop
    )
    {
        var repository = context.RequireRepository();
        var chosen = Chosen(run.Status, task);
        // The push goes where the user's settings say, and not those of agents.
        TrustGate.Demand(context, context.OpenSettings(repository, []), yes: false, run.Id);
        var plan = DecidedPlan.TryRead(repository.Root, run.Status);
        var text = new PullRequestText(repository.Root);
        var service = new PullRequestService(repository, context.Services);
        var results = new List<PullRequestResult>();
        foreach (var offered in chosen)
        {
            var asked =
                offered is null ? plan?.Request
                : plan?.Tasks.FirstOrDefault(one => one.Id == offered.Id) is { } of ? of.Text
                : null;
            var result = await service.DeliverAsync(run.Status, text.Of(run.Status, offered, asked ?? ""), stop);
            results.Add(result);
            if (result.Outcome is not (GitHubOutcome.Done or GitHubOutcome.Refused))
            {
                break;
            }
        }
        return results;
    }

    /// <summary>Returns the tasks whose branches get pull requests: the named task, or all tasks of a run whose tasks stay separate. Null
    /// stands for the run's staging branch.</summary>
    /// <returns>Tasks; null stands for the run as a whole.</returns>
    /// <exception cref="UseCaseException">There is none.</exception>
    public static IReadOnlyList<RunTask?> Chosen(RunStatus run, string? task)
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
                $"{run.RunId} is {run.State}. It has neither merged work nor a task with a branch.",
                $"See 'orchestrate status {run.RunId}'."
            );
    }

    /// <summary>The outcome of several pull requests, which the first failure decides.</summary>
    public static Outcome OutcomeOf(IEnumerable<PullRequestResult> results) =>
        results.FirstOrDefault(result => result.Outcome != GitHubOutcome.Done)?.Outcome switch
        {
            null => Outcome.Done,
            GitHubOutcome.Refused => Outcome.WorkFailed,
            GitHubOutcome.RateLimited => Outcome.Resumable,
            _ => Outcome.Unavailable,
        };
}
