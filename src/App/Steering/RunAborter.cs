using Orchestrator.Runs.Merging.Landing;
using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Steering;

/// <summary>Ends an open run, and reverts its landing unless later work is based on it.</summary>
internal sealed class RunAborter(UseCaseServiceBundle context, CancellationToken stop)
{
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Aborts a run. A repeated call has no further effect.</summary>
    /// <param name="run">The run.</param>
    /// <param name="yes">True to reset a branch without asking.</param>
    /// <param name="endAsync">Ends the run if it is open.</param>
    /// <returns>The exit code.</returns>
    public async Task<UseCaseOutcome> RunAsync(StoredRun run, bool yes, Func<Task<UseCaseOutcome>> endAsync)
    {
        var repository = context.RequireRepository();
        if (run.Status.State == RunStateNames.Aborted)
        {
            context.Interaction.Inform($"{run.Id} is already aborted: {run.Status.Reason}");
            return UseCaseOutcome.Done;
        }
        var hasLanded = EndedRunLandingReverter.HasLanded(run.Folder);
        var isOpen = !RunStateNames.IsFinal(run.Status.State);
        if (!isOpen && !hasLanded)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{run.Id} is {run.Status.State}, and none of its work has landed on {run.Status.Target}.",
                KeptWorkText(run.Status)
            );
        }
        var isThere =
            hasLanded
            && (await LandedWorkPresenceChecker.CheckAsync(run.Status, repository.Root, context.Services, stop)).LandedGone is not true;
        if (isThere && !yes && !Confirm(run))
        {
            return UseCaseOutcome.NeedsPerson;
        }
        if (isOpen)
        {
            var sent = await endAsync();
            if (sent != UseCaseOutcome.Done || !EndedRunLandingReverter.HasLanded(run.Folder))
            {
                return sent;
            }
            run = await EndedAsync(run, repository);
        }
        return await RevertLandingAsync(run, repository);
    }

    private bool Confirm(StoredRun run) =>
        context.Interaction.Ask($"{run.Id} has landed on {run.Status.Target}. Revert the landing on {run.Status.Target}?")
        ?? throw new UseCaseException(
            UseCaseOutcome.NeedsPerson,
            $"{run.Id} has landed on {run.Status.Target}, but moving {run.Status.Target} back requires confirmation in a terminal.",
            $"orchestrate abort {run.Id} --yes"
        );

    // The run's worker ends the run and updates its record, so the call waits for the record.
    private async Task<StoredRun> EndedAsync(StoredRun run, LocalRepositoryPaths repository)
    {
        var began = context.Time.GetTimestamp();
        while (!RunStateNames.IsFinal((run = RunRecordReconciler.Of(run.Reload(), repository)).Status.State))
        {
            if (context.Time.GetElapsedTime(began) > EndsWithin)
            {
                throw new UseCaseException(
                    UseCaseOutcome.Resumable,
                    $"{run.Id} is still shutting down; its landed work is on {run.Status.Target}.",
                    $"When 'orchestrate status {run.Id}' shows that the run has ended, use 'orchestrate abort {run.Id}'."
                );
            }
            await Task.Delay(Pause, context.Time, stop);
        }
        return run;
    }

    private async Task<UseCaseOutcome> RevertLandingAsync(StoredRun run, LocalRepositoryPaths repository)
    {
        var (isTakenBack, reason) = await new RunRecord(run.Folder).AbortAsync(run.Status, repository.Root, context.Services, stop);
        context.Interaction.Inform(reason);
        return isTakenBack ? UseCaseOutcome.Done : UseCaseOutcome.NeedsPerson;
    }

    private static string KeptWorkText(RunStatus run) =>
        run.LandedOn.Length > 0 && run.LandedOn != run.Target
            ? $"Its work is only on the branch {run.LandedOn}. To discard it, close its pull request if it has one ('gh pr close "
                + $"{run.LandedOn}') and delete the branch."
            : $"See 'orchestrate show {run.RunId}'.";
}
