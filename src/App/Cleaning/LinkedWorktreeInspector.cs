using System.Text.Json.Serialization;
using Orchestrator.Gates.Trees;
using Orchestrator.Git;
using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.App.Cleaning;

/// <summary>Kind of worktree owner.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WorktreeOwnerKind>))]
public enum WorktreeOwnerKind
{
    /// <summary>The user owns the worktree, because no run created it.</summary>
    [JsonStringEnumMemberName("person")]
    Person,

    /// <summary>A task of a run owns the worktree.</summary>
    [JsonStringEnumMemberName("task")]
    Task,

    /// <summary>The worktree has no current owner. It stays in the pool so that later tasks can reuse it.</summary>
    [JsonStringEnumMemberName("pool")]
    Pool,

    /// <summary>The worktree is used to run gates.</summary>
    [JsonStringEnumMemberName("gates")]
    Gates,
}

/// <summary>A linked worktree of a repository.</summary>
/// <param name="Path">Folder of the worktree.</param>
/// <param name="Owner">Owner of the worktree.</param>
/// <param name="Size">Size of the folder.</param>
/// <param name="CanGo">True if <c>cleanup</c> may remove the worktree now.</param>
/// <param name="Why">Reason why the worktree can be removed or must remain.</param>
public sealed record WorktreeEntry(string Path, WorktreeOwnerKind Owner, FolderSize Size, bool CanGo, string Why)
{
    /// <summary>Id of the run to which the worktree's task belongs, or null if there is none.</summary>
    public string? Run { get; init; }

    /// <summary>Id of the task for which the worktree is or was used, or null if there is none.</summary>
    public string? Task { get; init; }

    /// <summary>State of the task, or of the run if there is no task. Null if unknown on this machine.</summary>
    public string? State { get; init; }

    /// <summary>Short name of the checked-out branch, or null if HEAD is detached.</summary>
    public string? Branch { get; init; }

    /// <summary>Checked-out commit, or null if there is none yet.</summary>
    public string? Head { get; init; }
}

/// <summary>
/// Lists the linked worktrees of a repository with their owners and sizes, and determines which of them can be removed. Uses the same check
/// as a cleanup.
/// </summary>
/// <param name="services">Opens the repository.</param>
public sealed class LinkedWorktreeInspector(RunServiceBundle services)
{
    /// <summary>Inspects all worktrees without changing anything.</summary>
    /// <param name="location">Location of the repository.</param>
    /// <param name="runs">Runs known on this machine, with their tasks.</param>
    /// <param name="prefix">First part of the names of our branches.</param>
    /// <param name="stop">Checked between the worktrees.</param>
    public async Task<IReadOnlyList<WorktreeEntry>> InspectAsync(
        LocalRepositoryPaths location,
        IReadOnlyList<RunStatus> runs,
        string prefix,
        CancellationToken stop
    )
    {
        var repository = await services.Repositories.OpenAsync(location.Root);
        var store = new WorktreeManager(repository);
        var pooled = store.ListPooled().ToHashSet(StringComparer.Ordinal);
        var ofGates = VerificationWorktreePool.In(CacheFolder.Of(repository, services.Environment)).ToHashSet(StringComparer.Ordinal);
        var known = runs.ToDictionary(run => RunFolder.NameOf(run.RunId), StringComparer.Ordinal);
        var open = runs.Where(run => !RunStateNames.IsFinal(run.State)).Select(run => run.RunId).ToList();
        var all = (await store.ListAsync(stop)).Skip(1).ToList();
        var contained = await new UserReachableCommits(repository, [prefix]).ContainedAsync(
            [.. all.Select(tree => tree.Head).OfType<string>().Distinct(StringComparer.Ordinal)],
            stop
        );
        var found = new List<WorktreeEntry>();
        foreach (var tree in all)
        {
            stop.ThrowIfCancellationRequested();
            var entry = new WorktreeEntry(tree.Path, WorktreeOwnerKind.Person, FolderSize.Of(tree.Path), false, "yours; no run created it")
            {
                Branch = tree.Branch is null ? null : RunRefNameBuilder.Label(tree.Branch),
                Head = tree.Head,
            };
            found.Add(
                pooled.Contains(tree.Path) ? Spare(entry with { Owner = WorktreeOwnerKind.Pool }, open)
                : ofGates.Contains(tree.Path) ? Spare(entry with { Owner = WorktreeOwnerKind.Gates }, open)
                : tree.IsMissing ? entry with { Why = "its folder is missing: git worktree prune" }
                : store.Find(tree.Path) is null ? entry
                : await OfTaskAsync(
                    entry with
                    {
                        Owner = WorktreeOwnerKind.Task,
                    },
                    tree,
                    known,
                    new RunLeftoverSelector(repository),
                    contained,
                    stop
                )
            );
        }
        return found;
    }

    private static WorktreeEntry Spare(WorktreeEntry entry, List<string> open) =>
        open.Count > 0
            ? entry with
            {
                Why = $"may be needed by {FileNameEncoding.List(open)}",
            }
            : entry with
            {
                CanGo = true,
                Why = "kept for later tasks; worktrees.pool sets the number",
            };

    private static async Task<WorktreeEntry> OfTaskAsync(
        WorktreeEntry entry,
        ListedGitWorktree tree,
        Dictionary<string, RunStatus> known,
        RunLeftoverSelector left,
        IReadOnlySet<string> contained,
        CancellationToken stop
    )
    {
        // The path ends with FOLDER/RUN/TASK.
        entry = entry with
        {
            Run = System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(tree.Path)),
            Task = System.IO.Path.GetFileName(tree.Path),
        };
        if (!known.TryGetValue(entry.Run ?? "", out var run))
        {
            return entry with { Why = "its run is unknown here; inspect the worktree, then run: git worktree remove -f -f PATH" };
        }
        entry = entry with { Run = run.RunId, State = run.Tasks.FirstOrDefault(task => task.Id == entry.Task)?.State ?? run.State };
        if (!RunStateNames.IsFinal(run.State))
        {
            return entry with { Why = $"{run.RunId} is open" };
        }
        var kept = new List<string>();
        var (removable, _) = await left.WorktreesAsync([tree], contained, kept, givesUp: false, stop);
        return removable.Count > 0
            ? entry with
            {
                CanGo = true,
                Why = removable[0].Item2.Reason,
            }
            : entry with
            {
                Why = kept.FirstOrDefault() ?? "it is no longer a worktree",
            };
    }
}
