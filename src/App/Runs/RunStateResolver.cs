using Orchestrator.App.Programs;
using Orchestrator.Runs.Merging.Landing;
using Orchestrator.Runs.Reports;
using Orchestrator.Runs.Reports.Notices;

namespace Orchestrator.App.Runs;

/// <summary>Determines the current state of a run, from its record, its engine and the workers of the repository.</summary>
public static class RunStateResolver
{
    /// <summary>Determines the state by querying the run's engine or Temporal server, and by looking for workers.</summary>
    public static async Task<StoredRun> OfAsync(
        StoredRun run,
        LocalRepositoryPaths repository,
        UseCaseServiceBundle context,
        CancellationToken stop
    ) => await OfFilesAsync(await RunRecordReconciler.AskAsync(run, repository, context, stop), repository, context, stop);

    /// <summary>Determines the state from the files on this machine only. Used by callers that poll often.</summary>
    public static async Task<StoredRun> OfFilesAsync(
        StoredRun run,
        LocalRepositoryPaths repository,
        UseCaseServiceBundle context,
        CancellationToken stop
    )
    {
        var abandoned = run.Status.Away is null ? await IsAbandonedAsync(run, repository, context, stop) : true;
        var status = await LandedWorkPresenceChecker.CheckAsync(run.Status, repository.Root, context.Services, stop);
        return run with
        {
            Status = status with
            {
                Abandoned = abandoned,
                // If no process executes the run, none of its tasks can be running.
                Counts = RunTaskCounts.Of(status with { Abandoned = abandoned }),
                Away = run.Status.Away is { } away
                    ? away.Machine == context.Machine
                        ? null
                        : away
                    : abandoned is true
                        ? AwayByRecord(run.Status, context)
                        : null,
                Kept = RunStateNames.IsFinal(run.Status.State) ? [] : PendingCommandStore.Of(run.Folder, run.Status),
                Unsent = UnsentOf(run, repository, context),
                Crashes = BackgroundProcess.CrashesOf(run.Folder) is { Count: > 0 } crashes ? crashes : null,
                Standing = abandoned is true ? RunLivenessClassifier.Interrupted : run.Status.Standing,
            },
        };
    }

    /// <summary>Checks whether the landed work of a run is still on its target, and returns the updated status.</summary>
    public static Task<RunStatus> CheckLandingAsync(RunStatus run, UseCaseServiceBundle context) =>
        LandedWorkPresenceChecker.CheckAsync(run, context.RequireRepository().Root, context.Services, CancellationToken.None);

    private static List<string>? UnsentOf(StoredRun run, LocalRepositoryPaths repository, UseCaseServiceBundle context) =>
        new NoticeOutbox(repository.Key, context.Services)
            .Read(run.Id)
            .Where(notice => notice.IsLate(context.Time.GetUtcNow()))
            .Select(notice => $"{notice.Describe()} {RemainingNoticeSender.NextOf(notice)}")
            .ToList()
            is { Count: > 0 } unsent
            ? unsent
            : null;

    /// <summary>Returns the run with its budgets, for callers that show costs.</summary>
    public static StoredRun WithBudgets(StoredRun run, LocalRepositoryPaths repository, UseCaseServiceBundle context) =>
        run with
        {
            Status = run.Status with { Budgets = context.Budgets.Read(run.Status, repository.Root, repository.Key, run.Shared) },
        };

    /// <summary>Returns the remedy for a run that no worker is executing.</summary>
    public static string RemedyFor(StoredRun run) =>
        run.Status.Away is { } away
            ? UnreachableHostFormatter.Of(away, run.Id)
            : $"No process is working on this run now. 'orchestrate resume {run.Id}' continues it.";

    /// <summary>
    /// Returns the machine that owns a run, if the run's record names a machine other than this one. Used while no process serves the run's
    /// embedded engine. The machine's last contact is unknown, because file times do not reveal it.
    /// </summary>
    private static UnreachableHost? AwayByRecord(RunStatus run, UseCaseServiceBundle context) =>
        QueueNames.MachineOf(run.Queue) is { } machine && machine != context.Machine
            ? new UnreachableHost(machine, run.Host, Since: null, LastSeen: null)
            : null;

    // Returns null if the machine is unknown, for a run on a Temporal server that was not queried.
    private static async Task<bool?> IsAbandonedAsync(
        StoredRun run,
        LocalRepositoryPaths repository,
        UseCaseServiceBundle context,
        CancellationToken stop
    )
    {
        if (
            RunLivenessClassifier.Of(run.Status) != RunLivenessClassifier.Moving
            || await EngineProcessFinder.FindAsync(repository.OrchestratorFolder, stop) is not null
        )
        {
            return false;
        }
        try
        {
            var settings = context.OpenSettings(repository, [], run.Id);
            return settings.WithholdsEngine || settings.Loaded.Settings!.Temporal.Address is not null ? null : true;
        }
        catch (UseCaseException)
        {
            // The run is shown even if the settings are invalid. They are reported when the run is resumed.
            return null;
        }
    }
}
