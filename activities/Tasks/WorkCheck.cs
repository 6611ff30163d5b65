using Orchestrator.Activities.Runs;
using Orchestrator.Contracts;
using Orchestrator.Git;
using Orchestrator.Plans;
using Temporalio.Exceptions;

namespace Orchestrator.Activities.Tasks;

/// <summary>Looks at what an agent left in its worktree, and commits it when only what the task owns was changed.</summary>
internal sealed class WorkCheck(TaskPlace place, PlanTask task, RunFiles files)
{
    /// <summary>What is wrong with the work tree, each a sentence for the agent. Lock files and build output that nobody owns are put back and noted.</summary>
    public async Task<IReadOnlyList<string>> FindProblemsAsync(VerifyTaskInput input, List<string> notes, CancellationToken stop)
    {
        var worktree = Worktree(input);
        var changed = await new Diffs(place.Repository).OfWorktreeAsync(worktree, input.Prepared.BaseCommit, stop);
        var caseTwins = changed.Where(c => c.Change == FileChange.Added && HasCaseTwin(worktree.Path, c.Path)).Select(c => c.Path).ToHashSet(StringComparer.Ordinal);
        var ownership = Ownership.Of(task);
        var problems = new List<string>();
        var byproducts = new List<ChangedFile>();
        string PutBack(ChangedFile file) => $"Put it back as it was (git checkout {input.Prepared.BaseCommit[..12]} -- {file.Path}, or delete it if it is new).";
        foreach (var file in changed.Where(c => c.Path != WorktreeClaim.FileName))
        {
            if (ContractCheck.Of(files, file.Path) is { } contract)
                problems.Add(ContractCheck.Changed(contract, input.Prepared.BaseCommit));
            else if (!ownership.Owns(file.Path))
            {
                if (Byproducts.IsByproduct(file.Path))
                    byproducts.Add(file);
                else
                    problems.Add($"{Describe(file)} was {Verb(file)}, but this task does not own it. {PutBack(file)}");
            }
            else if (ProtectedPath.Covering(task, file.Path, files.Policy.AlwaysRequireHuman) is { } glob)
            {
                problems.Add($"{Describe(file)} was {Verb(file)}, but '{glob}' always needs a person (always_require_human), and nobody was asked, since the plan does not name it in this task's files_write. {PutBack(file)}");
            }
            else if (file.IsSubmodule)
            {
                problems.Add($"{Describe(file)} is a repository of its own (a submodule or a .git folder inside). Its content can't be merged; remove its .git folder or the whole.");
            }
            else if (caseTwins.Contains(file.Path))
            {
                problems.Add($"{Describe(file)} differs only in case from another file or folder beside it; on some disks they are one. Give it another name.");
            }
            else if (file.IsSymbolicLink && Escapes(worktree.Path, file.Path))
            {
                problems.Add($"{Describe(file)} is a symbolic link that leads out of the repository or into .git. Put a file there, or a link that stays inside.");
            }
        }
        await PutBackAsync(worktree, byproducts, input.Prepared.BaseCommit, stop);
        if (byproducts.Count > 0)
            notes.Add($"put back, since nobody owns them: {string.Join(", ", byproducts.Take(5).Select(b => b.Path))}{(byproducts.Count > 5 ? $" and {byproducts.Count - 5} more" : "")}");
        problems.AddRange(await MergeProblemsAsync(worktree, stop));
        problems.AddRange(await WorktreeHistory.ProblemsAsync(worktree, TaskNotes.Read(files.Folder, task.Id), stop));
        notes.AddRange(WorktreeHistory.Notes(worktree, place.Branch));
        notes.AddRange(AgentGuard.Changes(files.Folder, task.Id, input.Start, input.Round));
        var missing = Compliance.Problems(task, files, worktree.Path, input.Start);
        if (files.Policy.StrictCompliance)
            problems.AddRange(missing);
        else
            notes.AddRange(missing.Select(what => $"not demanded (compliance.strict is false): {what}"));
        return problems;
    }

    /// <summary>Commits the files of the worktree as this round's one commit; done before a crash, it is found again.</summary>
    public async Task<string> CommitAsync(VerifyTaskInput input, CancellationToken stop)
    {
        var tip = await place.Refs.ReadAsync(place.Branch, stop) ?? input.Prepared.BaseCommit;
        var commits = new Commits(place.Repository);
        var last = (await commits.ReadAsync(tip, stop))!;
        var worktree = Worktree(input);
        // Done before a crash, there is nothing left to commit; an agent that amends what we committed says the same of its own work.
        var parent = IsOfRound(last, input.Round) ? tip : await LastOfOursAsync(commits, last, input, stop);
        var notes = TaskNotes.Read(files.Folder, task.Id);
        IReadOnlyList<string> parents = notes.MergedStaging.Length > 0 && !await commits.IsAncestorAsync(notes.MergedStaging, parent, stop)
            ? [parent, notes.MergedStaging]
            : [parent];
        var trailers = new CommitTrailers(place.RunId, task.Id, input.Round, input.Prepared.ContentKey.Length > 0 ? input.Prepared.ContentKey : null);
        var made = await new Snapshots(place.Repository).CommitAsync(
            worktree, place.Branch, parents, Message(), trailers, leaveOut: [WorktreeClaim.FileName], cancellationToken: stop);
        if (made.Lost)
            throw new ApplicationFailureException($"The branch {RunRefs.Short(place.Branch)} was moved by somebody else while it was committed to. The attempt is made again.", "BranchMoved", nonRetryable: false);
        await new ConflictWorktree(worktree).EndAsync(stop);
        await new WorktreeHead(worktree).AttachAsync(place.Branch, stop);
        return made.Commit;
    }

