using Orchestrator.Git.Refs;
using Orchestrator.Git.Sharing;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.Runs.Tasks.Transfer;

/// <summary>
/// Moves one task between the owner host and a worker host through the common git remote. The task's state is one commit under its own ref,
/// with the files as its tree and all commits of the task as its parents. The owner host may push at any time, which causes later pushes of
/// an unresponsive worker host to fail.
/// </summary>
/// <param name="services">Dependencies of the run's steps.</param>
/// <param name="remote">Name or URL of the remote in this host's settings. If null, tasks can't be moved.</param>
public sealed class GitRemoteTaskStateExchanger(RunServiceBundle services, string? remote)
{
    private const int MostPushes = 5;

    // Pushes of a task are serialized, because each one is based on the state that this host knows.
    private readonly KeyedLocks<LocalRepositoryTaskReference, ShareableRunFileCollector> _turns = services.Part(_ => new KeyedLocks<
        LocalRepositoryTaskReference,
        ShareableRunFileCollector
    >(HostTaskAssignmentStore.Has));

    /// <summary>
    /// Pushes everything that a worker host needs to continue a task, including the work that a previous worker host pushed. It is called
    /// on the owner host.
    /// </summary>
    /// <param name="input">The task to move.</param>
    /// <param name="stop">Cancels git.</param>
    /// <exception cref="RunStepFailedException">The task cannot be shared now.</exception>
    public async Task PublishAsync(PushTaskWorkInput input, CancellationToken stop)
    {
        var at = new LocalRepositoryTaskReference(input.RunId, input.Repository, input.TaskId);
        using var turn = await _turns.TakeAsync(at, stop);
        for (var push = 1; ; push++)
        {
            await FetchAsync(at, isHost: false, stop);
            var outcome = await PushAsync(at, isHost: false, turn.State, stop);
            if (outcome is { IsFenced: false, Problem.Length: 0 })
            {
                // The worker host has the task now, so an older state on this host must not remain.
                await ReturnedTaskLeftoverArchiver.MoveLeftoversAsync(await WorkspaceAsync(at, input.PlanHash), stop);
                await RemoveLocalRefAsync(at, stop);
                return;
            }
            if (push == MostPushes)
            {
                throw NotSharedError(
                    $"{at.TaskId} can't be shared through {Shown}: "
                        + $"{(outcome.IsFenced ? "another host also pushes it" : outcome.Problem)}"
                );
            }
        }
    }

    /// <summary>Fetches the shared state of a task.</summary>
    /// <param name="input">The task to fetch.</param>
    /// <param name="isHost">True on the task's worker host. False on the owner host, which fetches only the task's own state.</param>
    /// <param name="stop">Cancels git.</param>
    /// <exception cref="RunStepFailedException">The task cannot be fetched now.</exception>
    public async Task FetchTaskAsync(FetchTaskWorkInput input, bool isHost, CancellationToken stop)
    {
        var at = new LocalRepositoryTaskReference(input.RunId, input.Repository, input.TaskId);
        using (await _turns.TakeAsync(at, stop))
        {
            var arrives = input.GoesOn && !HostTaskAssignmentStore.Has(at);
            var isThere = await FetchAsync(at, isHost, stop, arrives);
            await RequireRemoteRefsAsync(at, isThere, isHost || input.IsShared, input.Commit, stop);
            if (isHost && RunStartSettings.TryRead(at.Folder) is { } start)
            {
                var repository = await services.OpenRepositoryAsync(at.Repository.Path);
                await GitConfigurationCopyStore.StandInAsync(repository, at.Folder, start.GitConfiguration, services.Environment, stop);
            }
            if (arrives)
            {
                await ReturnedTaskLeftoverArchiver.MoveLeftoversAsync(await WorkspaceAsync(at, input.PlanHash), stop);
            }
            if (isHost)
            {
                Mailbox.MarkCopy(at.Folder);
                HostTaskAssignmentStore.Add(at);
            }
            else
            {
                // The task may have been assigned to this host before the run moved to this host.
                HostTaskAssignmentStore.Remove(at);
                await RemoveLocalRefAsync(at, stop);
            }
        }
        if (isHost)
        {
            // If earlier mail can't be fetched now, it arrives while the agent is running.
            await new GitRemoteMailExchanger(services, Remote(at)).ExchangeAsync(at.RunId, at.Repository, stop);
        }
        if (input.GoesOn)
        {
            await new MovedRunPreparer(services).MakeWorktreeAsync(await WorkspaceAsync(at, input.PlanHash), stop);
        }
    }

