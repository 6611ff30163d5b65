using Microsoft.Extensions.Logging;
using Orchestrator.Runs.Reports.Notices;

namespace Orchestrator.App.Background;

/// <summary>Sends notices that an earlier process could not send, because the run ended or the process was killed.</summary>
/// <param name="repositories">Lists the repositories.</param>
/// <param name="context">Provides the clock and services.</param>
/// <param name="log">Receives errors.</param>
public sealed class UnsentNoticeWatcher(Func<IReadOnlyList<LocalRepositoryPaths>> repositories, UseCaseServiceBundle context, ILogger log)
    : PeriodicBackgroundWork("notices", repositories(), context.Time, log)
{
    // The interval is short compared with the delays between attempts. After the machine has slept, due notices are found by the wall
    // clock.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    // The first pass sends all waiting notices at once, because the earlier process may have failed only because a target was briefly
    // unavailable.
    private UnsentNoticeFilter _tried = UnsentNoticeFilter.Waiting;

    /// <inheritdoc/>
    protected override async Task<TimeSpan?> PassAsync(CancellationToken cancellationToken)
    {
        foreach (var repository in repositories())
        {
            await TryAsync(
                repository.Root,
                async () =>
                {
                    await new NoticeOutbox(repository.Key, context.Services).DeliverAsync(run: null, _tried, cancellationToken);
                    return "";
                },
                cancellationToken
            );
        }
        _tried = UnsentNoticeFilter.Due;
        return Pause;
    }
}
