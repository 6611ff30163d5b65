using Orchestrator.App.PullRequests;

namespace Orchestrator.App.Commands;

/// <summary>Opens and updates the draft pull requests of a run's branches.</summary>
public static class RunPullRequestOpener
{
    /// <summary>
    /// Opens a pull request for each branch, or updates the existing one. If a failure would also affect the remaining branches, they are
    /// skipped.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="task">Id of the task whose branch is published, or null for all branches.</param>
    /// <param name="context">Provides user interaction, the clock and the current folder.</param>
    /// <param name="stop">Cancels the requests.</param>
    /// <exception cref="UseCaseException">The run has no such branch, or the repository is not trusted.</exception>
    public static async Task<IReadOnlyList<PullRequestResult>> OpenAsync(
        StoredRun run,
        string? task,
        UseCaseServiceBundle context,
        CancellationToken stop
    )
    {
        var repository = context.RequireRepository();
        var chosen = Chosen(run.Status, task);
        // The remote must come from the user's settings, not from files that an agent may have changed.
        RepositoryTrustPrompt.RequireTrust(context, context.OpenSettings(repository, []), yes: false, run.Id);
        var plan = RunPlanCache.TryReadPlan(repository.Root, run.Status);
        var text = new PullRequestText(repository.Root);
        var service = new PullRequestService(repository, context);
        var results = new List<PullRequestResult>();
        foreach (var offered in chosen)
        {
            var asked =
                offered is null ? plan?.Request
                : plan?.Tasks.FirstOrDefault(one => one.Id == offered.Id) is { } of ? of.Text
                : null;
            var result = await service.DeliverAsync(run.Status, text.Of(run.Status, offered, asked ?? ""), stop);
            results.Add(result);
            if (result.Outcome is not (GitHubCliCallOutcome.Done or GitHubCliCallOutcome.Refused))
            {
                break;
            }
        }
        return results;
    }

    /// <summary>
    /// Returns the tasks whose branches get pull requests: the given task, or all tasks that were verified but not merged. If there are no
    /// such tasks but the run has merged work, returns a single null entry, which stands for the staging branch.
    /// </summary>
    /// <returns>The tasks. Null stands for the run's staging branch.</returns>
    /// <exception cref="UseCaseException">The run has no such branch.</exception>
    public static IReadOnlyList<RunTaskStatus?> Chosen(RunStatus run, string? task)
    {
        if (task is not null)
        {
            return [run.Tasks.First(one => one.Id == task)];
        }
        var kept = run.Tasks.Where(one => one.State == TaskStateNames.Kept).ToList();
        return kept.Count > 0 ? [.. kept]
            : run.Tasks.Any(one => TaskStateNames.IsOnStaging(one.State)) ? [null]
            : throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{run.RunId} is {run.State}. It has neither merged work nor a task with a branch.",
                $"See 'orchestrate status {run.RunId}'."
            );
    }

    /// <summary>Returns the combined outcome of several pull requests. The first failure determines the outcome.</summary>
    public static UseCaseOutcome OutcomeOf(IEnumerable<PullRequestResult> results) =>
        results.FirstOrDefault(result => result.Outcome != GitHubCliCallOutcome.Done)?.Outcome switch
        {
            null => UseCaseOutcome.Done,
            GitHubCliCallOutcome.Refused => UseCaseOutcome.WorkFailed,
            GitHubCliCallOutcome.RateLimited => UseCaseOutcome.Resumable,
            _ => UseCaseOutcome.Unavailable,
        };
}
