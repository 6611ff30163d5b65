using Orchestrator.Client.Schedules;

namespace Orchestrator.App.Queries;

/// <summary>
/// The schedules of a repository, with the results of their most recent scheduled starts. If no process serves the embedded engine, the
/// engine's database file is read directly, so that the query does not start any runs.
/// </summary>
/// <param name="IsServed">True if a process serves the engine, so that runs start on time.</param>
/// <param name="Schedules">All schedules of the repository.</param>
/// <param name="Fires">The last start times of each schedule, by the name of the schedule.</param>
public sealed record ScheduleListResult(
    bool IsServed,
    IReadOnlyList<RunSchedule> Schedules,
    IReadOnlyDictionary<string, IReadOnlyList<ScheduledStartResult>> Fires
)
{
    private const int ShownFires = 5;

    /// <summary>Length of the past period from which scheduled starts are read.</summary>
    private static readonly TimeSpan LooksBack = TimeSpan.FromDays(31);

    /// <summary>Converts the results to the output of <c>schedule list --json</c>.</summary>
    public SchedulesDocument Document => new(IsServed, [.. Schedules.Select(schedule => ScheduleEntry.Of(schedule, Fires[schedule.Name]))]);

    /// <summary>Reads the schedules of a repository and the results of their most recent scheduled starts.</summary>
    /// <param name="context">Provides the folder and settings.</param>
    /// <param name="flags">Command-line options that set a setting, such as the address of the engine.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public static async Task<ScheduleListResult> ReadAsync(
        UseCaseServiceBundle context,
        IReadOnlyList<SettingOverride> flags,
        CancellationToken cancellationToken
    )
    {
        var repository = context.RequireRepository();
        var settings = context.LoadSettings(flags).Settings!;
        var now = context.Time.GetUtcNow();
        var isServed = await IsServedAsync(repository, settings, cancellationToken);
        var found = isServed
            ? await OnEngineAsync(
                context,
                repository,
                settings,
                schedules => schedules.ListAsync(now - LooksBack, now, cancellationToken),
                cancellationToken
            )
            : EngineDatabaseScheduleReader.Read(repository, now - LooksBack, now);
        return new ScheduleListResult(
            isServed,
            found,
            found.ToDictionary(
                schedule => schedule.Name,
                schedule =>
                    (IReadOnlyList<ScheduledStartResult>)
                        ScheduledStartResult.Of(schedule, id => StoredRunFinder.Find(repository, id)?.Status, now, ShownFires)
            )
        );
    }

    /// <summary>True if a process serves the engine, so that runs start on time. Always true for a Temporal server.</summary>
    public static async Task<bool> IsServedAsync(LocalRepositoryPaths repository, OrchestratorSettings settings, CancellationToken stop) =>
        settings.Temporal.Address is not null || await EngineProcessFinder.FindAsync(repository.OrchestratorFolder, stop) is not null;

    /// <summary>
    /// Calls a function with the engine of a repository's schedules. If no process serves the engine, this process serves it during the
    /// call.
    /// </summary>
    public static async Task<T> OnEngineAsync<T>(
        UseCaseServiceBundle context,
        LocalRepositoryPaths repository,
        OrchestratorSettings settings,
        Func<RunScheduleClient, Task<T>> act,
        CancellationToken stop
    )
    {
        using var loggers = FileLoggerProvider.OpenFactory(repository, context.Verbose, context.Time);
        await using var engine = await EngineConnection.OpenAsync(repository, settings, context, loggers, stays: false, stop);
        return await act(new RunScheduleClient(engine.Client, repository.Key));
    }
}
