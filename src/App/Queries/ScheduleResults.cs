using Orchestrator.Client.Schedules;
using Orchestrator.Runs;
using Orchestrator.Settings;

namespace Orchestrator.App.Queries;

/// <summary>The schedules of a repository and the results of their last times. If nobody serves the embedded engine, its file is read, so
/// that looking starts no run.</summary>
/// <param name="IsServed">True if something serves the engine when a schedule's time comes.</param>
/// <param name="Schedules">All schedules.</param>
/// <param name="Fires">The last times of each, by name.</param>
public sealed record ScheduleResults(
    bool IsServed,
    IReadOnlyList<RunSchedule> Schedules,
    IReadOnlyDictionary<string, IReadOnlyList<ScheduleFire>> Fires
)
{
    private const int ShownFires = 5;

    /// <summary>The period of past times that is searched.</summary>
    private static readonly TimeSpan LooksBack = TimeSpan.FromDays(31);

    /// <summary>The results as a document.</summary>
    public SchedulesDocument Document => new(IsServed, [.. Schedules.Select(schedule => ScheduleEntry.Of(schedule, Fires[schedule.Name]))]);

    /// <summary>Reads the schedules.</summary>
    /// <param name="context">Folder and settings.</param>
    /// <param name="flags">Options that set something, such as the engine's address.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    public static async Task<ScheduleResults> ReadAsync(
        UseCaseContext context,
        IReadOnlyList<SettingFlag> flags,
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
            : StoredSchedules.Read(repository, now - LooksBack, now);
        return new ScheduleResults(
            isServed,
            found,
            found.ToDictionary(
                schedule => schedule.Name,
                schedule =>
                    (IReadOnlyList<ScheduleFire>)ScheduleFire.Of(schedule, id => StoredRuns.Find(repository, id)?.Status, now, ShownFires)
            )
        );
    }

    /// <summary>True if something serves the engine when a schedule's time comes: a server does always.</summary>
    public static async Task<bool> IsServedAsync(RepositoryLocation repository, OrchestratorSettings settings, CancellationToken stop) =>
        settings.Temporal.Address is not null || await EngineOwners.FindAsync(repository.OrchestratorFolder, stop) is not null;

    /// <summary>Acts on the schedules of a repository on its engine: the one that is served, else one that this process serves
    /// meanwhile.</summary>
    public static async Task<T> OnEngineAsync<T>(
        UseCaseContext context,
        RepositoryLocation repository,
        OrchestratorSettings settings,
        Func<RunSchedules, Task<T>> act,
        CancellationToken stop
    )
    {
        using var loggers = FileLoggerProvider.OpenFactory(repository, context.Verbose, context.Time);
        await using var engine = await EngineConnection.OpenAsync(repository, settings, context, loggers, stays: false, stop);
        return await act(new RunSchedules(engine.Client, repository.Key));
    }
}
