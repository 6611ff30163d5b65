using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Logging;
using Orchestrator.Messages;
using Orchestrator.Runs.Tasks.Moving;

namespace Orchestrator.Cli.Runs;

/// <summary>Exchanges the mail of runs whose tasks are spread over hosts, every few seconds.</summary>
/// <param name="remotes">The git remotes that machines share, by the paths of repositories.</param>
/// <param name="context">Clock and services.</param>
/// <param name="log">Takes what kept mail from being exchanged.</param>
internal sealed class SharedMail(IReadOnlyDictionary<string, string> remotes, CommandContext context, ILogger log)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private readonly Pace _pace = new(context.Time);

    /// <summary>The failures of the last exchange of mail, by run. Each is retried soon and reported once.</summary>
    private readonly Dictionary<string, string> _problems = new(StringComparer.Ordinal);

    /// <summary>Exchanges the mail of a run, where that is due.</summary>
    /// <param name="run">The run.</param>
    /// <param name="reference">The repository.</param>
    /// <param name="stop">Ends git.</param>
    public async Task ExchangeIfDueAsync(StoredRun run, RepositoryReference reference, CancellationToken stop)
    {
        try
        {
            if (
                RunStates.IsFinal(run.Status.State)
                || !_pace.TryBegin($"{reference.Path} {run.Id}", Every)
                || !MailShare.IsNeeded(run.Id, reference)
                || remotes.GetValueOrDefault(reference.Path) is not { } remote
            )
            {
                return;
            }
            var share = new MailShare(context.Services, remote);
            var problem =
                run.Status.Queue == reference.Queue
                    ? await share.CollectAsync(run.Id, reference, stop)
                    : await share.ExchangeAsync(run.Id, reference, stop);
            if (IsNews(run.Id, problem) && problem.Length > 0)
            {
                log.NotShared(run.Id, $"mail: {problem}");
            }
        }
        catch (Exception missed) when (missed is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            // A full disk, a remote that is away: what was sent waits for the next time.
            if (IsNews(run.Id, missed.Message))
            {
                log.RunNotShared(run.Id, missed);
            }
        }
    }

    private bool IsNews(string run, string problem)
    {
        var isNews = _problems.GetValueOrDefault(run, "") != problem;
        _problems[run] = problem;
        return isNews;
    }
}
