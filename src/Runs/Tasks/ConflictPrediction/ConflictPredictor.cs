using Orchestrator.Git;
using Orchestrator.Git.Merging;
using Orchestrator.Git.Refs;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.Runs.Tasks.ConflictPrediction;

/// <summary>
/// Predicts merge conflicts between a running task and the other unmerged tasks of its run. It merges the last snapshot of the task with
/// the snapshot or branch of each other task.
/// </summary>
/// <param name="task">Id of the running task.</param>
/// <param name="services">Dependencies of the run's steps.</param>
/// <remarks>The process that follows an agent checks whenever a new snapshot of that agent exists. Together, these processes check every
/// changed pair without the workflow. In a repository, only one process runs git for this purpose at a time, for at most
/// <see cref="TimeSlice"/>. It then pauses for nineteen times that long, so that the checks use at most 5 % of a core.</remarks>
internal sealed class ConflictPredictor(RunPlanAndSettings files, GitRepository repository, string task, RunServiceBundle services)
    : IAsyncDisposable
{
    private const int Rest = 19;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TimeSlice = TimeSpan.FromSeconds(1);

    private readonly string _folder = Path.Combine(CacheFolder.Of(repository, services.Environment), "radar");
    private readonly HashSet<(string Own, string Other)> _seen = [];
    private readonly CancellationTokenSource _end = new();
    private string _done = "";
    private long? _last;
    private Task _looking = Task.CompletedTask;

    /// <summary>
    /// Path of the lock file that the checking process holds. The file contains the time until which no further check starts.
    /// </summary>
    internal string LockPath => Path.Combine(_folder, "turn");

    /// <summary>Starts a check if there is a new snapshot. Does not delay the agent or the process that monitors it.</summary>
    public async Task StartCheckIfDueAsync()
    {
        // Branches that land separately are never merged with each other.
        var isOff = !files.Settings.Radar || files.Settings.Git.Land == LandingMode.Branches;
        if (isOff || !_looking.IsCompleted || (_last is { } last && services.Time.GetElapsedTime(last) < Interval))
        {
            return;
        }
        await _looking;
        _last = services.Time.GetTimestamp();
        _looking = CheckSnapshotsAsync(_end.Token);
    }

    /// <summary>Stops the checks after the agent has ended. The results of finished checks are kept.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        try
        {
            await _looking;
        }
        catch (OperationCanceledException)
        {
            // Canceled as requested.
        }
        _end.Dispose();
    }

    /// <summary>Checks new snapshots during one time slice. Remaining snapshots are checked in the next time slice.</summary>
    internal async Task CheckSnapshotsAsync(CancellationToken stop)
    {
        try
        {
            if (Snapshot(task) is not { } own || own.Commit == _done || InterProcessFileLock.TryTake(LockPath) is not { } held)
            {
                return;
            }
            using (held)
            {
                if (RestsUntil(held) > services.Time.GetUtcNow())
                {
                    return;
                }
                var began = services.Time.GetTimestamp();
                try
                {
                    _done = await CheckSnapshotsAsync(own, began, stop) ? own.Commit : _done;
                }
                finally
                {
                    RestUntil(held, services.Time.GetUtcNow() + (services.Time.GetElapsedTime(began) * Rest));
                }
            }
        }
        catch (Exception failed) when (failed is GitException or IOException or UnauthorizedAccessException)
        {
            // The snapshot was replaced, or the disk is full. The next check follows in a few seconds, and nothing depends on this one.
        }
    }

    /// <summary>
    /// Checks the agent's snapshot against the work of the other tasks. True if no check was left for the next time slice.
    /// </summary>
    private async Task<bool> CheckSnapshotsAsync(TrialMergeCommit own, long began, CancellationToken stop)
    {
        var trials = new TrialMerges(repository, Path.Combine(_folder, "objects"));
        trials.Begin();
        var staging = RunRefNameBuilder.Staging(files.Settings, files.Folder);
        var mine = await trials.ChangedAsync(staging, own, stop);
        foreach (var (other, candidate) in await ReadOtherCandidatesAsync(stop))
        {
            if (_seen.Contains((own.Commit, candidate.Commit)))
            {
                continue;
            }
            if (services.Time.GetElapsedTime(began) > TimeSlice)
            {
                return false;
            }
            if (mine.Overlaps(await trials.ChangedAsync(staging, candidate, stop)))
            {
                await TryAsync(trials, own, other, candidate, stop);
            }
            _seen.Add((own.Commit, candidate.Commit));
        }
        return true;
    }

    private async Task TryAsync(TrialMerges trials, TrialMergeCommit own, string other, TrialMergeCommit candidate, CancellationToken stop)
    {
        var pair = PredictedConflicts.PairOf(task, other);
        if (
            PredictedConflicts.Find(files.Folder, pair) is { } known
            && (known.FirstCommit, known.SecondCommit)
                == (known.First == task ? (own.Commit, candidate.Commit) : (candidate.Commit, own.Commit))
        )
        {
            return; // The process that follows the other agent has already checked this pair.
        }
        var conflicts = await trials.ConflictsAsync(own, candidate, files.AppendedFiles, stop);
        var result = new TrialMergeResult(task, other, own.Commit, candidate.Commit, conflicts, services.Time.GetUtcNow());
        if (conflicts.Count > 0)
        {
            // The message is sent before the result is stored. After a crash in between, the same message is sent again.
            var mailbox = new Mailbox(files.Folder, services.Time);
            await mailbox.SendAsync(PredictedConflicts.CreateMail(files, task, result), stop);
            await mailbox.SendAsync(PredictedConflicts.CreateMail(files, other, result), stop);
        }
        PredictedConflicts.Store(files.Folder, result);
    }

    /// <summary>
    /// Returns, by task id, the latest work of each other task that has a branch. The work is the last snapshot, or the branch if the
    /// snapshot is missing or outdated. Merged tasks whose branches still exist are included.
    /// </summary>
    private async Task<IReadOnlyDictionary<string, TrialMergeCommit>> ReadOtherCandidatesAsync(CancellationToken stop)
    {
        var branches = await new RefStore(repository).ListAsync([RunRefNameBuilder.Task(files.Settings, files.Folder, "")], stop);
        var others = new SortedDictionary<string, TrialMergeCommit>(StringComparer.Ordinal);
        foreach (var id in files.Plan.Tasks.Select(other => other.Id).Where(id => id != task))
        {
            var branch = branches.GetValueOrDefault(RunRefNameBuilder.Task(files.Settings, files.Folder, id));
            if (branch is not null)
            {
                // A snapshot from before the last commit is outdated.
                others[id] = Snapshot(id, branch) ?? new TrialMergeCommit(branch, null);
            }
        }
        return others;
    }

    private TrialMergeCommit? Snapshot(string id, string? head = null) =>
        new UnfinishedWorkStore(repository, $"{files.Folder.Name}/{id}").Find() is { } found && (head is null || found.Head == head)
            ? new TrialMergeCommit(found.Commit, found.Objects)
            : null;

    private static DateTimeOffset RestsUntil(InterProcessFileLock held)
    {
        var text = new byte[32];
        var length = held.Content.Read(text);
        return long.TryParse(Encoding.ASCII.GetString(text, 0, length), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeMilliseconds(seconds)
            : DateTimeOffset.MinValue;
    }

    private static void RestUntil(InterProcessFileLock held, DateTimeOffset until)
    {
        held.Content.SetLength(0);
        held.Content.Position = 0;
        held.Content.Write(Encoding.ASCII.GetBytes(until.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)));
        held.Content.Flush();
    }
}