    /// <summary>Throws unless the remote has the task's refs. The exception causes the worker host to push lost refs again.</summary>
    private async Task RequireRemoteRefsAsync(
        LocalRepositoryTaskReference at,
        bool isThere,
        bool mustBeThere,
        string commit,
        CancellationToken stop
    )
    {
        if (!isThere && mustBeThere)
        {
            throw NotSharedError($"{Shown} does not have {at.TaskId} of {at.RunId}");
        }
        if (commit.Length > 0 && !await (await services.OpenRepositoryAsync(at.Repository.Path)).HasCommitAsync(commit, stop))
        {
            throw NotSharedError($"{Shown} does not have {CommitIdFormatter.Shorten(commit)}, the work of {at.TaskId} of {at.RunId}");
        }
    }

    /// <summary>Removes the local ref of a task's shared state after the state has been fetched.</summary>
    private async Task RemoveLocalRefAsync(LocalRepositoryTaskReference at, CancellationToken stop)
    {
        var name = RunRefNameBuilder.Placed(at.Folder, at.TaskId);
        var refs = new RefStore(await services.OpenRepositoryAsync(at.Repository.Path));
        if (await refs.ReadAsync(name, stop) is { } known)
        {
            await refs.UpdateAsync([new RefChange(name, null, known)], "taken", stop);
        }
    }

    private async Task<TaskBranchAndWorktree> WorkspaceAsync(LocalRepositoryTaskReference at, string planHash)
    {
        var files = services.Plans.Load(at.Repository, at.RunId, planHash);
        return new TaskBranchAndWorktree(await services.OpenRepositoryAsync(files), files, at.TaskId);
    }

    /// <summary>
    /// Pushes the current state of a task if it is assigned to this host. Called on a worker host. If the owner host has reassigned the
    /// task, nothing is pushed.
    /// </summary>
    /// <param name="at">The shared task.</param>
    /// <param name="isHere">Queries the task's workflow for the task's current host. It is called if the remote has an unknown state. If
    /// the task is still assigned to this host, the remote has lost a state, and the push replaces it.</param>
    /// <param name="stop">Cancels git.</param>
    /// <returns>The result of the push, or null if the task is not assigned to this host.</returns>
    public async Task<RunOrTaskStateGitPushResult?> PushIfPlacedAsync(
        LocalRepositoryTaskReference at,
        Func<CancellationToken, Task<bool>> isHere,
        CancellationToken stop
    )
    {
        using var turn = await _turns.TakeAsync(at, stop);
        if (!HostTaskAssignmentStore.Has(at))
        {
            return null;
        }
        // A message must be sent before the conversation that mentions it leaves this host.
        if (
            new Mailbox(at.Folder, services.Time).ListWaiting().Count > 0
            && await new GitRemoteMailExchanger(services, Remote(at)).ExchangeAsync(at.RunId, at.Repository, stop) is { Length: > 0 } unsent
        )
        {
            return new RunOrTaskStateGitPushResult(false, unsent, []);
        }
        var outcome = await PushAsync(at, isHost: true, turn.State, stop);
        if (!outcome.IsFenced)
        {
            return outcome;
        }
        // The remote is read before the query. If it has moved by the time of the push, the task's new host has pushed, and this push
        // fails.
        var name = RunRefNameBuilder.Placed(at.Folder, at.TaskId);
        var repository = await services.OpenRepositoryAsync(at.Repository.Path);
        var (found, problem) = await new RemoteRefs(repository, Remote(at)).ListAsync([name], stop);
        return problem.Length > 0 ? outcome with { IsFenced = false, Problem = problem }
            : await isHere(stop) ? await PushAsync(at, isHost: true, turn.State, stop, new PushPrecondition(found.GetValueOrDefault(name)))
            : outcome;
    }

    /// <summary>Pushes the state of a task after a step on a worker host, before the step's result is reported.</summary>
    /// <param name="at">The shared task.</param>
    /// <param name="isHere">The query that <see cref="PushIfPlacedAsync"/> describes.</param>
    /// <param name="stop">Cancels git.</param>
    /// <returns>Files that were not pushed, because they seem to contain a secret or are too large.</returns>
    /// <exception cref="RunStepFailedException">The task cannot be shared now.</exception>
    public async Task<IReadOnlyList<string>> RequirePushAsync(
        LocalRepositoryTaskReference at,
        Func<CancellationToken, Task<bool>> isHere,
        CancellationToken stop
    )
    {
        HostTaskAssignmentStore.RequireAssignment(at);
        return await PushIfPlacedAsync(at, isHere, stop) switch
        {
            null => [],
            { IsFenced: true } => throw HostTaskAssignmentStore.ReassignedError(at),
            { Problem: { Length: > 0 } problem } => throw NotSharedError(
                $"the work on {at.TaskId} on this host can't be shared: {problem}"
            ),
            var shared => shared.LeftOut,
        };
    }

