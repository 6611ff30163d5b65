using Orchestrator.Messages;
using Orchestrator.Runs;

namespace Orchestrator.App.Runs;

/// <summary>The runs of a repository, from its files alone.</summary>
public static class StoredRuns
{
    /// <summary>All runs, the one that changed last first.</summary>
    public static IReadOnlyList<StoredRun> List(RepositoryLocation repository) => List(repository, StoredRun.TryRead);

    /// <summary>All runs, the one that changed last first.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="read">Reads a run's folder; null where nothing was written yet.</param>
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
            // Removed since.
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

    /// <summary>The run that is meant where none is named, for reading and for changing alike: the only open one, else the
    /// latest.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="all">The records of all runs.</param>
    /// <returns>Null: there is no run.</returns>
    public static StoredRun? Default(RepositoryLocation repository, IReadOnlyList<StoredRun> all) =>
        Open(repository, all) is [var only] ? only
        : all.Count > 0 ? NewestExecution.Of(all[0], repository)
        : null;

    /// <summary>The run to show: the only open one where none is named, else the latest.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="given">The text that was given: see <see cref="RunNames"/>.</param>
    /// <param name="alsoTasks">It could have named a task as well, so tasks are suggested too.</param>
    /// <exception cref="UseCaseException">There is none, or the name matches none or several.</exception>
    public static StoredRun Require(RepositoryLocation repository, string? given, bool alsoTasks = false)
    {
        // If the name is a folder only that one is read: with years of runs this must stay fast.
        if (given is not null && StoredRun.TryRead(Path.Combine(repository.RunsFolder, given)) is { } named)
        {
            return NewestExecution.Of(named, repository);
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
        return NewestExecution.Of(RunNames.Require(runs, given, tasks), repository);
    }

    /// <summary>The run to change: where none is named, the only open one.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="given">The text that was given.</param>
    /// <param name="alsoTasks">As for <see cref="Require"/>.</param>
    /// <exception cref="UseCaseException">The name matches none or several, none was given and not exactly one is open, or the run belongs
    /// to another place.</exception>
    public static StoredRun RequireOpen(RepositoryLocation repository, string? given, bool alsoTasks = false) =>
        DemandHome(repository, given is null ? OnlyOpen(repository) : Require(repository, given, alsoTasks));

    /// <summary>A run that may be changed from here: an open one must belong to this place.</summary>
    /// <exception cref="UseCaseException">It belongs to another one.</exception>
    public static StoredRun DemandHome(RepositoryLocation repository, StoredRun run)
    {
        // The paths of its worktrees and agents' folders and the name of its queue contain that place.
        var home = run.Status.Repository;
        if (home.Length > 0 && !RunStates.IsFinal(run.Status.State) && !repository.IsAt(home))
        {
            var machine = run.Status.Queue.Length > 0 ? $" on {MachineName.Of(run.Status.Queue, run.Status.Host)}" : "";
            throw new UseCaseException(
                Outcome.Usage,
                $"{run.Id} belongs to the repository at {home}{machine}, and this one, at "
                    + $"{repository.Root}, is another machine's, a copy of it, or has been moved.",
                "Continue it at that place (move the repository back if it was moved), take it to this one where that machine is gone "
                    + $"(orchestrate move {run.Id}), or start its plan here: what is finished is taken up again."
            );
        }

        return run;
    }

    /// <summary>Runs that have not ended. If a record says open, the engine is checked; a run that was reset is found by its name
    /// alone.</summary>
    public static IReadOnlyList<StoredRun> Open(RepositoryLocation repository) => Open(repository, List(repository));

    /// <summary>The open runs among records that were read already.</summary>
    public static IReadOnlyList<StoredRun> Open(RepositoryLocation repository, IEnumerable<StoredRun> all) =>
        [
            .. all.Where(run => !RunStates.IsFinal(run.Status.State))
                .Select(run => NewestExecution.Of(run, repository))
                .Where(run => !RunStates.IsFinal(run.Status.State)),
        ];

    /// <summary>The record of a run by its whole id; null where there is none.</summary>
    public static StoredRun? Find(RepositoryLocation repository, string id)
    {
        // An id that is invalid as a folder name has a folder of another name.
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

    /// <summary>The error of a command that needs a run, where there never was one.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="given">The run that was named; null: none was.</param>
    public static UseCaseException NoneYet(RepositoryLocation repository, string? given = null) =>
        new(
            Outcome.Usage,
            $"There is no run in {repository.Root} yet.",
            "Start one with 'orchestrate run'."
                + (
                    given is null
                        ? ""
                        : $" If {given} is another machine's, it is seen there; 'orchestrate move {given}' takes it to this one where that "
                            + "machine is gone."
                )
        );

    /// <summary>The error of a command that needs an open run.</summary>
    public static UseCaseException NoneOpen(RepositoryLocation repository) =>
        List(repository).Count == 0
            ? NoneYet(repository)
            : new(Outcome.Usage, $"No run is open in {repository.Root}.", "Start one with 'orchestrate run', or name the run you mean.");

    /// <inheritdoc cref="NoneOpen"/>
    public static UseCaseException SeveralOpen(IReadOnlyList<string> ids) =>
        new(Outcome.Usage, $"More than one run is open: {string.Join(", ", ids)}.", "Name the one you mean.");
}
