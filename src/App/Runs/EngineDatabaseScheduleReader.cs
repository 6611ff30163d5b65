using Orchestrator.Client.Schedules;
using Temporal.Server;

namespace Orchestrator.App.Runs;

/// <summary>
/// Reads the schedules of a repository from the file of its embedded engine, even while a process serves the engine. Reading the schedules
/// does not start any runs.
/// </summary>
public static class EngineDatabaseScheduleReader
{
    /// <summary>Returns the schedules, sorted by name. Empty if there is no engine file yet.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="since">Start of the period whose start times are read.</param>
    /// <param name="now">End of that period, which is the current time.</param>
    /// <exception cref="InvalidOperationException">The file is damaged or was written by another release.</exception>
    public static IReadOnlyList<RunSchedule> Read(LocalRepositoryPaths repository, DateTimeOffset since, DateTimeOffset now)
    {
        var file = Path.Combine(repository.OrchestratorFolder, EngineDatabaseLock.FileName);
        var prefix = RunScheduleClient.PrefixOf(repository.Key);
        return !File.Exists(file)
            ? []
            :
            [
                .. EngineDatabaseReader
                    .Schedules(file, since, now)
                    .Where(schedule => schedule.Id.StartsWith(prefix, StringComparison.Ordinal))
                    .Select(schedule =>
                        RunSchedule.Of(
                            schedule.Id[prefix.Length..],
                            schedule.Description,
                            schedule.Due.Select(time => new DateTimeOffset(time, TimeSpan.Zero))
                        )
                    ),
            ];
    }
}
