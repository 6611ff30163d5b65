using Orchestrator.Git.Refs;
using Orchestrator.Git.Sharing;
using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Tasks.Moving;

/// <summary>The parts that a run needs and this machine lacks.</summary>
/// <param name="Parts">Each as a part of a sentence; empty: nothing is missing.</param>
public sealed record MissingOfRun(IReadOnlyList<string> Parts)
{
    /// <summary>Tasks whose work is missing, where nothing else is: they can be done again.</summary>
    public IReadOnlyList<string> Lost { get; init; } = [];

    /// <summary>The commit of its staging branch here; empty: there is none.</summary>
    public string Staging { get; init; } = "";
}

/// <summary>A run that comes to this machine: what it needs here, and what is made of that. Agents that worked on the machine before count
/// as dead here, as after a restart.</summary>
/// <param name="services">What the steps need of this machine.</param>
public sealed class RunArrival(RunServices services)
{
    private const int MostNamed = 5;

    /// <summary>True if a repository has the commit that a run began at: another project may be shared by the same remote.</summary>
    /// <param name="run">The run, as it says itself: where its machine died in the middle of the first checks, it does not know its
    /// commit, and the remote may.</param>
    /// <param name="here">The repository on this machine.</param>
    /// <param name="remote">Name or address of the remote that machines share.</param>
    /// <param name="stop">Ends git.</param>
    /// <returns>Null: neither says at which commit it began.</returns>
    public async Task<bool?> KnowsAsync(RunStatus run, RepositoryReference here, string remote, CancellationToken stop)
    {
        var repository = await services.OpenRepositoryAsync(here.Path);
        var began = run.BaseCommit;
        if (began.Length == 0)
        {
            var name = RunRefs.Base(new RunFolder(here.Path, run.RunId));
            began = (await new RemoteRefs(repository, remote).ListAsync([name], stop)).Refs.GetValueOrDefault(name) ?? "";
        }
        return began.Length == 0 ? null : await repository.HasCommitAsync(began, stop);
    }

    /// <summary>Finds the parts that the run needs and that are not here.</summary>
    /// <param name="run">The run, as it says itself.</param>
    /// <param name="here">The repository on this machine.</param>
    public async Task<MissingOfRun> FindMissingAsync(RunStatus run, RepositoryReference here, CancellationToken stop)
    {
        var folder = new RunFolder(here.Path, run.RunId);
        if (!Directory.Exists(folder.Path))
        {
            return new MissingOfRun([$"its files are missing ({folder.Relative(folder.Path)})"]);
        }
        if (run.PlanHash.Length == 0)
        {
            return new MissingOfRun([]);
        }
        if (TryLoad(run, here, out var damage) is not { } files)
        {
            return new MissingOfRun([damage]);
        }
        var missing = new List<string>();
        if (files.Start.LinkedWorktree is { } linked && !Directory.Exists(linked))
        {
            missing.Add($"it was started in the linked worktree {linked}, which is not here");
        }
        var repository = await services.OpenRepositoryAsync(here.Path);
        var refs = new RefStore(repository);
        var staging = RunRefs.Staging(files.Settings, folder);
        var tip = await refs.ReadAsync(staging, stop);
        if (run.Staging.Length > 0 && tip is null)
        {
            missing.Add($"the branch {RunRefs.Shown(staging)} is missing");
        }
        async Task<bool> IsGoneAsync(string commit) => commit.Length > 0 && !await repository.HasCommitAsync(commit, stop);
        if (await IsGoneAsync(run.BaseCommit))
        {
            missing.Add($"the commit of its base is missing: {CommitIds.Shorten(run.BaseCommit)}");
        }
        var (gone, lost) = (new List<string>(), new List<string>());
        foreach (var task in run.Tasks)
        {
            var (isMergeGone, isWorkGone) = (await IsGoneAsync(task.MergeCommit), await IsGoneAsync(task.Commit));
            gone.AddRange(isMergeGone ? [$"{CommitIds.Shorten(task.MergeCommit)} (the merge of {task.Id})"] : []);
            gone.AddRange(isWorkGone ? [$"{CommitIds.Shorten(task.Commit)} (the work of {task.Id})"] : []);
            if (isMergeGone || isWorkGone || await HasBegunElsewhereAloneAsync(task))
            {
                lost.Add(task.Id);
            }
        }
        // Nothing else can be done again.
        var isOnlyWork = missing.Count == 0 && gone.Count > 0;
        if (gone.Count > 0)
        {
            var more = gone.Count > MostNamed ? $" and {gone.Count - MostNamed} more" : "";
            missing.Add($"commits are missing: {string.Join(", ", gone.Take(MostNamed))}{more}");
        }
        return new MissingOfRun(missing) { Lost = isOnlyWork ? lost : [], Staging = tip ?? "" };

        // On the machine before, on a commit that is not here: what the task has of it there is of no use here.
        async Task<bool> HasBegunElsewhereAloneAsync(RunTask task) =>
            task is { Host: null }
            && IsUnderWay(task)
            && (TaskNotes.Read(folder, task.Id).Base is not { Length: > 0 } start || await IsGoneAsync(start));
    }

