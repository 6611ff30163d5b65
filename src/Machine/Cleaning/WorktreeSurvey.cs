using System.Text.Json.Serialization;
using Orchestrator.Gates.Trees;
using Orchestrator.Git;
using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;
using Orchestrator.Git.Worktrees;
using Orchestrator.Messages;

namespace Orchestrator.Machine.Cleaning;

/// <summary>The owner of a worktree.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WorktreeOwner>))]
public enum WorktreeOwner
{
    /// <summary>The person's: made by no run.</summary>
    [JsonStringEnumMemberName("person")]
    Person,

    /// <summary>A task of a run.</summary>
    [JsonStringEnumMemberName("task")]
    Task,

    /// <summary>Nobody's at present: it waits to be used by a task.</summary>
    [JsonStringEnumMemberName("pool")]
    Pool,

    /// <summary>Gates run in it.</summary>
    [JsonStringEnumMemberName("gates")]
    Gates,
}

/// <summary>A linked worktree of a repository.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Size">What is in its folder.</param>
/// <param name="CanGo">True where <c>cleanup</c> may remove it now.</param>
/// <param name="Why">Why it can go, or what keeps it.</param>
public sealed record WorktreeEntry(string Path, WorktreeOwner Owner, FolderSize Size, bool CanGo, string Why)
{
    /// <summary>The run of its task; null: it has none.</summary>
    public string? Run { get; init; }

    /// <summary>The task that works in it, or did; null: none.</summary>
    public string? Task { get; init; }

    /// <summary>State of the task, else of the run; null: there is none, or it is not known here.</summary>
    public string? State { get; init; }

    /// <summary>The branch that is checked out, by its short name; null: none.</summary>
    public string? Branch { get; init; }

    /// <summary>The commit that is checked out; null: there is none yet.</summary>
    public string? Head { get; init; }
}

/// <summary>Lists the linked worktrees of a repository: whose each is, how large, and whether it can go, by the same proof as a
/// cleanup.</summary>
/// <param name="services">Opens the repository.</param>
public sealed class WorktreeSurvey(RunServices services)
{
    /// <summary>Looks at all of them; nothing is changed.</summary>
    /// <param name="location">The repository.</param>
    /// <param name="runs">The runs that are known here, with their tasks.</param>
    /// <param name="prefix">First part of the names of our branches.</param>
    /// <param name="stop">Checked between them.</param>
    public async Task<IReadOnlyList<WorktreeEntry>> LookAsync(
        RepositoryLocation location,
        IReadOnlyList<RunStatus> runs,
        string prefix,
        CancellationToken stop
    )
    {
        var repository = await services.Repositories.OpenAsync(location.Root);
        var store = new WorktreeStore(repository);
        var pooled = store.ListPooled().ToHashSet(StringComparer.Ordinal);
        var ofGates = VerificationTrees.In(CacheFolder.Of(repository, services.Environment)).ToHashSet(StringComparer.Ordinal);
        var known = runs.ToDictionary(run => RunFolder.NameOf(run.RunId), StringComparer.Ordinal);
        var open = runs.Where(run => !RunStates.IsFinal(run.State)).Select(run => run.RunId).ToList();
        var all = (await store.ListAsync(stop)).Skip(1).ToList();
        var contained = await new UserHistory(repository, [prefix]).ContainedAsync(
            [.. all.Select(tree => tree.Head).OfType<string>().Distinct(StringComparer.Ordinal)],
            stop
        );
        var found = new List<WorktreeEntry>();
        foreach (var tree in all)
        {
            stop.ThrowIfCancellationRequested();
            var entry = new WorktreeEntry(tree.Path, WorktreeOwner.Person, FolderSize.Of(tree.Path), false, "yours: no run has made it")
            {
                Branch = tree.Branch is null ? null : RunRefs.Shown(tree.Branch),
                Head = tree.Head,
            };
            found.Add(
                pooled.Contains(tree.Path) ? Spare(entry with { Owner = WorktreeOwner.Pool }, open)
                : ofGates.Contains(tree.Path) ? Spare(entry with { Owner = WorktreeOwner.Gates }, open)
                : tree.IsMissing ? entry with { Why = "its folder is gone: git worktree prune" }
                : store.Find(tree.Path) is null ? entry
                : await OfTaskAsync(entry with { Owner = WorktreeOwner.Task }, tree, known, new LeftWork(repository), contained, stop)
            );
        }
        return found;
    }

    private static WorktreeEntry Spare(WorktreeEntry entry, List<string> open) =>
        open.Count > 0
            ? entry with
            {
                Why = $"may be needed by {FileNames.Some(open)}",
            }
            : entry with
            {
                CanGo = true,
                Why = "waits to be used again; worktrees.pool says how many stay",
            };

    private static async Task<WorktreeEntry> OfTaskAsync(
        WorktreeEntry entry,
        WorktreeInfo tree,
        Dictionary<string, RunStatus> known,
        LeftWork left,
        IReadOnlySet<string> contained,
        CancellationToken stop
    )
    {
        // FOLDER/RUN/TASK.
        entry = entry with
        {
            Run = System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(tree.Path)),
            Task = System.IO.Path.GetFileName(tree.Path),
        };
        if (!known.TryGetValue(entry.Run ?? "", out var run))
        {
            return entry with { Why = "its run is not known here; see what is in it, then: git worktree remove -f -f PATH" };
        }
        entry = entry with { Run = run.RunId, State = run.Tasks.FirstOrDefault(task => task.Id == entry.Task)?.State ?? run.State };
        if (!RunStates.IsFinal(run.State))
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
                Why = kept.FirstOrDefault() ?? "it is no worktree any more",
            };
    }
}
