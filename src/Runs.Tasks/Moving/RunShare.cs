using System.Collections.Concurrent;
using Orchestrator.Git.Refs;
using Orchestrator.Git.Sharing;

namespace Orchestrator.Runs.Tasks.Moving;

/// <summary>The result of sharing a run.</summary>
/// <param name="IsFenced">Another machine has the run now: nothing more of it is pushed here, and its agents here must end.</param>
/// <param name="Problem">Why it could not be shared; empty: it is shared, as far as that may be.</param>
/// <param name="LeftOut">Files that were not shared, since they have what looks like a secret or are too large.</param>
public sealed record ShareOutcome(bool IsFenced, string Problem, IReadOnlyList<string> LeftOut);

/// <summary>Open runs by way of a git remote that machines share: their files with the kept conversations, their branches, and the
/// unfinished work of their tasks. All is pushed at once, and only by the machine that pushed last: whoever takes a run over pushes it
/// first, and so shuts out the machine before.</summary>
/// <param name="services">What the steps need of this machine.</param>
public sealed class RunShare(RunServices services)
{
    /// <summary>A step is not held up longer by a remote that does not answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>After a push that failed, steps do not wait for one for so long.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    private readonly Pushes _pushes = services.Part(_ => new Pushes());

    /// <summary>One push of a run at a time: each follows on the one before.</summary>
    private sealed class Pushes
    {
        public ConcurrentDictionary<string, Pushing> Of { get; } = new(StringComparer.Ordinal);
    }

    private sealed class Pushing
    {
        /// <summary>Steps that have asked for a push.</summary>
        public int Asked;

        public SemaphoreSlim Turn { get; } = new(1);

        public SharedRunFiles Files { get; } = new();

        /// <summary>The number of those that the last successful push has served.</summary>
        public int Served { get; set; }

        /// <summary>When a push failed, by the clock that counts; null: the last one was done.</summary>
        public long? Failed { get; set; }
    }

    /// <summary>The settings for sharing a run, as of its start; null: it has no files here.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="here">The repository.</param>
    public static WipSettings? WipOf(string runId, RepositoryReference here) =>
        RunStart.TryRead(new RunFolder(here.Path, runId))?.Settings.Wip;

