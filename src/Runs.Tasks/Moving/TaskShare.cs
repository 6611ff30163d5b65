using Orchestrator.Git.Refs;
using Orchestrator.Git.Sharing;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.Runs.Tasks.Moving;

/// <summary>One task by way of the git remote that machines share, from its run's machine to its host and back: one commit of a ref of its
/// own, with the files, and with all that belongs to the task as parents. Only who knows what is there may push; the run's machine may
/// always, and so shuts out a host that is not heard of any more.</summary>
/// <param name="services">What the steps need of this machine.</param>
/// <param name="remote">Name or address of the remote, by the settings here; null: none is set, and no task comes or goes.</param>
public sealed class TaskShare(RunServices services, string? remote)
{
    private const int MostPushes = 5;

    // One at a time for each task: what is pushed follows on what this machine knows.
    private readonly KeyedTurns<SharedTask, SharedRunFiles> _turns = services.Part(_ => new KeyedTurns<SharedTask, SharedRunFiles>(
        PlacedTasks.Has
    ));

    /// <summary>On the run's machine: shares what a host needs, with what another host has pushed before.</summary>
    /// <param name="input">The task.</param>
    /// <param name="stop">Ends git.</param>
    /// <exception cref="StepException">It can't be shared now.</exception>
    public async Task HandAsync(HandTaskInput input, CancellationToken stop)
    {
        var at = new SharedTask(input.RunId, input.Repository, input.TaskId);
        using var turn = await _turns.TakeAsync(at, stop);
        for (var push = 1; ; push++)
        {
            await FetchAsync(at, isHost: false, stop);
            var outcome = await PushAsync(at, isHost: false, turn.State, stop);
            if (outcome is { IsFenced: false, Problem.Length: 0 })
            {
                // The host has it now, and here another state of it would only be in the way.
                await TaskLeftovers.LayAsideAsync(await WorkspaceAsync(at, input.PlanHash), stop);
                await ForgetAsync(at, stop);
                return;
            }
            if (push == MostPushes)
            {
                throw NotNow($"{at.TaskId} can't be shared by {Shown}: {(outcome.IsFenced ? "others push it, too" : outcome.Problem)}");
            }
        }
    }

    /// <summary>Takes what was shared.</summary>
    /// <param name="input">The task.</param>
    /// <param name="isHost">This is the task's host; false: the run's own machine, which takes what is the task's alone.</param>
    /// <param name="stop">Ends git.</param>
    /// <exception cref="StepException">It can't be taken now.</exception>
    public async Task TakeAsync(TakeTaskInput input, bool isHost, CancellationToken stop)
    {
        var at = new SharedTask(input.RunId, input.Repository, input.TaskId);
        using (await _turns.TakeAsync(at, stop))
        {
            var arrives = input.GoesOn && !PlacedTasks.Has(at);
            var isThere = await FetchAsync(at, isHost, stop, arrives);
            await DemandThereAsync(at, isThere, isHost || input.IsShared, input.Commit, stop);
            if (isHost && RunStart.TryRead(at.Folder) is { } start)
            {
                var repository = await services.OpenRepositoryAsync(at.Repository.Path);
                await GitCopies.StandInAsync(repository, at.Folder, start.GitConfiguration, services.Environment, stop);
            }
            if (arrives)
            {
                await TaskLeftovers.LayAsideAsync(await WorkspaceAsync(at, input.PlanHash), stop);
            }
            if (isHost)
            {
                Mailbox.MarkCopy(at.Folder);
                PlacedTasks.Add(at);
            }
            else
            {
                // It may have been placed here before the run came to this machine, too.
                PlacedTasks.Remove(at);
                await ForgetAsync(at, stop);
            }
        }
        if (isHost)
        {
            // What was sent before; where that is not possible now, it comes while the agent works.
            await new MailShare(services, Remote(at)).ExchangeAsync(at.RunId, at.Repository, stop);
        }
        if (input.GoesOn)
        {
            await new RunArrival(services).MakeWorktreeAsync(await WorkspaceAsync(at, input.PlanHash), stop);
        }
    }

