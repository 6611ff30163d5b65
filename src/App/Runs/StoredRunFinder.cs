namespace Orchestrator.App.Runs;

/// <summary>Finds the runs of a repository by their folders. No engine is needed.</summary>
public static class StoredRunFinder
{
    /// <summary>Returns all runs, most recently changed first.</summary>
    public static IReadOnlyList<StoredRun> List(LocalRepositoryPaths repository) => List(repository, StoredRun.TryRead);

    /// <summary>Returns all runs, most recently changed first.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="read">Reads the folder of a run. Returns null if the folder contains no status yet.</param>
    public static IReadOnlyList<StoredRun> List(LocalRepositoryPaths repository, Func<string, StoredRun?> read)
    {
        if (!Directory.Exists(repository.RunsFolder))
        {
            return [];
        }
        string[] folders;
        try
        {
            folders = Directory.GetDirectories(repository.RunsFolder);
        }
        catch (DirectoryNotFoundException)
        {
            // The folder was removed in the meantime.
            return [];
        }
        List<StoredRun> runs =
        [
            .. folders
                .Where(folder => !Path.GetFileName(folder).StartsWith(RunFolder.Removed, StringComparison.Ordinal))
                .Select(read)
                .OfType<StoredRun>(),
        ];
        runs.Sort((a, b) => b.Status.StartedAt.CompareTo(a.Status.StartedAt));
        return runs;
    }

    /// <summary>Returns the run that a command uses if the user names none. It is the only open run, or otherwise the latest run.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="all">Records of all runs.</param>
    /// <returns>The run, or null if there are no runs.</returns>
    public static StoredRun? Default(LocalRepositoryPaths repository, IReadOnlyList<StoredRun> all) =>
        Open(repository, all) is [var only] ? only
        : all.Count > 0 ? RunRecordReconciler.Of(all[0], repository)
        : null;

    /// <summary>
    /// Returns the run that a command shows. If the user names none, it is the only open run, or otherwise the latest run.
    /// </summary>
    /// <param name="repository">The repository.</param>
    /// <param name="given">The text that the user typed (see <see cref="RunNameResolver"/>), or null if the user typed none.</param>
    /// <param name="alsoTasks">True if the text may also refer to a task, so that tasks are suggested, too.</param>
    /// <exception cref="UseCaseException">There are no runs, or the text identifies none or more than one.</exception>
    public static StoredRun Require(LocalRepositoryPaths repository, string? given, bool alsoTasks = false)
    {
        // If the text is the name of a folder, only that folder is read. This is fast even if there are many runs.
        if (given is not null && StoredRun.TryRead(Path.Combine(repository.RunsFolder, given)) is { } named)
        {
            return RunRecordReconciler.Of(named, repository);
        }
        var runs = List(repository);
        if (given is null)
        {
            return Default(repository, runs) ?? throw NoRunsError(repository);
        }
        if (runs.Count == 0)
        {
            throw NoRunsError(repository, given);
        }
        var tasks = alsoTasks
            ? Open(repository, runs).Concat(runs.Take(1)).SelectMany(run => run.Status.Tasks.Select(task => task.Id))
            : [];
        return RunRecordReconciler.Of(RunNameResolver.Require(runs, given, tasks), repository);
    }

    /// <summary>Returns the run that a command changes. If the user names none, it is the only open run.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="given">The text that the user typed, or null if the user typed none.</param>
    /// <param name="alsoTasks">True if the text may also refer to a task, so that tasks are suggested, too.</param>
    /// <exception cref="UseCaseException">The name matches no run or several, none was given and not exactly one is open, or the run
    /// belongs to another place.</exception>
    public static StoredRun RequireOpen(LocalRepositoryPaths repository, string? given, bool alsoTasks = false) =>
        RequireOriginalPath(repository, given is null ? OnlyOpen(repository) : Require(repository, given, alsoTasks));

    /// <summary>
    /// Throws if a run is open and belongs to a different path of the repository. A run that has ended can be changed from any path.
    /// </summary>
    /// <exception cref="UseCaseException">The run belongs to another path of the repository.</exception>
    public static StoredRun RequireOriginalPath(LocalRepositoryPaths repository, StoredRun run)
    {
        // Worktrees, agent folders and the name of the run's task queue contain the repository's path.
        var home = run.Status.Repository;
        if (home.Length > 0 && !RunStateNames.IsFinal(run.Status.State) && !repository.IsAt(home))
        {
            var machine = run.Status.Queue.Length > 0 ? $" on {MachineName.Of(run.Status.Queue, run.Status.Host)}" : "";
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{run.Id} belongs to the repository at {home}{machine}. This repository at "
                    + $"{repository.Root} is on another machine, is a copy, or was moved.",
                "Continue the run there (move the repository back if it was moved). If that machine is gone, take over the run "
                    + $"(orchestrate move {run.Id}), or start its plan here; finished work is reused."
            );
        }

        return run;
    }

    /// <summary>
    /// Returns the runs that have not ended. Each run that is open according to its record is also checked in the embedded engine's
    /// database file. A run that was reset after its end is not included.
    /// </summary>
    public static IReadOnlyList<StoredRun> Open(LocalRepositoryPaths repository) => Open(repository, List(repository));

    /// <summary>Returns the open runs among runs that were already read.</summary>
    public static IReadOnlyList<StoredRun> Open(LocalRepositoryPaths repository, IEnumerable<StoredRun> all) =>
        [
            .. all.Where(run => !RunStateNames.IsFinal(run.Status.State))
                .Select(run => RunRecordReconciler.Of(run, repository))
                .Where(run => !RunStateNames.IsFinal(run.Status.State)),
        ];

    /// <summary>Returns the run with the specified full id. Returns null if the run has no record.</summary>
    public static StoredRun? Find(LocalRepositoryPaths repository, string id)
    {
        // If a folder name can't contain the id, the folder has another name.
        var folder = Path.Combine(repository.RunsFolder, id);
        return (Directory.Exists(folder) ? StoredRun.TryRead(folder) : null) ?? List(repository).FirstOrDefault(run => run.Id == id);
    }

    private static StoredRun OnlyOpen(LocalRepositoryPaths repository)
    {
        var open = Open(repository);
        return open switch
        {
            [var only] => only,
            [] => throw NoneOpen(repository),
            _ => throw SeveralOpen([.. open.Select(run => run.Id)]),
        };
    }

    /// <summary>Returns the error for a command that needs a run if the repository has none.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="given">The text that the user typed, or null if the user typed none.</param>
    public static UseCaseException NoRunsError(LocalRepositoryPaths repository, string? given = null) =>
        new(
            UseCaseOutcome.Usage,
            $"{repository.Root} has no runs yet.",
            "Start one with 'orchestrate run'."
                + (
                    given is null
                        ? ""
                        : $" If {given} is on another machine, look there. 'orchestrate move {given}' takes over the run if that "
                            + "machine is gone."
                )
        );

    /// <summary>Returns the error for a command that needs an open run if there is none.</summary>
    public static UseCaseException NoneOpen(LocalRepositoryPaths repository) =>
        List(repository).Count == 0
            ? NoRunsError(repository)
            : new(UseCaseOutcome.Usage, $"{repository.Root} has no open runs.", "Start one with 'orchestrate run', or name a run.");

    /// <inheritdoc cref="NoneOpen"/>
    public static UseCaseException SeveralOpen(IReadOnlyList<string> ids) =>
        new(UseCaseOutcome.Usage, $"More than one run is open: {string.Join(", ", ids)}.", "Specify one of these runs.");
}