    /// <summary>Lays aside the worktrees that a run had here before its files have come from another machine, but those of tasks that are
    /// placed here.</summary>
    /// <param name="run">The run, as it says itself.</param>
    /// <param name="here">The repository on this machine.</param>
    internal async Task LayAsideAsync(RunStatus run, RepositoryReference here, CancellationToken stop)
    {
        // What is damaged is named with all that is missing.
        if (run.PlanHash.Length == 0 || TryLoad(run, here, out _) is not { } files)
        {
            return;
        }
        // The copies of git's configuration are not here yet.
        var repository = await services.OpenRepositoryAsync(here.Path);
        foreach (var task in run.Tasks.Where(task => !PlacedTasks.Has(new SharedTask(run.RunId, here, task.Id))))
        {
            await TaskLeftovers.LayAsideAsync(new TaskWorkspace(repository, files, task.Id), stop);
        }
    }

    /// <summary>The run's files with its plan.</summary>
    /// <param name="damage">Why they can't be read, as a part of a sentence.</param>
    private RunFiles? TryLoad(RunStatus run, RepositoryReference here, out string damage)
    {
        damage = "";
        try
        {
            return services.Plans.Load(here, run.RunId, run.PlanHash);
        }
        catch (Exception damaged) when (damaged is StepException or JsonException or IOException)
        {
            damage = damaged.Message.TrimEnd('.');
            return null;
        }
    }

    private static bool IsUnderWay(RunTask task) => task.State != TaskStates.Pending && !TaskStates.IsEnd(task.State);

    /// <summary>Makes of it what its steps expect on their machine: git's configuration, and the worktrees of tasks under way with their
    /// unfinished work.</summary>
    /// <param name="run">The run, as it says itself.</param>
    /// <param name="here">The repository on this machine.</param>
    /// <param name="lost">Tasks that are done again, which have no worktree yet.</param>
    /// <returns>What people should know, a sentence each.</returns>
    public async Task<IReadOnlyList<string>> SettleAsync(
        RunStatus run,
        RepositoryReference here,
        IReadOnlyCollection<string> lost,
        CancellationToken stop
    )
    {
        var folder = new RunFolder(here.Path, run.RunId);
        if (RunStart.TryRead(folder) is { } start)
        {
            var opened = await services.OpenRepositoryAsync(here.Path);
            await GitCopies.StandInAsync(opened, folder, start.GitConfiguration, services.Environment, stop);
        }
        if (run.PlanHash.Length == 0)
        {
            return [];
        }
        var files = services.Plans.Load(here, run.RunId, run.PlanHash);
        var repository = await services.OpenRepositoryAsync(files);
        var notes = new List<string>();
        foreach (var task in run.Tasks.Where(task => IsUnderWay(task) && !lost.Contains(task.Id)))
        {
            if (await MakeWorktreeAsync(new TaskWorkspace(repository, files, task.Id), stop) is { } note)
            {
                notes.Add(note);
            }
        }
        return notes;
    }

