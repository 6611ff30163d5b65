using Microsoft.Extensions.Logging;
using Orchestrator.Runs;
using Orchestrator.Runs.Reports.Notices;

namespace Orchestrator.App.Background;

/// <summary>Delivers messages that an earlier process could not: of runs that have ended, and of those whose process was killed.</summary>
/// <param name="repositories">Lists the repositories.</param>
/// <param name="context">Clock and services.</param>
/// <param name="log">Receives errors.</param>
public sealed class NoticeWatch(Func<IReadOnlyList<RepositoryLocation>> repositories, UseCaseContext context, ILogger log)
    : BackgroundUnit("notices", repositories(), context.Time, log)
{
    // Short beside the pauses between tries: after a sleep of the machine the wall clock says what is due.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    // The process that ended may have met a target that was away for a moment.
    private NoticeTry _tried = NoticeTry.Waiting;

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
        _tried = NoticeTry.Due;
        return Pause;
    }
}