    /// <summary>A merge that the agent was given to resolve: it must still be there, and resolved.</summary>
    private async Task<IReadOnlyList<string>> MergeProblemsAsync(Worktree worktree, CancellationToken stop)
    {
        var notes = TaskNotes.Read(files.Folder, task.Id);
        if (notes.MergedStaging.Length == 0)
            return [];
        var status = await WorktreeStatus.ReadAsync(worktree, stop);
        var tip = await place.Refs.ReadAsync(place.Branch, stop) ?? notes.Base;
        var commits = new Commits(place.Repository);
        if (status.Operation != UnfinishedOperation.Merge
            && !await commits.IsAncestorAsync(notes.MergedStaging, tip, stop)
            && (status.Head is null || !await commits.IsAncestorAsync(notes.MergedStaging, status.Head, stop)))
        {
            await new ConflictWorktree(worktree).BeginAsync(tip, notes.MergedStaging, files.AppendedFiles, stop);
            return ["The merge with what other tasks did was undone, so their work was missing. It was begun again: resolve the conflicts in the files, and do not abort it."];
        }
        var marked = notes.Conflicted.Where(path => HasMarkers(Path.Combine(worktree.Path, path))).ToList();
        return marked.Count == 0 ? [] : [$"Conflict markers are left in {string.Join(", ", marked)}. Resolve them so that both intentions hold."];
    }

    private static bool HasMarkers(string path) => new FileInfo(path) is { Exists: true, LinkTarget: null }
        && File.ReadLines(path).Any(line => line.StartsWith("<<<<<<< ", StringComparison.Ordinal) || line.StartsWith(">>>>>>> ", StringComparison.Ordinal));

    private bool IsOfRound(CommitInfo commit, int round) =>
        commit.Trailers is { } trailers && trailers.Run == place.RunId && trailers.Task == task.Id && trailers.Attempt == round;

    /// <summary>The commit of the round before, or the base: whatever the agent committed itself becomes part of this round's one commit.</summary>
    private async Task<string> LastOfOursAsync(Commits commits, CommitInfo tip, VerifyTaskInput input, CancellationToken stop)
    {
        var from = TaskNotes.Read(files.Folder, task.Id);
        if (tip.Trailers is { } own && own.Run == place.RunId && own.Task == task.Id)
            return tip.Id;
        var earlier = await commits.ListFirstParentsAsync(tip.Id, from.Base.Length > 0 ? from.Base : input.Prepared.BaseCommit, stop);
        return earlier.FirstOrDefault(c => c.Trailers is { } t && t.Run == place.RunId && t.Task == task.Id)?.Id ?? input.Prepared.BaseCommit;
    }

    private string Message()
    {
        var title = task.Description.Split('\n', 2)[0].Trim();
        var subject = title.Length == 0 ? task.Id : title;
        return files.Policy.MessagePrefix is { Length: > 0 } prefix ? $"{prefix} {subject}" : subject;
    }

    private Worktree Worktree(VerifyTaskInput input) => place.Worktrees.Find(place.WorktreePath)
        ?? throw new ApplicationFailureException(
            $"The worktree {input.Prepared.Worktree} is gone with the work of round {input.Round}. Retry the task; a snapshot may be under {RunRefs.Wip(files.Folder, task.Id)}.",
            "WorktreeGone", nonRetryable: true);

    private async Task PutBackAsync(Worktree worktree, List<ChangedFile> byproducts, string baseCommit, CancellationToken stop)
    {
        var commits = new Commits(place.Repository);
        foreach (var file in byproducts)
        {
            var path = Path.Combine(worktree.Path, file.Path);
            if (file.Change == FileChange.Added)
                File.Delete(path);
            else if (await commits.ReadFileAsync(baseCommit, file.Path, stop) is { } content)
                await File.WriteAllBytesAsync(path, content, stop);
        }
    }

    private static bool Escapes(string root, string path)
    {
        var link = new FileInfo(Path.Combine(root, path));
        if (link.LinkTarget is not { } target)
            return false;
        var full = Path.GetFullPath(target, Path.GetDirectoryName(link.FullName)!);
        return (full != root && !full.StartsWith(root + "/", StringComparison.Ordinal)) || full == root + "/.git" || full.StartsWith(root + "/.git/", StringComparison.Ordinal);
    }

    private static bool HasCaseTwin(string root, string path)
    {
        var folder = root;
        foreach (var part in path.Split('/'))
        {
            if (Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Any(name => name != part && string.Equals(name, part, StringComparison.OrdinalIgnoreCase)))
                return true;
            folder = Path.Combine(folder, part);
        }
        return false;
    }

    private static string Describe(ChangedFile file) => $"'{file.Path}'";

    private static string Verb(ChangedFile file) => file.Change switch
    {
        FileChange.Added => "added",
        FileChange.Deleted => "deleted",
        _ => "changed",
    };
}
