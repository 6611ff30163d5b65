using Orchestrator.Messages;

namespace Orchestrator.Machine.Cleaning;

/// <summary>Runs whose start was killed before their workflow was there: a folder with what the start had kept for the run, without a plan
/// and without a record.</summary>
public static class NeverBegun
{
    /// <summary>Takes the place of a run's state.</summary>
    public const string State = "never-begun";

    /// <summary>A start takes seconds; one that waits for its server an hour at most.</summary>
    private static readonly TimeSpan StartsWithin = TimeSpan.FromHours(1);

    /// <summary>Finds them. Those whose folder is named by a hash, not by the run's id, are left out: nobody could ask the engine for such
    /// a run.</summary>
    /// <param name="location">The repository.</param>
    /// <param name="now">The time, UTC: a folder that was changed less than an hour ago may be one of a run that begins.</param>
    /// <returns>One for each, in order, with nothing but its id.</returns>
    public static IReadOnlyList<RunStatus> List(RepositoryLocation location, DateTimeOffset now) =>
        Directory.Exists(location.RunsFolder)
            ?
            [
                .. new DirectoryInfo(location.RunsFolder)
                    .EnumerateDirectories()
                    .Where(folder =>
                        RunFolder.IdOf(folder.Name) is not null
                        && IsWithoutRecord(new RunFolder(location.Root, folder.Name))
                        && now.UtcDateTime - folder.LastWriteTimeUtc > StartsWithin
                    )
                    .Select(folder => new RunStatus { RunId = folder.Name, State = State })
                    .OrderBy(run => run.RunId, StringComparer.Ordinal),
            ]
            : [];

    /// <summary>True if a run is still to end.</summary>
    /// <param name="run">A run, or an entry of <see cref="List"/>.</param>
    public static bool IsOpen(RunStatus run) => !RunStates.IsFinal(run.State) && run.State != State;

    private static bool IsWithoutRecord(RunFolder folder) => !File.Exists(folder.Status) && !File.Exists(folder.Plan);
}