    /// <summary>Requires the task's refs on the remote. The host pushes lost ones once more.</summary>
    private async Task DemandThereAsync(SharedTask at, bool isThere, bool mustBeThere, string commit, CancellationToken stop)
    {
        if (!isThere && mustBeThere)
        {
            throw NotNow($"{Shown} does not have {at.TaskId} of {at.RunId}");
        }
        if (commit.Length > 0 && !await (await services.OpenRepositoryAsync(at.Repository.Path)).HasCommitAsync(commit, stop))
        {
            throw NotNow($"{Shown} does not have {CommitIds.Shorten(commit)}, the work of {at.TaskId} of {at.RunId}");
        }
    }

    /// <summary>Forgets a task that was shared and taken: the remote has it.</summary>
    private async Task ForgetAsync(SharedTask at, CancellationToken stop)
    {
        var name = RunRefs.Placed(at.Folder, at.TaskId);
        var refs = new RefStore(await services.OpenRepositoryAsync(at.Repository.Path));
        if (await refs.ReadAsync(name, stop) is { } known)
        {
            await refs.UpdateAsync([new RefChange(name, null, known)], "taken", stop);
        }
    }

    private async Task<TaskWorkspace> WorkspaceAsync(SharedTask at, string planHash)
    {
        var files = services.Plans.Load(at.Repository, at.RunId, planHash);
        return new TaskWorkspace(await services.OpenRepositoryAsync(files), files, at.TaskId);
    }

    /// <summary>On a host: pushes the task as it is here, where it is placed here. Who is shut out pushes nothing.</summary>
    /// <param name="at">The task.</param>
    /// <param name="isHere">Asks the task itself whether it is placed here still, where the remote has another state of it: then it has
    /// lost one, which is replaced.</param>
    /// <param name="stop">Ends git.</param>
    /// <returns>What became of it; null: it is not placed here.</returns>
    public async Task<ShareOutcome?> PushIfPlacedAsync(SharedTask at, Func<CancellationToken, Task<bool>> isHere, CancellationToken stop)
    {
        using var turn = await _turns.TakeAsync(at, stop);
        if (!PlacedTasks.Has(at))
        {
            return null;
        }
        // A conversation that has sent a message must not be elsewhere before the message is.
        if (
            new Mailbox(at.Folder, services.Time).ListWaiting().Count > 0
            && await new MailShare(services, Remote(at)).ExchangeAsync(at.RunId, at.Repository, stop) is { Length: > 0 } unsent
        )
        {
            return new ShareOutcome(false, unsent, []);
        }
        var outcome = await PushAsync(at, isHost: true, turn.State, stop);
        if (!outcome.IsFenced)
        {
            return outcome;
        }
        // What the remote has is looked at before the task is asked: whoever has it then pushes later than that.
        var name = RunRefs.Placed(at.Folder, at.TaskId);
        var repository = await services.OpenRepositoryAsync(at.Repository.Path);
        var (found, problem) = await new RemoteRefs(repository, Remote(at)).ListAsync([name], stop);
        return problem.Length > 0 ? outcome with { IsFenced = false, Problem = problem }
            : await isHere(stop) ? await PushAsync(at, isHost: true, turn.State, stop, new Fence(found.GetValueOrDefault(name)))
            : outcome;
    }

    /// <summary>On a host: a step there has ended, and its end counts once the work is shared.</summary>
    /// <param name="at">The task.</param>
    /// <param name="isHere">As in <see cref="PushIfPlacedAsync"/>.</param>
    /// <param name="stop">Ends git.</param>
    /// <returns>What was not shared, since it has what looks like a secret or is too large.</returns>
    /// <exception cref="StepException">It can't be shared now.</exception>
    public async Task<IReadOnlyList<string>> DemandPushedAsync(
        SharedTask at,
        Func<CancellationToken, Task<bool>> isHere,
        CancellationToken stop
    )
    {
        PlacedTasks.Demand(at);
        return await PushIfPlacedAsync(at, isHere, stop) switch
        {
            null => [],
            { IsFenced: true } => throw PlacedTasks.Gone(at),
            { Problem: { Length: > 0 } problem } => throw NotNow($"what was made of {at.TaskId} here can't be shared: {problem}"),
            var shared => shared.LeftOut,
        };
    }

