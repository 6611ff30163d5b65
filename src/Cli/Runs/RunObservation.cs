using Orchestrator.Cli.Engine;
using Orchestrator.Machine.Hosting;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Merging.Landing;
using Orchestrator.Runs.Reports;

namespace Orchestrator.Cli.Runs;

/// <summary>The present state of a run: by its record, by its engine, and by whether a worker runs.</summary>
internal static class RunObservation
{
    /// <summary>Queries its engine, also on a Temporal server, and checks for workers.</summary>
    public static async Task<StoredRun> OfAsync(
        StoredRun run,
        RepositoryLocation repository,
        CommandContext context,
        CancellationToken stop
    ) => await OfFilesAsync(await NewestExecution.AskAsync(run, repository, context, stop), repository, context, stop);

    /// <summary>Observes a run by this machine's files alone, for frequent polling.</summary>
    public static async Task<StoredRun> OfFilesAsync(
        StoredRun run,
        RepositoryLocation repository,
        CommandContext context,
        CancellationToken stop
    )
    {
        var abandoned = await IsAbandonedAsync(run, repository, context, stop);
        var status = await LandedWork.LookAsync(run.Status, repository.Root, context.Services, stop);
        return run with
        {
            Status = status with
            {
                Abandoned = abandoned,
                Kept = RunStates.IsFinal(run.Status.State) ? [] : PendingCommands.Of(run.Folder, run.Status),
                Crashes = BackgroundProcess.CrashesOf(run.Folder) is { Count: > 0 } crashes ? crashes : null,
                Standing = abandoned is true ? RunLiveness.Interrupted : run.Status.Standing,
            },
        };
    }

    /// <summary>The cure for a run without a worker.</summary>
    public static string Cure(StoredRun run) => $"Nobody works on it now. 'orchestrate resume {run.Id}' goes on.";

    // Null: unknown for runs on a Temporal server.
    private static async Task<bool?> IsAbandonedAsync(
        StoredRun run,
        RepositoryLocation repository,
        CommandContext context,
        CancellationToken stop
    )
    {
        if (
            RunLiveness.Of(run.Status) != RunLiveness.Moving
            || await EngineOwners.FindAsync(repository.OrchestratorFolder, stop) is not null
        )
        {
            return false;
        }
        try
        {
            var settings = context.OpenSettings(repository, [], run.Id);
            return settings.WithholdsEngine || settings.Loaded.Settings!.Temporal.Address is not null ? null : true;
        }
        catch (CommandException)
        {
            // Invalid settings do not prevent showing the run; resuming it reports them.
            return null;
        }
    }
}
