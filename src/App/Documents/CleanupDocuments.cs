using Orchestrator.Machine.Cleaning;

namespace Orchestrator.App.Documents;

/// <summary>Answer of <c>cleanup --json</c>.</summary>
/// <param name="DryRun">Nothing was removed.</param>
/// <param name="Removed">What was removed of runs, or would be.</param>
/// <param name="Kept">What stays, and why.</param>
/// <param name="StrayRefs">Hidden refs without a run that were removed, or would be.</param>
/// <param name="Worktrees">Pooled worktrees that were removed, or would be.</param>
/// <param name="Caches">Cache folders of repositories that are gone, which were removed, or would be.</param>
/// <param name="Before">What there was.</param>
/// <param name="After">What there is now.</param>
public sealed record CleanupDocument(
    bool DryRun,
    IReadOnlyList<RemovedEntry> Removed,
    IReadOnlyList<KeptEntry> Kept,
    IReadOnlyList<string> StrayRefs,
    IReadOnlyList<string> Worktrees,
    IReadOnlyList<string> Caches,
    IReadOnlyList<string> GitCopies,
    StorageSizes Before,
    StorageSizes After
) : Document;

/// <summary>An entry for each run of which something is removed.</summary>
/// <param name="RunId">Its id.</param>
/// <param name="State">How it ended.</param>
/// <param name="Whole">All of it is removed, with its folder and history.</param>
/// <param name="Files">Files in its folder.</param>
/// <param name="Bytes">Their length in all.</param>
/// <param name="Refs">Branches and hidden refs that go.</param>
/// <param name="Worktrees">Worktrees that go.</param>
public sealed record RemovedEntry(string RunId, string State, bool Whole, long Files, long Bytes, int Refs, int Worktrees)
{
    public static RemovedEntry Of(RunRemains remains) =>
        new(
            remains.Run.Status.RunId,
            remains.Run.Status.State,
            remains.IsWhole,
            remains.IsWhole ? remains.Size.Files : 0,
            remains.IsWhole ? remains.Size.Bytes : 0,
            remains.RefCount,
            remains.WorktreeCount
        );
}

/// <summary>An entry for each run of which something stays, and why.</summary>
/// <param name="RunId">The run.</param>
/// <param name="State">Its state.</param>
/// <param name="Why">Why it stays.</param>
public sealed record KeptEntry(string RunId, string State, IReadOnlyList<string> Why);
