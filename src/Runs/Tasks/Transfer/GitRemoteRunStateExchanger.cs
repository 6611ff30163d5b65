using System.Collections.Concurrent;
using Orchestrator.Git.Refs;
using Orchestrator.Git.Sharing;

namespace Orchestrator.Runs.Tasks.Transfer;

/// <summary>Result of pushing the state of a run or a task to the git remote.</summary>
/// <param name="IsFenced">True if another host now owns the run or the task. This host must push nothing more, and its agents must
/// stop.</param>
/// <param name="Problem">The reason for the failure, or empty if everything that may leave this host was pushed.</param>
/// <param name="LeftOut">Files that were not pushed, because they seem to contain a secret or are too large.</param>
public sealed record RunOrTaskStateGitPushResult(bool IsFenced, string Problem, IReadOnlyList<string> LeftOut);

/// <summary>
/// Exchanges open runs between hosts through a common git remote. A run consists of its files, conversations and branches, and of its
/// tasks' unfinished work. Each push is atomic and succeeds only for the host that pushed last. A host that takes over a run pushes first,
/// so that later pushes of the previous owner fail.
/// </summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class GitRemoteRunStateExchanger(RunServiceBundle services)
{
    /// <summary>Maximum time for which a step waits for an unresponsive remote.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Time after a failed push during which steps do not try to push.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    private readonly RunGitPushCoordinatorRegistry _pushes = services.Part(_ => new RunGitPushCoordinatorRegistry());

    /// <summary>Serializes the pushes of each run, because each push is based on the previous one.</summary>
    private sealed class RunGitPushCoordinatorRegistry
    {
        public ConcurrentDictionary<string, RunGitPushCoordinator> Of { get; } = new(StringComparer.Ordinal);
    }

    private sealed class RunGitPushCoordinator
    {
        /// <summary>Number of steps that have requested a push.</summary>
        public int Asked;

        public SemaphoreSlim Turn { get; } = new(1);

        public ShareableRunFileCollector Files { get; } = new();

        /// <summary>Number of steps whose request the last successful push covered.</summary>
        public int Served { get; set; }

        /// <summary>Monotonic timestamp of the last failed push, or null if the last push succeeded.</summary>
        public long? Failed { get; set; }
    }

    /// <summary>
    /// Returns the settings for sharing work that were in effect when a run started. Returns null if this host has no files of the run.
    /// </summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="here">The repository on this host.</param>
    public static SharedRunRemoteSettings? WipOf(string runId, RepositoryReference here) =>
        RunStartSettings.TryRead(new RunFolder(here.Path, runId))?.Settings.Wip;

    /// <summary>
    /// Pushes a run after a step on its owner host, before the step's result is reported. Otherwise, another host could take over the run
    /// and lack the files of a reported result. If the remote is unavailable, the run continues without the push.
    /// </summary>
    /// <param name="workflowId">Id of the workflow that requested the step. It is the run's workflow or one of its descendants.</param>
    /// <param name="here">The repository on this host.</param>
    /// <param name="stop">Cancels git.</param>
    public async Task ShareStepAsync(string workflowId, RepositoryReference here, CancellationToken stop)
    {
        var runId = RunIds.Above(workflowId) is { } above && File.Exists(new RunFolder(here.Path, above).Status) ? above : workflowId;
        var pushing = PushingOf(runId, here);
        if (
            pushing.Failed is { } failed && services.Time.GetElapsedTime(failed) < Silence
            || WipOf(runId, here)?.Remote is not { } remote
            || RunStatusFile.Read(new RunFolder(here.Path, runId).Status) is not { } run
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
            // The next push follows soon, and reports the problem.
            pushing.Failed = services.Time.GetTimestamp();
        }
    }

    /// <summary>Pushes a run's current state.</summary>
    /// <param name="runId">Id of the run, whose files are on this host.</param>
    /// <param name="here">The repository on this host.</param>
    /// <param name="remote">Name or URL of the remote.</param>
    /// <param name="takesOver">True to replace the previous owner regardless of its last push.</param>
    /// <param name="stop">Cancels git.</param>
    public Task<RunOrTaskStateGitPushResult> PushAsync(
        string runId,
        RepositoryReference here,
        string remote,
        bool takesOver,
        CancellationToken stop
    ) => PushAsync(runId, here, remote, takesOver, number: int.MaxValue, stop);

    private RunGitPushCoordinator PushingOf(string runId, RepositoryReference here) =>
        _pushes.Of.GetOrAdd($"{here.Path} {runId}", _ => new RunGitPushCoordinator());

    /// <summary>Pushes a run, unless a push that started after this request has already succeeded.</summary>
    private async Task<RunOrTaskStateGitPushResult> PushAsync(
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
                return new RunOrTaskStateGitPushResult(false, "", []);
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

    private async Task<RunOrTaskStateGitPushResult> PushNowAsync(
        string runId,
        RepositoryReference here,
        string remote,
        bool takesOver,
        ShareableRunFileCollector files,
        CancellationToken stop
    )
    {
        var folder = new RunFolder(here.Path, runId);
        var start = RunStartSettings.TryRead(folder);
        if (start is null)
        {
            return new RunOrTaskStateGitPushResult(false, $"{runId} has no files on this host yet", []);
        }
        // The user's current git configuration is used, because passwords of remotes may have changed.
        var repository = await services.OpenRepositoryAsync(here.Path);
        var refs = new RefStore(repository);
        var outgoing = await CollectAsync(repository, folder, start.Settings, files, stop);
        var tree = await outgoing.WriteAsync(Path.Combine(folder.Path, ".shared-refs"), stop);
        var name = RunRefNameBuilder.Shared(folder.Name);
        var known = await refs.ReadAsync(name, stop);
        var commits = new GitCommitReaderAndWriter(repository);
        // A push is necessary even without changes, because only a push detects that another host has taken over.
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
        return new RunOrTaskStateGitPushResult(
            outcome.IsFenced,
            outcome.IsDone || outcome.IsFenced ? "" : outcome.Message,
            outgoing.LeftOut
        );
    }

    /// <summary>
    /// Pushes a run that this host still owns, regardless of what the remote contains. This is needed because a takeover may be incomplete,
    /// and because the remote may have lost earlier pushes.
    /// </summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="here">The repository on this host.</param>
    /// <param name="remote">Name or URL of the remote.</param>
    /// <param name="stop">Cancels git.</param>
    /// <returns>The result, for display.</returns>
    public async Task<string> ReclaimAsync(string runId, RepositoryReference here, string remote, CancellationToken stop)
    {
        var repository = await services.OpenRepositoryAsync(here.Path);
        var name = RunRefNameBuilder.Shared(new RunFolder(here.Path, runId).Name);
        if (await new RemoteRefs(repository, remote).FetchAsync(new Dictionary<string, string> { [name] = name }, stop) is { Length: > 0 })
        {
            // The remote contains no state of the run.
            var refs = new RefStore(repository);
            if (await refs.ReadAsync(name, stop) is { } known)
            {
                await refs.UpdateAsync([new RefChange(name, null, known)], "the remote lost it", stop);
            }
        }
        var outcome = await PushAsync(runId, here, remote, takesOver: true, stop);
        return outcome is { IsFenced: false, Problem.Length: 0 }
            ? "the remote had another state of the run, which this host replaced"
            : $"the remote has another state of the run: {(outcome.IsFenced ? "another host pushed it" : outcome.Problem)}";
    }

    /// <summary>
    /// Fetches a run with its refs and files from the remote. Replaces the files on this host, except those of tasks that are assigned to
    /// this host. Leftovers of the run's earlier agents are kept separately.
    /// </summary>
    /// <param name="run">Status of the run, as reported by its workflow.</param>
    /// <param name="here">The repository on this host.</param>
    /// <param name="remote">Name or URL of the remote.</param>
    /// <param name="stop">Cancels git.</param>
    /// <returns>The reason for the failure, or empty if the run was fetched.</returns>
    public async Task<string> FetchAsync(RunStatus run, RepositoryReference here, string remote, CancellationToken stop)
    {
        var folder = new RunFolder(here.Path, run.RunId);
        var repository = await services.OpenRepositoryAsync(here.Path);
        var (name, shared) = (RunRefNameBuilder.Shared(folder.Name), new RemoteRefs(repository, remote));
        if (await shared.FetchAsync(new Dictionary<string, string> { [name] = name }, stop) is { Length: > 0 } absent)
        {
            return $"{GitRemoteAddressInspector.Show(remote)} does not have the run ({absent})";
        }
        // Files of tasks that are assigned to this host are newer here than on the remote.
        HashSet<string> placed = [.. HostTaskAssignmentStore.Find(run.RunId, here).Select(task => task.TaskId)];
        foreach (var task in folder.TaskIds().Where(task => !placed.Contains(task)))
        {
            await ReturnedTaskLeftoverArchiver.MoveLeftoversAsync(folder, task, services.Time);
        }
        var listed = await ShareableRunFileCollector.ExtractAsync(
            repository,
            folder,
            name,
            path => path.Split('/') is not ["tasks", var task, ..] || !placed.Contains(task),
            stop
        );
        foreach (var task in folder.TaskIds().Where(task => !placed.Contains(task)))
        {
            ConversationStore.MarkArrived(folder, task);
        }
        // The worktrees must be moved before the branches are fetched. Otherwise branches would move while they are checked out.
        if (await new MovedRunPreparer(services).MoveLeftoversAsync(run, here, stop) is { Length: > 0 } damage)
        {
            return damage;
        }
        HashSet<string> newer = RunStartSettings.TryRead(folder) is { } start
            ?
            [
                .. placed.SelectMany(task =>
                    (string[])[RunRefNameBuilder.Task(start.Settings, folder, task), RunRefNameBuilder.Wip(folder, task)]
                ),
            ]
            : [];
        var own = listed
            .Keys.Where(one => IsOfRun(one, folder) && !newer.Contains(one))
            .ToDictionary(one => one, one => one, StringComparer.Ordinal);
        return own.Count == 0 ? "" : await shared.FetchAsync(own, stop);
    }

    private static bool IsOfRun(string name, RunFolder folder) =>
        (name.StartsWith("refs/heads/", StringComparison.Ordinal) || name.StartsWith("refs/orchestrator/", StringComparison.Ordinal))
        && name.Split('/').Contains(folder.Name, StringComparer.Ordinal);

    /// <summary>Collects the refs and files of the run, and a snapshot of the unfinished work in each worktree.</summary>
    private static async Task<OutgoingRunGitTreeBuilder> CollectAsync(
        GitRepository repository,
        RunFolder folder,
        OrchestratorSettings settings,
        ShareableRunFileCollector files,
        CancellationToken stop
    )
    {
        var found = await new RefStore(repository).ListAsync(
            [
                $"refs/heads/{settings.Worktrees.BranchPrefix}/{folder.Name}",
                RunRefNameBuilder.Base(folder),
                RunRefNameBuilder.LastMerge(folder),
                RunRefNameBuilder.Wips(folder),
                RunRefNameBuilder.Kepts(folder),
            ],
            stop
        );
        var outgoing = await files.BeginAsync(
            repository,
            folder,
            found,
            file => !ReturnedTaskLeftoverArchiver.IsOwn(file.Split('/')),
            stop
        );
        var worktrees = Path.Combine(repository.MainCheckout!, settings.Worktrees.Directory, folder.Name);
        foreach (var path in Directory.Exists(worktrees) ? Directory.EnumerateDirectories(worktrees) : [])
        {
            if (new WorktreeManager(repository).Find(path) is { } worktree)
            {
                var task = Path.GetFileName(path);
                await outgoing.AddWorktreeAsync(worktree, task, RunRefNameBuilder.Task(settings, folder, task), stop);
            }
        }
        return outgoing;
    }
}