    /// <summary>On a host: the task is not placed here any more. An agent that is at work on it ends.</summary>
    /// <param name="at">The task.</param>
    /// <param name="unlessHeld">Nothing is done where this process holds another place for it: the task has left and come back.</param>
    public async Task LeaveAsync(SharedTask at, bool unlessHeld = false)
    {
        using var turn = await _turns.TakeAsync(at, CancellationToken.None);
        if (!PlacedTasks.Has(at) || (unlessHeld && HeldPlaces.Of(services).Has(at)))
        {
            return;
        }
        PlacedTasks.Remove(at);
        await TaskLeftovers.StopAgentsAsync(at.Folder, at.TaskId, services.Time);
        // Last: on a full disk no ref can be removed.
        await ForgetAsync(at, CancellationToken.None);
    }

    private string Shown => RemoteAddress.Show(remote ?? "");

    private string Remote(SharedTask at) =>
        remote
        ?? throw NotNow(
            $"{at.TaskId} of {at.RunId} can't come to {services.Host} or leave it: wip.remote is not set in {at.Repository.Path}"
        );

    private static StepException NotNow(string why) => new($"{why.TrimEnd('.')}. It is tried again.", "NotShared") { IsFinal = false };

    /// <summary>The commit that the remote must have for a push to count.</summary>
    /// <param name="Commit">A commit; null: nothing.</param>
    private sealed record Fence(string? Commit);

    /// <summary>Pushes the task as it is here.</summary>
    /// <param name="at">The task.</param>
    /// <param name="isHost">This is the task's host.</param>
    /// <param name="shared">What was looked through already.</param>
    /// <param name="stop">Ends git.</param>
    /// <param name="fence">What the remote has; null: what this repository has seen there last.</param>
    private async Task<ShareOutcome> PushAsync(
        SharedTask at,
        bool isHost,
        SharedRunFiles shared,
        CancellationToken stop,
        Fence? fence = null
    )
    {
        var folder = at.Folder;
        var start = RunStart.TryRead(folder) ?? throw new StepException($"{at.RunId} has no files here", "NotShared") { IsFinal = false };
        var repository = await services.OpenRepositoryAsync(at.Repository.Path);
        var refs = new RefStore(repository);
        var found = await refs.ListAsync([.. NamesOf(folder, start.Settings, at.TaskId, isHost)], stop);
        var outgoing = await shared.BeginAsync(repository, folder, found, file => IsWanted(file, at.TaskId, isHost), stop);
        var path = Path.Combine(repository.MainCheckout!, start.Settings.Worktrees.Directory, folder.Name, at.TaskId);
        if (
            new WorktreeStore(repository).Find(path) is { } worktree
            && await outgoing.AddWorktreeAsync(worktree, at.TaskId, RunRefs.Task(start.Settings, folder, at.TaskId), stop) is { } snapshot
            && !isHost
        )
        {
            // The worktree goes, and this step may be done twice.
            await refs.PutBackAsync(RunRefs.Wip(folder, at.TaskId), snapshot, stop);
        }
        OwnFolder.Ensure(folder.Task(at.TaskId));
        var tree = await outgoing.WriteAsync(Path.Combine(folder.Task(at.TaskId), ".shared-refs"), stop);
        var name = RunRefs.Placed(folder, at.TaskId);
        var known = await refs.ReadAsync(name, stop);
        var message = $"{folder.Name}/{at.TaskId}, by {services.Host}";
        var trailers = new CommitTrailers(folder.Name, at.TaskId);
        var parents = outgoing.Refs.Values.Distinct(StringComparer.Ordinal).ToList();
        // Two that are made in one second would be the same commit, and nobody would be shut out.
        var commit = await new CommitStore(repository).CreateAsync(tree, parents, $"{message}\n\n{Guid.NewGuid():n}", trailers, stop);
        var pushed = new Dictionary<string, string> { [name] = commit };
        var outcome = await new RemoteRefs(repository, Remote(at)).PushAsync(pushed, name, fence is null ? known : fence.Commit, stop);
        if (outcome.IsDone)
        {
            await refs.UpdateAsync([new RefChange(name, commit, known)], "shared", stop);
        }
        return new ShareOutcome(outcome.IsFenced, outcome.IsDone || outcome.IsFenced ? "" : outcome.Message, outgoing.LeftOut);
    }

