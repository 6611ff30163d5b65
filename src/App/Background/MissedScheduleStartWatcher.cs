using Microsoft.Extensions.Logging;
using Orchestrator.Client.Schedules;
using Orchestrator.Runs.Reports.Notices;

namespace Orchestrator.App.Background;

/// <summary>
/// Notifies users once about each missed start time of a schedule, as soon as a process of the orchestrator runs on this machine again. If
/// several machines use the same Temporal server, only the machine on which the schedule was created sends the notice.
/// </summary>
/// <param name="engine">Engine of the schedules.</param>
/// <param name="repositories">Repositories whose schedules are checked, each with the reference that its runs use.</param>
/// <param name="context">Provides the clock and services.</param>
/// <param name="log">Receives errors.</param>
internal sealed class MissedScheduleStartWatcher(
    EngineConnection engine,
    IReadOnlyList<(LocalRepositoryPaths Location, RepositoryReference Reference)> repositories,
    UseCaseServiceBundle context,
    ILogger log
) : PeriodicBackgroundWork("missed schedules", repositories.Select(one => one.Location), context.Time, log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private const int Looked = 10;
    private static readonly TimeSpan LooksBack = TimeSpan.FromDays(2);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override async Task<TimeSpan?> PassAsync(CancellationToken cancellationToken)
    {
        foreach (var (location, reference) in repositories)
        {
            await TryAsync(location.Root, () => CheckAsync(location, reference, cancellationToken), cancellationToken);
        }
        return Pause;
    }

    private async Task<string> CheckAsync(LocalRepositoryPaths location, RepositoryReference reference, CancellationToken stop)
    {
        var now = context.Time.GetUtcNow();
        foreach (var schedule in await ReadAsync(location, reference, now, stop))
        {
            var fires = ScheduledStartResult
                .Of(schedule, id => StoredRunFinder.Find(location, id)?.Status, now, Looked)
                .Where(fire => engine.IsEmbedded || fire is not { RunId: not null, Run: null })
                .ToList();
            var missed = MissedScheduleStartNotices.Of(schedule, fires, now);
            if (missed.All(notice => _told.Contains($"{location.Key}/{schedule.Name}/{notice.Key}")))
            {
                continue;
            }
            // DueNoticeSender records which notices were sent, including those of other processes.
            var told = await new DueNoticeSender(context.Services).SendDueAsync(
                new SendNoticesInput($"schedule-{schedule.Name}", reference, missed, RunLivenessKindForNotices.Standing),
                stop
            );
            if (told.NextAt is null)
            {
                _told.UnionWith(missed.Select(notice => $"{location.Key}/{schedule.Name}/{notice.Key}"));
            }
        }
        return "";
    }

    // On a Temporal server, another machine may execute a run that has no record here. Only start times without a run and runs with a
    // record are therefore reported.
    private async Task<IReadOnlyList<RunSchedule>> ReadAsync(
        LocalRepositoryPaths location,
        RepositoryReference reference,
        DateTimeOffset now,
        CancellationToken stop
    )
    {
        if (engine.IsEmbedded)
        {
            return EngineDatabaseScheduleReader.Read(location, now - LooksBack, now);
        }
        var all = await new RunScheduleClient(engine.Client, location.Key).ListAsync(now - LooksBack, now, stop);
        return [.. all.Where(schedule => schedule.Queue is null || schedule.Queue == reference.Queue)];
    }
}
