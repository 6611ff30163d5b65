using Orchestrator.Client.Schedules;
using Orchestrator.Runs;
using Temporal.Server;

namespace Orchestrator.App.Runs;

/// <summary>The schedules of a repository from the file of its embedded engine, also while a process serves it: looking at them starts
/// nothing.</summary>
public static class StoredSchedules
{
    /// <summary>The schedules, by name; none where there is no engine file yet.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="since">How far back their times go.</param>
    /// <param name="now">Until when they go.</param>
    /// <exception cref="InvalidOperationException">The file is damaged, or another release wrote it.</exception>
    public static IReadOnlyList<RunSchedule> Read(RepositoryLocation repository, DateTimeOffset since, DateTimeOffset now)
    {
        var file = Path.Combine(repository.OrchestratorFolder, EngineFile.FileName);
        var prefix = RunSchedules.PrefixOf(repository.Key);
        return !File.Exists(file)
            ? []
            :
            [
                .. EngineLookup
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
