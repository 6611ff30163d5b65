using Orchestrator.Messages;
using Orchestrator.Runs;

namespace Orchestrator.Cli.Runs;

/// <summary>Looks through the records of runs for all that machines share: this machine's own runs are pushed, and tasks of others' that
/// are placed here are looked after. Nothing is looked at often where nothing is shared.</summary>
/// <param name="sharing">Pushes this machine's runs.</param>
/// <param name="mail">Exchanges the mail of runs with tasks on several hosts.</param>
/// <param name="placed">Looks after tasks of other machines' runs; null: none can be here.</param>
/// <param name="repositories">Repositories of this worker, as runs name them.</param>
/// <param name="time">Clock.</param>
internal sealed class SharedRunWatch(
    RunSharing sharing,
    SharedMail mail,
    PlacedTaskWatch? placed,
    IReadOnlyList<(RepositoryLocation Location, RepositoryReference Reference)> repositories,
    TimeProvider time
)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(5);
    private readonly StoredRunCache _runs = new();

    /// <summary>Looks until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var pushing = Task.CompletedTask;
        while (true)
        {
            var (own, others) = List();
            var shared = own.Where(one => sharing.IsShared(one.Run, one.Reference)).ToList();
            // A remote that is away must not keep a task that has left this host from being seen.
            if (pushing.IsCompleted)
            {
                await pushing;
                pushing = ShareAsync(shared, others, stop);
            }
            foreach (var (run, reference) in others)
            {
                await placed!.LookAsync(run, reference, stop);
            }
            var isAny = shared.Count > 0 || others.Exists(one => !RunStates.IsFinal(one.Run.Status.State));
            await Task.Delay(isAny ? Pause : LongPause, time, stop);
        }
    }

    /// <summary>The worker has ended: see <see cref="PlacedTaskWatch.EndAsync"/>.</summary>
    /// <param name="stop">Ends the pushes.</param>
    public async Task EndAsync(CancellationToken stop)
    {
        foreach (var (run, reference) in List().Others)
        {
            await placed!.EndAsync(run, reference, stop);
        }
    }

    private async Task ShareAsync(
        IReadOnlyList<(StoredRun Run, RepositoryReference Reference)> own,
        IReadOnlyList<(StoredRun Run, RepositoryReference Reference)> others,
        CancellationToken stop
    )
    {
        foreach (var (run, reference) in own)
        {
            await sharing.ShareIfDueAsync(run, reference, stop);
        }
        foreach (var (run, reference) in own.Concat(others))
        {
            await mail.ExchangeIfDueAsync(run, reference, stop);
        }
    }

    private (List<(StoredRun Run, RepositoryReference Reference)> Own, List<(StoredRun Run, RepositoryReference Reference)> Others) List()
    {
        var all = repositories.SelectMany(one => _runs.List(one.Location).Select(run => (Run: run, one.Reference))).ToList();
        return (
            [.. all.Where(one => one.Run.Status.Queue == one.Reference.Queue)],
            placed is null ? [] : [.. all.Where(one => one.Run.Status.Queue.Length > 0 && one.Run.Status.Queue != one.Reference.Queue)]
        );
    }
}