    /// <summary>Removes the assignment of a task to this worker host, and stops the task's agent.</summary>
    /// <param name="at">The shared task.</param>
    /// <param name="unlessHeld">True to do nothing if this process holds another slot for the task. The task has then left and
    /// returned.</param>
    public async Task RemoveAssignmentAsync(LocalRepositoryTaskReference at, bool unlessHeld = false)
    {
        using var turn = await _turns.TakeAsync(at, CancellationToken.None);
        if (!HostTaskAssignmentStore.Has(at) || (unlessHeld && SlotHolderRecords.Of(services).Has(at)))
        {
            return;
        }
        HostTaskAssignmentStore.Remove(at);
        await ReturnedTaskLeftoverArchiver.StopAgentsAsync(at.Folder, at.TaskId, services.Time);
        // The ref is removed last, because a full disk prevents the removal.
        await RemoveLocalRefAsync(at, CancellationToken.None);
    }

    private string Shown => GitRemoteAddressInspector.Show(remote ?? "");

    private string Remote(LocalRepositoryTaskReference at) =>
        remote
        ?? throw NotSharedError(
            $"{at.TaskId} of {at.RunId} can't move to or from {services.Host}, because wip.remote is not set in {at.Repository.Path}"
        );

    private static RunStepFailedException NotSharedError(string why) =>
        new($"{why.TrimEnd('.')}. The step will be retried.", "NotShared") { IsFinal = false };

    /// <summary>The commit that the remote ref must point to for a push to succeed.</summary>
    /// <param name="Commit">Hash of the commit, or null if the ref must not exist.</param>
    private sealed record PushPrecondition(string? Commit);

    /// <summary>Pushes the current state of a task.</summary>
    /// <param name="at">The shared task.</param>
    /// <param name="isHost">True on the task's worker host.</param>
    /// <param name="shared">Files of the run that were already searched for secrets.</param>
    /// <param name="stop">Cancels git.</param>
    /// <param name="fence">The state that the remote must have, or null for the last state that this repository has seen.</param>
    private async Task<RunOrTaskStateGitPushResult> PushAsync(
        LocalRepositoryTaskReference at,
        bool isHost,
        ShareableRunFileCollector shared,
        CancellationToken stop,
        PushPrecondition? fence = null
    )
    {
        var folder = at.Folder;
        var start =
            RunStartSettings.TryRead(folder)
            ?? throw new RunStepFailedException($"{at.RunId} has no files on this " + "host", "NotShared") { IsFinal = false };
        var repository = await services.OpenRepositoryAsync(at.Repository.Path);
        var refs = new RefStore(repository);
        var found = await refs.ListAsync([.. NamesOf(folder, start.Settings, at.TaskId, isHost)], stop);
        var outgoing = await shared.BeginAsync(repository, folder, found, file => IsWanted(file, at.TaskId, isHost), stop);
        var path = Path.Combine(repository.MainCheckout!, start.Settings.Worktrees.Directory, folder.Name, at.TaskId);
        if (
            new WorktreeManager(repository).Find(path) is { } worktree
            && await outgoing.AddWorktreeAsync(worktree, at.TaskId, RunRefNameBuilder.Task(start.Settings, folder, at.TaskId), stop)
                is { } snapshot
            && !isHost
        )
        {
            // The worktree is removed afterwards, but this step may be repeated.
            await refs.PutBackAsync(RunRefNameBuilder.Wip(folder, at.TaskId), snapshot, stop);
        }
        OrchestratorFolderCreator.Ensure(folder.Task(at.TaskId));
        var tree = await outgoing.WriteAsync(Path.Combine(folder.Task(at.TaskId), ".shared-refs"), stop);
        var name = RunRefNameBuilder.Placed(folder, at.TaskId);
        var known = await refs.ReadAsync(name, stop);
        var message = $"{folder.Name}/{at.TaskId}, by {services.Host}";
        var trailers = new CommitTrailers(folder.Name, at.TaskId);
        var parents = outgoing.Refs.Values.Distinct(StringComparer.Ordinal).ToList();
        // Two identical commits within one second would have the same hash, so the second push would not replace the first one.
        var commit = await new GitCommitReaderAndWriter(repository).CreateAsync(
            tree,
            parents,
            $"{message}\n\n{Guid.NewGuid():n}",
            trailers,
            stop
        );
        var pushed = new Dictionary<string, string> { [name] = commit };
        var outcome = await new RemoteRefs(repository, Remote(at)).PushAsync(pushed, name, fence is null ? known : fence.Commit, stop);
        if (outcome.IsDone)
        {
            await refs.UpdateAsync([new RefChange(name, commit, known)], "shared", stop);
        }
        return new RunOrTaskStateGitPushResult(
            outcome.IsFenced,
            outcome.IsDone || outcome.IsFenced ? "" : outcome.Message,
            outgoing.LeftOut
        );
    }

