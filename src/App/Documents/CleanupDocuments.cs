using Orchestrator.App.Cleaning;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>cleanup --json</c>. In a dry run, the removed items are those that would be removed.</summary>
/// <param name="DryRun">True if nothing was removed.</param>
/// <param name="Removed">Removed items by run.</param>
/// <param name="Kept">Runs of which something is kept, with the reasons.</param>
/// <param name="StrayRefs">Removed hidden refs that belonged to no run.</param>
/// <param name="Worktrees">Removed worktrees of the pool.</param>
/// <param name="Caches">Removed cache folders of repositories that no longer exist.</param>
/// <param name="Before">Disk usage before the cleanup.</param>
/// <param name="After">Disk usage after the cleanup.</param>
public sealed record CleanupDocument(
    bool DryRun,
    IReadOnlyList<RemovedRunEntry> Removed,
    IReadOnlyList<RetainedRunEntry> Kept,
    IReadOnlyList<string> StrayRefs,
    IReadOnlyList<string> Worktrees,
    IReadOnlyList<string> Caches,
    IReadOnlyList<string> GitCopies,
    StorageSizes Before,
    StorageSizes After
) : SchemaVersionedDocument;

/// <summary>The removed items of one run.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="State">Final state of the run.</param>
/// <param name="Whole">True if the whole run is removed, including its folder and its history.</param>
/// <param name="Files">Number of files in the run's folder.</param>
/// <param name="Bytes">Total size of these files in bytes.</param>
/// <param name="Refs">Number of branches and hidden refs that are removed.</param>
/// <param name="Worktrees">Number of worktrees that are removed.</param>
public sealed record RemovedRunEntry(string RunId, string State, bool Whole, long Files, long Bytes, int Refs, int Worktrees)
{
    public static RemovedRunEntry Of(RunLeftovers remains) =>
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

/// <summary>A run that is kept completely or in part.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="State">State of the run.</param>
/// <param name="Why">The reasons why it is kept.</param>
public sealed record RetainedRunEntry(string RunId, string State, IReadOnlyList<string> Why);
