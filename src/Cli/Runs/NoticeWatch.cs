using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Logging;
using Orchestrator.Runs;
using Orchestrator.Runs.Reports.Notices;

namespace Orchestrator.Cli.Runs;

/// <summary>Delivers messages that an earlier process could not: of runs that have ended, and of those whose process was killed.</summary>
/// <param name="repositories">Lists the repositories.</param>
/// <param name="context">Clock and services.</param>
/// <param name="log">Takes what kept it from delivering.</param>
internal sealed class NoticeWatch(Func<IReadOnlyList<RepositoryLocation>> repositories, CommandContext context, ILogger log)
{
    // Short beside the pauses between tries: after a sleep of the machine the wall clock says what is due.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Delivers until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        // The process that ended may have met a target that was away for a moment.
        for (var tried = NoticeTry.Waiting; ; tried = NoticeTry.Due)
        {
            try
            {
                foreach (var repository in repositories())
                {
                    await new NoticeOutbox(repository.Key, context.Services).DeliverAsync(run: null, tried, stop);
                }
            }
            catch (Exception missed) when (missed is IOException or UnauthorizedAccessException or InvalidOperationException)
            {
                // A full disk, or settings that are being written: the next look follows.
                log.NoticesNotDelivered(missed);
            }
            await Task.Delay(Pause, context.Time, stop);
        }
    }
}