    /// <summary>Fetches the shared state of a task, and extracts the files that this host may use.</summary>
    /// <param name="at">The shared task.</param>
    /// <param name="isHost">True on the task's worker host.</param>
    /// <param name="stop">Cancels git.</param>
    /// <param name="arrives">True if the task continues on this host with the remote's state. Leftovers of its agents on this host are then
    /// moved away.</param>
    /// <returns>True if the remote has the task.</returns>
    private async Task<bool> FetchAsync(LocalRepositoryTaskReference at, bool isHost, CancellationToken stop, bool arrives = false)
    {
        var folder = at.Folder;
        var repository = await services.OpenRepositoryAsync(at.Repository.Path);
        var (name, refs) = (RunRefNameBuilder.Placed(folder, at.TaskId), new RefStore(repository));
        var before = await refs.ReadAsync(name, stop);
        var problem = await new RemoteRefs(repository, Remote(at)).FetchAsync(new Dictionary<string, string> { [name] = name }, stop);
        if (RemoteRefs.MeansAbsent(problem))
        {
            if (before is not null)
            {
                // The remote has lost the task or never had it.
                await refs.UpdateAsync([new RefChange(name, null, before)], "the remote does not have it", stop);
            }
            return false;
        }
        if (problem.Length > 0)
        {
            throw NotSharedError($"{at.TaskId} of {at.RunId} can't be fetched from {Shown}: {problem}");
        }
        if (arrives)
        {
            await ReturnedTaskLeftoverArchiver.MoveLeftoversAsync(folder, at.TaskId, services.Time);
        }
        var listed = await ShareableRunFileCollector.ExtractAsync(
            repository,
            folder,
            name,
            file => IsWanted(file, at.TaskId, isHost: !isHost),
            stop
        );
        if (arrives)
        {
            ConversationStore.MarkArrived(folder, at.TaskId);
        }
        foreach (var ended in AgentRunFolders.Of(folder.Task(at.TaskId)).Where(path => File.Exists(Path.Combine(path, "exit"))))
        {
            // The recorded outcome of an agent is final, because another start would cost money again.
            OrchestratorFolderCreator.Ensure(Path.Combine(ended, "started"));
        }
        if (RunStartSettings.TryRead(folder) is { } start)
        {
            await FetchRefsAsync(repository, listed, NamesOf(folder, start.Settings, at.TaskId, isHost: !isHost), stop);
        }
        return true;
    }

    private static async Task FetchRefsAsync(
        GitRepository repository,
        IReadOnlyDictionary<string, string> listed,
        IEnumerable<string> wanted,
        CancellationToken stop
    )
    {
        var (refs, commits) = (new RefStore(repository), new GitCommitReaderAndWriter(repository));
        foreach (
            var (name, commit) in listed.Where(one =>
                wanted.Any(prefix => one.Key == prefix || one.Key.StartsWith(prefix + "/", StringComparison.Ordinal))
            )
        )
        {
            var known = await refs.ReadAsync(name, stop);
            // A newer staging branch may have been fetched for another task.
            var isBehind = known is not null && known != commit && await commits.IsAncestorAsync(commit, known, stop);
            if (known != commit && !(isBehind && name.EndsWith("/staging", StringComparison.Ordinal)))
            {
                await refs.UpdateAsync([new RefChange(name, commit, known)], "shared", stop);
            }
        }
    }

    /// <summary>
    /// Lists the refs that a host pushes. A worker host pushes the refs of the task. The owner host also pushes the refs on which the task
    /// is based.
    /// </summary>
    private static IEnumerable<string> NamesOf(RunFolder folder, OrchestratorSettings settings, string taskId, bool isHost) =>
        (string[])
            [
                RunRefNameBuilder.Task(settings, folder, taskId),
                RunRefNameBuilder.Wip(folder, taskId),
                RunRefNameBuilder.Kept(folder, taskId),
                .. isHost
                    ? (string[])[]
                    : [RunRefNameBuilder.Staging(settings, folder), RunRefNameBuilder.Base(folder), RunRefNameBuilder.LastMerge(folder)],
            ];

    /// <summary>
    /// True if a host pushes the file with the given path in the run's folder. Worker hosts receive the records of other tasks, but not the
    /// files of those tasks' agents.
    /// </summary>
    private static bool IsWanted(string path, string taskId, bool isHost)
    {
        var parts = path.Split('/');
        if (parts[^1] is HostTaskAssignmentStore.Marker or ".shared-refs" || ReturnedTaskLeftoverArchiver.IsOwn(parts))
        {
            return false;
        }
        var isTasks = parts is ["tasks", _, _, ..];
        return isTasks && parts[1] == taskId
            || (!isHost && (isTasks ? parts.Length == 3 : parts[0] is not ("checkpoints" or "reports" or "landing" or "mail")));
    }
}
