using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Logging;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Tasks.Moving;

namespace Orchestrator.Cli.Runs;

/// <summary>Pushes the open runs of this machine to the remote that their settings name, every so often, so that another machine can go on
/// with them. What another one has taken over is pushed no more.</summary>
/// <param name="repositories">Repositories whose runs this worker works on, as runs name them.</param>
/// <param name="context">Clock and terminal.</param>
/// <param name="log">Takes what kept a run from being shared.</param>
internal sealed class RunSharing(
    IReadOnlyList<(RepositoryLocation Location, RepositoryReference Reference)> repositories,
    CommandContext context,
    ILogger log
)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly StoredRunCache _runs = new();
    private readonly Dictionary<string, long> _shared = new(StringComparer.Ordinal);
    private readonly HashSet<string> _fenced = new(StringComparer.Ordinal);

    /// <summary>Shares until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            foreach (var (location, reference) in repositories)
            {
                foreach (var run in _runs.List(location).Where(run => IsHere(run, reference)))
                {
                    await ShareIfDueAsync(run, reference, stop);
                }
            }
            await Task.Delay(Pause, context.Time, stop);
        }
    }

    private bool IsHere(StoredRun run, RepositoryReference reference) =>
        !RunStates.IsFinal(run.Status.State) && run.Status.Queue == reference.Queue && !_fenced.Contains(run.Id);

    private async Task ShareIfDueAsync(StoredRun run, RepositoryReference reference, CancellationToken stop)
    {
        try
        {
            if (
                RunShare.WipOf(run.Id, reference) is not { Remote: { } remote } wip
                || (_shared.TryGetValue(run.Id, out var last) && context.Time.GetElapsedTime(last) < wip.Interval)
            )
            {
                return;
            }
            _shared[run.Id] = context.Time.GetTimestamp();
            var outcome = await new RunShare(context.Services).PushAsync(run.Id, reference, remote, takesOver: false, stop);
            foreach (var left in outcome.LeftOut)
            {
                log.NotShared(run.Id, left);
            }
            if (outcome.Problem.Length > 0)
            {
                log.NotShared(run.Id, outcome.Problem);
            }
            if (outcome.IsFenced)
            {
                _fenced.Add(run.Id);
                log.NotShared(run.Id, "another machine has taken it over and shares it from now on");
            }
        }
        catch (Exception missed) when (missed is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            // A full disk, a remote that is away: the next time is near, and the run goes on without it.
            log.RunNotShared(run.Id, missed);
        }
    }
}
