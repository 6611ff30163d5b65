namespace Orchestrator.App.Runs;

/// <summary>Finds the runs of a repository from its files alone.</summary>
public static class StoredRuns
{
    /// <summary>Returns all runs, the most recently changed first.</summary>
    public static IReadOnlyList<StoredRun> List(RepositoryLocation repository) => List(repository, StoredRun.TryRead);

    /// <summary>Returns all runs, the most recently changed first.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="read">Reads a run's folder; returns null if nothing has been written yet.</param>
    public static IReadOnlyList<StoredRun> List(RepositoryLocation repository, Func<string, StoredRun?> read)
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
            // The folder was removed concurrently.
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

    /// <summary>Returns the run to use if none is named, for reading and for changing: the only open run, or else the latest.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="all">Records of all runs.</param>
    /// <returns>The run, or null if there are no runs.</returns>
    public static StoredRun? Default(RepositoryLocation repository, IReadOnlyList<StoredRun> all) =>
        Open(repository, all) is [var only] ? only
        : all.Count > 0 ? RunRecordReconciler.Of(all[0], repository)
        : null;

    /// <summary>Returns the run to show. If none is named, it is the only open run, or else the latest.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="given">Name that the user typed; see <see cref="RunNames"/>.</param>
    /// <param name="alsoTasks">True if the name could also be that of a task, so that tasks are suggested too.</param>
    /// <exception cref="UseCaseException">There are no runs, or the name matches none or several.</exception>
    public static StoredRun Require(RepositoryLocation repository, string? given, bool alsoTasks = false)
    {
        // If the name is that of a folder, only this folder is read, which stays fast even after years of runs.
        if (given is not null && StoredRun.TryRead(Path.Combine(repository.RunsFolder, given)) is { } named)
        {
            return RunRecordReconciler.Of(named, repository);
        }
        var runs = List(repository);
        if (given is null)
        {
            return Default(repository, runs) ?? throw NoneYet(repository);
        }
        if (runs.Count == 0)
        {
            throw NoneYet(repository, given);
        }
        var tasks = alsoTasks
            ? Open(repository, runs).Concat(runs.Take(1)).SelectMany(run => run.Status.Tasks.Select(task => task.Id))
            : [];
        return RunRecordReconciler.Of(RunNames.Require(runs, given, tasks), repository);
    }

    /// <summary>Returns the run to change. If none is named, it is the only open run.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="given">Name that the user typed.</param>
    /// <param name="alsoTasks">True if the name could also be that of a task; see <see cref="Require"/>.</param>
    /// <exception cref="UseCaseException">The name matches no run or several, none was given and not exactly one is open, or the run
    /// belongs to another place.</exception>
    public static StoredRun RequireOpen(RepositoryLocation repository, string? given, bool alsoTasks = false) =>
        DemandHome(repository, given is null ? OnlyOpen(repository) : Require(repository, given, alsoTasks));

    /// <summary>Rejects an open run that belongs to another place. Only an ended run may be changed from anywhere.</summary>
    /// <exception cref="UseCaseException">The run belongs to another place.</exception>
    public static StoredRun DemandHome(RepositoryLocation repository, StoredRun run)
    {
        // Paths of the run's worktrees and agent folders, and the name of its task queue, contain that place.
        var home = run.Status.Repository;
        if (home.Length > 0 && !RunStates.IsFinal(run.Status.State) && !repository.IsAt(home))
        {
            var machine = run.Status.Queue.Length > 0 ? $" on {MachineName.Of(run.Status.Queue, run.Status.Host)}" : "";
            throw new UseCaseException(
                Outcome.Usage,
                $"{run.Id} belongs to the repository at {home}{machine}. This repository at "
                    + $"{repository.Root} is on another machine, is a copy, or was moved.",
                "Continue the run there (move the repository back if it was moved). If that machine is gone, take over the run "
                    + $"(orchestrate move {run.Id}), or start its plan here; finished work is reused."
            );
        }

        return run;
    }

    /// <summary>Returns the runs that have not ended. If a record is open, the engine is checked. A run that was reset is found only by
    /// its name.</summary>
    public static IReadOnlyList<StoredRun> Open(RepositoryLocation repository) => Open(repository, List(repository));

    /// <summary>Returns the open runs among records that were already read.</summary>
    public static IReadOnlyList<StoredRun> Open(RepositoryLocation repository, IEnumerable<StoredRun> all) =>
        [
            .. all.Where(run => !RunStates.IsFinal(run.Status.State))
                .Select(run => RunRecordReconciler.Of(run, repository))
                .Where(run => !RunStates.IsFinal(run.Status.State)),
        ];

    /// <summary>Returns the record of a run by its full id, or null if there is none.</summary>
    public static StoredRun? Find(RepositoryLocation repository, string id)
    {
        // If the id is invalid as a folder name, the run's folder has another name.
        var folder = Path.Combine(repository.RunsFolder, id);
        return (Directory.Exists(folder) ? StoredRun.TryRead(folder) : null) ?? List(repository).FirstOrDefault(run => run.Id == id);
    }

    private static StoredRun OnlyOpen(RepositoryLocation repository)
    {
        var open = Open(repository);
        return open switch
        {
            [var only] => only,
            [] => throw NoneOpen(repository),
            _ => throw SeveralOpen([.. open.Select(run => run.Id)]),
        };
    }

    /// <summary>Returns the error of a command that needs a run in a repository without runs.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="given">Name of the run that the user typed, or null if none.</param>
    public static UseCaseException NoneYet(RepositoryLocation repository, string? given = null) =>
        new(
            Outcome.Usage,
            $"{repository.Root} has no run yet.",
            "Start one with 'orchestrate run'."
                + (
                    given is null
                        ? ""
                        : $" If {given} is on another machine, look there. 'orchestrate move {given}' takes it over if that "
                            + "machine is gone."
                )
        );

    /// <summary>Returns the error of a command that needs an open run.</summary>
    public static UseCaseException NoneOpen(RepositoryLocation repository) =>
        List(repository).Count == 0
            ? NoneYet(repository)
            : new(Outcome.Usage, $"{repository.Root} has no open run.", "Start one with 'orchestrate run', or name a run.");

    /// <inheritdoc cref="NoneOpen"/>
    public static UseCaseException SeveralOpen(IReadOnlyList<string> ids) =>
        new(Outcome.Usage, $"More than one run is open: {string.Join(", ", ids)}.", "Specify one of them.");
}