    /// <summary>Makes the worktree of one task that has begun, with its unfinished work, where there is none yet.</summary>
    /// <returns>A sentence for people; null: there was nothing to do.</returns>
    public async Task<string?> MakeWorktreeAsync(TaskWorkspace workspace, CancellationToken stop)
    {
        var (files, id) = (workspace.Files, workspace.TaskId);
        var known = TaskNotes.Read(files.Folder, id);
        if (known.Base.Length == 0 || workspace.Worktrees.Find(workspace.WorktreePath) is not null)
        {
            return null;
        }
        var worktree = await TaskPreparation.MakeWorktreeAsync(workspace, known, stop);
        await new WorktreeIncludes(workspace.Repository, files.Start.LinkedWorktree).CopyAsync(worktree, stop);
        var failure = await WorktreeSetup.RunAsync(worktree, files, services, files.Folder.Task(id), stop, task: id);
        return $"The worktree of {id} was made here{(failure is null ? "." : $"; its set-up failed: {failure}")}";
    }
}

/// <summary>The leftovers of a task on a machine to which it comes back as another machine has shared it. None of them must count: the end
/// of an agent would be taken for the end of the task, and a worktree or a conversation would lack the work since.</summary>
internal static class TaskLeftovers
{
    /// <summary>Folder in the task's own for what does not count; it stays on this machine.</summary>
    private const string Aside = ".left";

    /// <summary>True if a file is this machine's alone.</summary>
    /// <param name="parts">The parts of its path in the run's folder.</param>
    public static bool IsOwn(IReadOnlyList<string> parts) =>
        parts is ["tasks", _, Aside, ..] || Path.GetExtension(parts[^1]) is KeptConversations.Arrived or KeptConversations.Before;

    /// <summary>Ends its agents that are at work here.</summary>
    public static async Task StopAgentsAsync(RunFolder folder, string taskId, TimeProvider time)
    {
        foreach (var path in AgentRunFolders.Of(folder.Task(taskId)))
        {
            if (new AgentStartFolder(folder.Name, taskId, 0, path) is { MayBeAtWork: true } start)
            {
                await start.StopAsync(time);
            }
        }
    }

    /// <summary>Ends its agents, and lays aside what they have left here. The files of other machines come in its place.</summary>
    public static async Task LayAsideAsync(RunFolder folder, string taskId, TimeProvider time)
    {
        await StopAgentsAsync(folder, taskId, time);
        foreach (var start in AgentRunFolders.Of(folder.Task(taskId)))
        {
            var aside = OwnFolder.Ensure(Path.Combine(folder.Task(taskId), Aside));
            Directory.Move(start, Path.Combine(aside, $"{Path.GetFileName(start)}-{Guid.NewGuid():n}"));
        }
    }

    /// <summary>A worktree that it had here before is not the one that it goes on in: what is in it is kept under a ref.</summary>
    public static async Task LayAsideAsync(TaskWorkspace workspace, CancellationToken stop)
    {
        if (workspace.Worktrees.Find(workspace.WorktreePath) is not { } worktree)
        {
            return;
        }
        var known = (string?[])
            [
                await workspace.Refs.ReadAsync(workspace.Branch, stop),
                await workspace.Refs.ReadAsync(RunRefs.Placed(workspace.Files.Folder, workspace.TaskId), stop),
            ];
        var permit = await workspace.KeepAsync(worktree, "as it was when it went to another host", [.. known.OfType<string>()], stop);
        await workspace.Worktrees.RemoveAsync(workspace.WorktreePath, stop, permit);
        workspace.Unfinished.Remove();
    }
}
