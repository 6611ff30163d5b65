using Orchestrator.Cli.Engine;
using Orchestrator.Client;
using Orchestrator.Git.Program;
using Orchestrator.Git.Refs;
using Orchestrator.Messages;
using Orchestrator.Processes;
using Orchestrator.Runs;
using Orchestrator.Runs.Cleaning;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Runs;

/// <summary>What may be removed now.</summary>
/// <param name="Runs">What is left of the runs that were chosen.</param>
/// <param name="Stray">Hidden refs of no run, which the person's branches have.</param>
/// <param name="Spare">Worktrees beyond <c>worktrees.pool</c>.</param>
/// <param name="Orphans">Cache folders of repositories that are gone.</param>
internal sealed record CleanupSurvey(
    IReadOnlyList<RunRemains> Runs,
    IReadOnlyList<RefChange> Stray,
    IReadOnlyList<string> Spare,
    IReadOnlyList<OrphanedCache> Orphans
);

/// <summary>Looks what may be removed of ended runs in a repository, and removes it, one process at a time.</summary>
/// <param name="location">The repository.</param>
/// <param name="repository">The same, opened.</param>
/// <param name="settings">The settings in force.</param>
/// <param name="context">Clock and environment.</param>
internal sealed class RunCleanup(
    RepositoryLocation location,
    GitRepository repository,
    OrchestratorSettings settings,
    CommandContext context
)
{
    private readonly SpareWorktrees _spare = new(repository, context.Environment);

    /// <summary>Lets one process clean up; null: another one does.</summary>
    public LockFile? TryBegin() => LockFile.TryTake(Path.Combine(location.RunsFolder, ".cleanup"));

    /// <summary>Looks what may go.</summary>
    /// <param name="chosen">Runs that have ended.</param>
    /// <param name="all">Every run that is known here.</param>
    /// <param name="stop">Ends the look.</param>
    public async Task<CleanupSurvey> LookAsync(IReadOnlyList<RunStatus> chosen, IReadOnlyList<RunStatus> all, CancellationToken stop)
    {
        var survey = new RunSurvey(repository, settings.Worktrees.BranchPrefix);
        var runs = await survey.LookAsync([.. chosen.Select(run => new EndedRun(new RunFolder(location.Root, run.RunId), run))], stop);

        var orphans = OrphanedCache.List(context.Environment, context.Time.GetUtcNow());

        // A run that works, or begins to, may need what is spare or of no run.
        if (all.Any(run => !RunStates.IsFinal(run.State)))
        {
            return new CleanupSurvey(runs, [], [], orphans);
        }
        var known = all.Select(run => RunFolder.NameOf(run.RunId)).ToHashSet(StringComparer.Ordinal);
        return new CleanupSurvey(runs, await survey.StrayAsync(known, stop), _spare.Beyond(settings.Worktrees.Pool), orphans);
    }

    /// <summary>Removes what was looked at.</summary>
    /// <param name="found">What may go.</param>
    /// <param name="engine">The engine that has their histories; null: nobody asks one.</param>
    /// <param name="stop">Is looked at between the steps.</param>
    /// <returns>Sentences about what was left although it might go.</returns>
    public async Task<IReadOnlyList<string>> RemoveAsync(CleanupSurvey found, EngineConnection? engine, CancellationToken stop)
    {
        RunRemoval.FinishEarlier(location.RunsFolder);
        var removal = new RunRemoval(repository);
        var left = new List<string>();
        foreach (var remains in found.Runs.Where(remains => remains.HasAny))
        {
            if (await removal.RemoveAsync(remains, id => ForgetAsync(id, engine, stop), stop) is { } why)
            {
                left.Add(why);
            }
        }
        if (await removal.RemoveRefsAsync(found.Stray, stop) is { } moved)
        {
            left.Add(moved);
        }
        await _spare.RemoveAsync(found.Spare, stop);
        foreach (var folder in found.Orphans.Select(orphan => orphan.Folder))
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                FolderRemover.Remove(folder);
            }
            catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
            {
                left.Add($"{folder}: {refusal.Message}");
            }
        }
        if (engine is { IsEmbedded: true })
        {
            await new RunHistories(engine.Client).ForgetLeasesAsync(context.Time.GetUtcNow(), stop);
            await engine.SweepAsync();
        }
        return left;
    }

    private static async Task<bool> ForgetAsync(string run, EngineConnection? engine, CancellationToken stop) =>
        engine switch
        {
            null => true,
            { IsEmbedded: true } => await new RunHistories(engine.Client).ForgetAsync(run, stop),
            _ => await engine.Runs.Get(run).FindExecutionAsync(stop) is not { IsOpen: true },
        };
}
