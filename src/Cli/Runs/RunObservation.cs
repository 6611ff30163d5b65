using Orchestrator.Cli.Engine;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Hosting;

namespace Orchestrator.Cli.Runs;

/// <summary>A run as it is now for whoever asks: by its record, by its engine, and by whether somebody works on it.</summary>
internal static class RunObservation
{
    /// <summary>Asks its engine, also one on a Temporal server, and looks at who works on it.</summary>
    public static async Task<StoredRun> OfAsync(
        StoredRun run,
        RepositoryLocation repository,
        CommandContext context,
        CancellationToken stop
    ) => await OfFilesAsync(await NewestExecution.AskAsync(run, repository, context, stop), repository, context, stop);

    /// <summary>The same by this machine's files alone: for who looks again and again.</summary>
    public static async Task<StoredRun> OfFilesAsync(
        StoredRun run,
        RepositoryLocation repository,
        CommandContext context,
        CancellationToken stop
    )
    {
        var abandoned = await IsAbandonedAsync(run, repository, context, stop);
        return run with
        {
            Status = run.Status with
            {
                Abandoned = abandoned,
                Kept = RunStates.IsFinal(run.Status.State) ? [] : KeptCommands.Of(run.Folder, run.Status),
                Crashes = BackgroundProcess.CrashesOf(run.Folder) is { Count: > 0 } crashes ? crashes : null,
                Standing = abandoned is true ? RunStanding.Interrupted : run.Status.Standing,
            },
        };
    }

    /// <summary>What to do about a run that nobody works on.</summary>
    public static string Cure(StoredRun run) => $"Nobody works on it now. 'orchestrate resume {run.Id}' goes on.";

    // Null: of runs on a Temporal server nothing is known here.
    private static async Task<bool?> IsAbandonedAsync(
        StoredRun run,
        RepositoryLocation repository,
        CommandContext context,
        CancellationToken stop
    )
    {
        if (
            RunStanding.Of(run.Status) != RunStanding.Moving
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
            // Settings that can't be read are no reason not to show the run; whoever resumes it is told.
            return null;
        }
    }
}
