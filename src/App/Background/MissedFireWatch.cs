using Microsoft.Extensions.Logging;
using Orchestrator.Client.Schedules;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Reports.Notices;

namespace Orchestrator.App.Background;

/// <summary>Tells people of times of schedules that nobody carried out, once each, as soon as a process works here again. A schedule of a
/// Temporal server, which several machines may serve, is told of by the machine that it was created for.</summary>
/// <param name="engine">The engine of the schedules.</param>
/// <param name="repositories">Repositories whose schedules are looked at, as a run of theirs names them.</param>
/// <param name="context">Clock and services.</param>
/// <param name="log">Receives errors.</param>
internal sealed class MissedFireWatch(
    EngineConnection engine,
    IReadOnlyList<(RepositoryLocation Location, RepositoryReference Reference)> repositories,
    UseCaseContext context,
    ILogger log
) : BackgroundUnit("missed schedules", repositories.Select(one => one.Location), context.Time, log)
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
            await TryAsync(location.Root, () => LookAsync(location, reference, cancellationToken), cancellationToken);
        }
        return Pause;
    }

    private async Task<string> LookAsync(RepositoryLocation location, RepositoryReference reference, CancellationToken stop)
    {
        var now = context.Time.GetUtcNow();
        foreach (var schedule in await ReadAsync(location, reference, now, stop))
        {
            var fires = ScheduleFire
                .Of(schedule, id => StoredRuns.Find(location, id)?.Status, now, Looked)
                .Where(fire => engine.IsEmbedded || fire is not { RunId: not null, Run: null })
                .ToList();
            var missed = MissedFires.Of(schedule, fires, now);
            if (missed.All(notice => _told.Contains($"{location.Key}/{schedule.Name}/{notice.Key}")))
            {
                continue;
            }
            // The desk knows from its book what was told before, also by another process.
            var told = await new NoticeDesk(context.Services).TellAsync(
                new TellPeopleInput($"schedule-{schedule.Name}", reference, missed, RunRest.Standing),
                stop
            );
            if (told.NextAt is null)
            {
                _told.UnionWith(missed.Select(notice => $"{location.Key}/{schedule.Name}/{notice.Key}"));
            }
        }
        return "";
    }

    // A run on a server without a record here may be worked on by another machine: only what has one, and times without a run, are facts.
    private async Task<IReadOnlyList<RunSchedule>> ReadAsync(
        RepositoryLocation location,
        RepositoryReference reference,
        DateTimeOffset now,
        CancellationToken stop
    )
    {
        if (engine.IsEmbedded)
        {
            return StoredSchedules.Read(location, now - LooksBack, now);
        }
        var all = await new RunSchedules(engine.Client, location.Key).ListAsync(now - LooksBack, now, stop);
        return [.. all.Where(schedule => schedule.Queue is null || schedule.Queue == reference.Queue)];
    }
}