    /// <summary>A step of a run on its own machine has ended: that counts once another machine can have what it has made, for the server
    /// lets no other machine go on with what that does not have. Where the remote is away, the run goes on all the same.</summary>
    /// <param name="workflowId">The workflow of the step: the run's, or one below it.</param>
    /// <param name="here">The repository.</param>
    /// <param name="stop">Ends git.</param>
    public async Task ShareStepAsync(string workflowId, RepositoryReference here, CancellationToken stop)
    {
        var runId = RunIds.Above(workflowId) is { } above && File.Exists(new RunFolder(here.Path, above).Status) ? above : workflowId;
        var pushing = PushingOf(runId, here);
        if (
            pushing.Failed is { } failed && services.Time.GetElapsedTime(failed) < Silence
            || WipOf(runId, here)?.Remote is not { } remote
            || StatusFile.Read(new RunFolder(here.Path, runId).Status) is not { } run
            || run.Queue != here.Queue
        )
        {
            return;
        }
        var number = Interlocked.Increment(ref pushing.Asked);
        using var patience = new CancellationTokenSource(Patience, services.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        try
        {
            await PushAsync(runId, here, remote, takesOver: false, number, limit.Token);
        }
        catch (Exception missed) when (missed is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            // The next push is near, and says what is wrong.
            pushing.Failed = services.Time.GetTimestamp();
        }
    }

    /// <summary>Pushes a run.</summary>
    /// <param name="runId">The run, whose files are here.</param>
    /// <param name="here">The repository.</param>
    /// <param name="remote">Name or address of the remote.</param>
    /// <param name="takesOver">The machine before is shut out, whatever it has pushed.</param>
    /// <param name="stop">Ends git.</param>
    public Task<ShareOutcome> PushAsync(string runId, RepositoryReference here, string remote, bool takesOver, CancellationToken stop) =>
        PushAsync(runId, here, remote, takesOver, number: int.MaxValue, stop);

    private Pushing PushingOf(string runId, RepositoryReference here) => _pushes.Of.GetOrAdd($"{here.Path} {runId}", _ => new Pushing());

    /// <summary>Pushes a run, unless one that began later than the step with this number has done it.</summary>
    private async Task<ShareOutcome> PushAsync(
        string runId,
        RepositoryReference here,
        string remote,
        bool takesOver,
        int number,
        CancellationToken stop
    )
    {
        var pushing = PushingOf(runId, here);
        await pushing.Turn.WaitAsync(stop);
        try
        {
            if (pushing.Served >= number)
            {
                return new ShareOutcome(false, "", []);
            }
            var asked = Volatile.Read(ref pushing.Asked);
            var outcome = await PushNowAsync(runId, here, remote, takesOver, pushing.Files, stop);
            var isDone = outcome is { IsFenced: false, Problem.Length: 0 };
            pushing.Served = isDone ? asked : pushing.Served;
            pushing.Failed = isDone ? null : services.Time.GetTimestamp();
            return outcome;
        }
        finally
        {
            pushing.Turn.Release();
        }
    }

    private async Task<ShareOutcome> PushNowAsync(
        string runId,
        RepositoryReference here,
        string remote,
        bool takesOver,
        SharedRunFiles files,
        CancellationToken stop
    )
    {
        var folder = new RunFolder(here.Path, runId);
        var start = RunStart.TryRead(folder);
        if (start is null)
        {
            return new ShareOutcome(false, $"{runId} has no files here yet", []);
        }
        // By the person's configuration as it is now: passwords of remotes change.
        var repository = await services.OpenRepositoryAsync(here.Path);
        var refs = new RefStore(repository);
        var outgoing = await CollectAsync(repository, folder, start.Settings, files, stop);
        var tree = await outgoing.WriteAsync(Path.Combine(folder.Path, ".shared-refs"), stop);
        var name = RunRefs.Shared(folder.Name);
        var known = await refs.ReadAsync(name, stop);
        var commits = new CommitStore(repository);
        // What is there already is pushed all the same: whether another machine has the run now is known only by that.
        var isSame = !takesOver && known is not null && (await commits.ReadAsync(known, stop))?.Tree == tree;
        var commit = isSame
            ? known!
            : await commits.CreateAsync(tree, [], $"{folder.Name}, by {services.Host}", new CommitTrailers(folder.Name), stop);
        var pushed = new Dictionary<string, string>(outgoing.Refs, StringComparer.Ordinal) { [name] = commit };
        var outcome = await new RemoteRefs(repository, remote).PushAsync(pushed, name, known, stop);
        if (outcome.IsDone)
        {
            await refs.PutBackAsync(name, commit, stop);
        }
        return new ShareOutcome(outcome.IsFenced, outcome.IsDone || outcome.IsFenced ? "" : outcome.Message, outgoing.LeftOut);
    }

    /// <summary>Pushes a run that is still this machine's, whatever the remote has of it: who wanted to take it over has not come to the
    /// end, or the remote has lost what was pushed.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="here">The repository.</param>
    /// <param name="remote">Name or address of the remote.</param>
    /// <param name="stop">Ends git.</param>
    /// <returns>What became of it, for people.</returns>
    public async Task<string> ReclaimAsync(string runId, RepositoryReference here, string remote, CancellationToken stop)
    {
        var repository = await services.OpenRepositoryAsync(here.Path);
        var name = RunRefs.Shared(new RunFolder(here.Path, runId).Name);
        if (await new RemoteRefs(repository, remote).FetchAsync(new Dictionary<string, string> { [name] = name }, stop) is { Length: > 0 })
        {
            // The remote has nothing of it.
            var refs = new RefStore(repository);
            if (await refs.ReadAsync(name, stop) is { } known)
            {
                await refs.UpdateAsync([new RefChange(name, null, known)], "the remote has lost it", stop);
            }
        }
        var outcome = await PushAsync(runId, here, remote, takesOver: true, stop);
        return outcome is { IsFenced: false, Problem.Length: 0 }
            ? "the remote had another state of it, which is replaced by that of this machine"
            : $"the remote has another state of it: {(outcome.IsFenced ? "it was pushed once more" : outcome.Problem)}";
    }

    /// <summary>Brings a run here from the remote: its refs, and its files in place of those that may be here. What its agents have left
    /// here is laid aside.</summary>
    /// <param name="run">The run, as it says itself.</param>
    /// <param name="here">The repository.</param>
    /// <param name="remote">Name or address of the remote.</param>
    /// <param name="stop">Ends git.</param>
    /// <returns>Why it could not be brought; empty: it is here.</returns>
    public async Task<string> FetchAsync(RunStatus run, RepositoryReference here, string remote, CancellationToken stop)
    {
        var folder = new RunFolder(here.Path, run.RunId);
        var repository = await services.OpenRepositoryAsync(here.Path);
        var (name, shared) = (RunRefs.Shared(folder.Name), new RemoteRefs(repository, remote));
        if (await shared.FetchAsync(new Dictionary<string, string> { [name] = name }, stop) is { Length: > 0 } absent)
        {
            return $"{RemoteAddress.Show(remote)} does not have it ({absent})";
        }
        // What is placed on this host is newer here.
        HashSet<string> placed = [.. PlacedTasks.Find(run.RunId, here).Select(task => task.TaskId)];
        foreach (var task in folder.TaskIds().Where(task => !placed.Contains(task)))
        {
            await TaskLeftovers.LayAsideAsync(folder, task, services.Time);
        }
        var listed = await SharedRunFiles.TakeAsync(
            repository,
            folder,
            name,
            path => path.Split('/') is not ["tasks", var task, ..] || !placed.Contains(task),
            stop
        );
        foreach (var task in folder.TaskIds().Where(task => !placed.Contains(task)))
        {
            KeptConversations.MarkArrived(folder, task);
        }
        // Before its branches are: those of the worktrees would be taken from under them.
        await new RunArrival(services).LayAsideAsync(run, here, stop);
        HashSet<string> newer = RunStart.TryRead(folder) is { } start
            ? [.. placed.SelectMany(task => (string[])[RunRefs.Task(start.Settings, folder, task), RunRefs.Wip(folder, task)])]
            : [];
        var own = listed
            .Keys.Where(one => IsOfRun(one, folder) && !newer.Contains(one))
            .ToDictionary(one => one, one => one, StringComparer.Ordinal);
        return own.Count == 0 ? "" : await shared.FetchAsync(own, stop);
    }

    private static bool IsOfRun(string name, RunFolder folder) =>
        (name.StartsWith("refs/heads/", StringComparison.Ordinal) || name.StartsWith("refs/orchestrator/", StringComparison.Ordinal))
        && name.Split('/').Contains(folder.Name, StringComparer.Ordinal);

    /// <summary>The run's refs and files, and a snapshot of each worktree's unfinished work.</summary>
    private static async Task<OutgoingRun> CollectAsync(
        GitRepository repository,
        RunFolder folder,
        OrchestratorSettings settings,
        SharedRunFiles files,
        CancellationToken stop
    )
    {
        var found = await new RefStore(repository).ListAsync(
            [
                $"refs/heads/{settings.Worktrees.BranchPrefix}/{folder.Name}",
                RunRefs.Base(folder),
                RunRefs.LastMerge(folder),
                RunRefs.Wips(folder),
                RunRefs.Kepts(folder),
            ],
            stop
        );
        var outgoing = await files.BeginAsync(repository, folder, found, file => !TaskLeftovers.IsOwn(file.Split('/')), stop);
        var worktrees = Path.Combine(repository.MainCheckout!, settings.Worktrees.Directory, folder.Name);
        foreach (var path in Directory.Exists(worktrees) ? Directory.EnumerateDirectories(worktrees) : [])
        {
            if (new WorktreeStore(repository).Find(path) is { } worktree)
            {
                var task = Path.GetFileName(path);
                await outgoing.AddWorktreeAsync(worktree, task, RunRefs.Task(settings, folder, task), stop);
            }
        }
        return outgoing;
    }
}
