namespace Orchestrator.App.Cleaning;

/// <summary>
/// Finds runs whose start was killed before their workflow existed. The folder of such a run contains files written during the start, but
/// neither a plan nor a record.
/// </summary>
public static class UnstartedRuns
{
    /// <summary>Value used as the state of a run whose workflow was never started.</summary>
    public const string State = "never-begun";

    /// <summary>
    /// Maximum duration of a run's start, which usually takes seconds. The start can take up to an hour if it must wait for the server.
    /// </summary>
    private static readonly TimeSpan StartsWithin = TimeSpan.FromHours(1);

    /// <summary>
    /// Returns runs that were never started. A run whose folder name is a hash instead of the run id is skipped, because the engine can't
    /// be queried for it.
    /// </summary>
    /// <param name="location">Repository of the runs.</param>
    /// <param name="now">Current time in UTC. A folder changed less than an hour ago may belong to a run that is starting.</param>
    /// <returns>One entry per run, in order, with only its id.</returns>
    public static IReadOnlyList<RunStatus> List(LocalRepositoryPaths location, DateTimeOffset now) =>
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

    /// <summary>True if a run was started and has not ended yet.</summary>
    /// <param name="run">Run, or an entry of <see cref="List"/>.</param>
    public static bool IsOpen(RunStatus run) => !RunStateNames.IsFinal(run.State) && run.State != State;

    private static bool IsWithoutRecord(RunFolder folder) => !File.Exists(folder.Status) && !File.Exists(folder.Plan);
}
