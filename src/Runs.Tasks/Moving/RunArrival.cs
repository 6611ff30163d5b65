using Orchestrator.Git.Refs;
using Orchestrator.Git.Sharing;
using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Tasks.Moving;

/// <summary>A run that comes to this machine: what it needs here, and what is made of that. Agents that worked on the machine before count
/// as dead here, as after a restart.</summary>
/// <param name="services">What the steps need of this machine.</param>
public sealed class RunArrival(RunServices services)
{
    private const int MostNamed = 5;

    /// <summary>Whether a repository has the commit that a run began at: another project may be shared by the same remote.</summary>
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

    /// <summary>What the run needs and is not here.</summary>
    /// <param name="run">The run, as it says itself.</param>
    /// <param name="here">The repository on this machine.</param>
    /// <returns>Each as a part of a sentence; empty: nothing is missing.</returns>
    public async Task<IReadOnlyList<string>> FindMissingAsync(RunStatus run, RepositoryReference here, CancellationToken stop)
    {
        var folder = new RunFolder(here.Path, run.RunId);
        if (!Directory.Exists(folder.Path))
        {
            return [$"its files are missing ({folder.Relative(folder.Path)})"];
        }
        if (run.PlanHash.Length == 0)
        {
            return [];
        }
        RunFiles files;
        try
        {
            files = services.Plans.Load(here, run.RunId, run.PlanHash);
        }
        catch (Exception damaged) when (damaged is StepException or JsonException or IOException)
        {
            return [damaged.Message.TrimEnd('.')];
        }
        var missing = new List<string>();
        if (files.Start.LinkedWorktree is { } linked && !Directory.Exists(linked))
        {
            missing.Add($"it was started in the linked worktree {linked}, which is not here");
        }
        var repository = await services.OpenRepositoryAsync(here.Path);
        var refs = new RefStore(repository);
        var staging = RunRefs.Staging(files.Settings, folder);
        if (run.Staging.Length > 0 && await refs.ReadAsync(staging, stop) is null)
        {
            missing.Add($"the branch {RunRefs.Shown(staging)} is missing");
        }
        var gone = new List<string>();
        foreach (var (what, commit) in CommitsOf(run))
        {
            if (commit.Length > 0 && !await repository.HasCommitAsync(commit, stop))
            {
                gone.Add($"{CommitIds.Shorten(commit)} ({what})");
            }
        }
        if (gone.Count > 0)
        {
            var more = gone.Count > MostNamed ? $" and {gone.Count - MostNamed} more" : "";
            missing.Add($"commits are missing: {string.Join(", ", gone.Take(MostNamed))}{more}");
        }
        return missing;
    }

    private static IEnumerable<(string What, string Commit)> CommitsOf(RunStatus run) =>
        run
            .Tasks.SelectMany(task =>
                ((string What, string Commit)[])[($"the merge of {task.Id}", task.MergeCommit), ($"the work of {task.Id}", task.Commit)]
            )
            .Prepend(("its base", run.BaseCommit));

    /// <summary>Makes of it what its steps expect on their machine: git's configuration, and the worktrees of tasks under way with their
    /// unfinished work.</summary>
    /// <param name="run">The run, as it says itself.</param>
    /// <param name="here">The repository on this machine.</param>
    /// <returns>What people should know, a sentence each.</returns>
    public async Task<IReadOnlyList<string>> SettleAsync(RunStatus run, RepositoryReference here, CancellationToken stop)
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
        foreach (var task in run.Tasks.Where(task => task.State != TaskStates.Pending && !TaskStates.IsEnd(task.State)))
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
    internal async Task<string?> MakeWorktreeAsync(TaskWorkspace workspace, CancellationToken stop)
    {
        var (files, id) = (workspace.Files, workspace.TaskId);
        var known = TaskNotes.Read(files.Folder, id);
        if (known.Base.Length == 0 || workspace.Worktrees.Find(workspace.WorktreePath) is not null)
        {
            return null;
        }
        var worktree = await TaskPreparation.MakeWorktreeAsync(workspace, known, stop);
        await new WorktreeIncludes(workspace.Repository, files.Start.LinkedWorktree).CopyAsync(worktree, stop);
        var failure = await WorktreeSetup.RunAsync(worktree, files, services, files.Folder.Task(id), stop);
        return $"The worktree of {id} was made here{(failure is null ? "." : $"; its set-up failed: {failure}")}";
    }
}