    /// <summary>Fetches the task, and takes what this machine may take of it.</summary>
    /// <param name="at">The task.</param>
    /// <param name="isHost">This is the task's host.</param>
    /// <param name="stop">Ends git.</param>
    /// <param name="arrives">It goes on here from what the remote has: what its agents have left here before is laid aside.</param>
    /// <returns>The remote has it.</returns>
    private async Task<bool> FetchAsync(SharedTask at, bool isHost, CancellationToken stop, bool arrives = false)
    {
        var folder = at.Folder;
        var repository = await services.OpenRepositoryAsync(at.Repository.Path);
        var (name, refs) = (RunRefs.Placed(folder, at.TaskId), new RefStore(repository));
        var before = await refs.ReadAsync(name, stop);
        var problem = await new RemoteRefs(repository, Remote(at)).FetchAsync(new Dictionary<string, string> { [name] = name }, stop);
        if (RemoteRefs.SaysAbsent(problem))
        {
            if (before is not null)
            {
                // The remote has lost it, or it was never there.
                await refs.UpdateAsync([new RefChange(name, null, before)], "the remote does not have it", stop);
            }
            return false;
        }
        if (problem.Length > 0)
        {
            throw NotNow($"{at.TaskId} of {at.RunId} can't be fetched from {Shown}: {problem}");
        }
        if (arrives)
        {
            await TaskLeftovers.LayAsideAsync(folder, at.TaskId, services.Time);
        }
        var listed = await SharedRunFiles.TakeAsync(repository, folder, name, file => IsWanted(file, at.TaskId, isHost: !isHost), stop);
        if (arrives)
        {
            KeptConversations.MarkArrived(folder, at.TaskId);
        }
        foreach (var ended in AgentRunFolders.Of(folder.Task(at.TaskId)).Where(path => File.Exists(Path.Combine(path, "exit"))))
        {
            // Its end is taken as it is: another start would be paid once more.
            OwnFolder.Ensure(Path.Combine(ended, "started"));
        }
        if (RunStart.TryRead(folder) is { } start)
        {
            await TakeRefsAsync(repository, listed, NamesOf(folder, start.Settings, at.TaskId, isHost: !isHost), stop);
        }
        return true;
    }

    private static async Task TakeRefsAsync(
        GitRepository repository,
        IReadOnlyDictionary<string, string> listed,
        IEnumerable<string> wanted,
        CancellationToken stop
    )
    {
        var (refs, commits) = (new RefStore(repository), new CommitStore(repository));
        foreach (
            var (name, commit) in listed.Where(one =>
                wanted.Any(prefix => one.Key == prefix || one.Key.StartsWith(prefix + "/", StringComparison.Ordinal))
            )
        )
        {
            var known = await refs.ReadAsync(name, stop);
            // Another task may have brought a newer staging.
            var isBehind = known is not null && known != commit && await commits.IsAncestorAsync(commit, known, stop);
            if (known != commit && !(isBehind && name.EndsWith("/staging", StringComparison.Ordinal)))
            {
                await refs.UpdateAsync([new RefChange(name, commit, known)], "shared", stop);
            }
        }
    }

    /// <summary>The refs that one side shares: the host what is the task's, the run's machine also what the task builds on.</summary>
    private static IEnumerable<string> NamesOf(RunFolder folder, OrchestratorSettings settings, string taskId, bool isHost) =>
        (string[])
            [
                RunRefs.Task(settings, folder, taskId),
                RunRefs.Wip(folder, taskId),
                RunRefs.Kept(folder, taskId),
                .. isHost ? (string[])[] : [RunRefs.Staging(settings, folder), RunRefs.Base(folder), RunRefs.LastMerge(folder)],
            ];

    /// <summary>The files that one side shares, by their paths in the run's folder. Of other tasks a host gets what their notes say, and
    /// nothing of their agents.</summary>
    private static bool IsWanted(string path, string taskId, bool isHost)
    {
        var parts = path.Split('/');
        if (parts[^1] is PlacedTasks.Marker or ".shared-refs" || TaskLeftovers.IsOwn(parts))
        {
            return false;
        }
        var isTasks = parts is ["tasks", _, _, ..];
        return isTasks && parts[1] == taskId
            || (!isHost && (isTasks ? parts.Length == 3 : parts[0] is not ("checkpoints" or "reports" or "landing" or "mail")));
    }
}
