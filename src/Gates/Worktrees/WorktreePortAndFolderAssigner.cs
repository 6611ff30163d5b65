namespace Orchestrator.Gates.Worktrees;

/// <summary>
/// Assigns resources, such as ports and a temporary folder, to the worktrees of a user on a machine. A worktree keeps its resources until
/// the worktree is removed or the process that owns the claim ends.
/// </summary>
public sealed class WorktreePortAndFolderAssigner
{
    private readonly string _folder;
    private readonly string? _temporaryParent;

    private WorktreePortAndFolderAssigner(string folder, string? temporaryParent) =>
        (_folder, _temporaryParent) = (folder, temporaryParent);

    /// <summary>Returns the assigner for the user who runs this process.</summary>
    /// <param name="environment">Environment of the process. It determines the user's state and temporary folders.</param>
    public static WorktreePortAndFolderAssigner Of(IReadOnlyDictionary<string, string> environment) =>
        new(Path.Combine(UserStateFolder.MakeFolder(environment), "worktrees"), environment.GetValueOrDefault("TMPDIR"));

    /// <summary>Returns the current resources of a worktree, or assigns new ones.</summary>
    /// <param name="worktree">Absolute path of an existing worktree.</param>
    /// <param name="use">Intended use of the worktree.</param>
    /// <param name="stop">Cancels the wait for other callers.</param>
    /// <param name="owner">Process whose end releases the claim, for a worktree that exists longer than the process. If null, the claim is
    /// released when the worktree is removed.</param>
    /// <exception cref="IOException">No port range is free, or the user's state can't be written.</exception>
    public async Task<WorktreePortsAndFolders> ClaimAsync(
        string worktree,
        WorktreePurpose use,
        CancellationToken stop,
        ProcessIdentity? owner = null
    )
    {
        worktree = Path.GetFullPath(worktree);
        var by = owner?.ToString() ?? "";
        var file = WorktreePortAndFolderReservation.FileOf(_folder, worktree, by);
        using var one = await InterProcessFileLock.AcquireAsync(UserStateFolder.LockOf(_folder), stop);
        var known = WorktreePortAndFolderReservation.TryRead(file);
        if (known is null)
        {
            RemoveThoseThatAreOver();
        }
        WorktreePortAndFolderReservation claim;
        if (known is not null && (use == WorktreePurpose.Continued || StillHas(known)))
        {
            claim = known with { TemporaryFolder = Folder(known, use) };
        }
        else
        {
            IReadOnlyList<WorktreePortAndFolderReservation> others =
            [
                .. WorktreePortAndFolderReservation.In(_folder).Where(other => other.Worktree != worktree || other.Owner != by),
            ];
            claim = new WorktreePortAndFolderReservation(
                worktree,
                by,
                FindPort(worktree, others),
                Folder(known, use),
                known?.Name ?? FindName(worktree, others)
            );
        }
        claim.Write(_folder);
        return claim.Resources with { LayerFolder = LayersOf(claim) };
    }

    /// <summary>Releases all resources of a worktree, if it has any.</summary>
    /// <param name="worktree">Absolute path of the worktree.</param>
    /// <param name="owner">Owner that was passed to <see cref="ClaimAsync"/>.</param>
    public async Task ReleaseAsync(string worktree, ProcessIdentity? owner = null)
    {
        var file = WorktreePortAndFolderReservation.FileOf(_folder, Path.GetFullPath(worktree), owner?.ToString() ?? "");
        using var one = await InterProcessFileLock.AcquireAsync(UserStateFolder.LockOf(_folder), CancellationToken.None);
        if (WorktreePortAndFolderReservation.TryRead(file) is { } claim)
        {
            TryRemove(claim);
        }
    }

    /// <summary>Releases the resources of removed worktrees and ended processes.</summary>
    public async Task ReleaseThoseThatAreOverAsync(CancellationToken stop)
    {
        using var one = await InterProcessFileLock.AcquireAsync(UserStateFolder.LockOf(_folder), stop);
        RemoveThoseThatAreOver();
    }

    private static bool IsInUse(WorktreePortAndFolderReservation claim) =>
        ProcessTable.FindByEnvironment(WorktreePortsAndFolders.NameVariable, claim.Name).Count > 0;

    // Ports that are in use are acceptable, because the worktree's own server may use them.
    private static bool StillHas(WorktreePortAndFolderReservation claim) => PortRanges.IsFree(claim.FirstPort) || IsInUse(claim);

    private static string FindName(string worktree, IReadOnlyList<WorktreePortAndFolderReservation> others)
    {
        var again = 0;
        while (others.Any(other => other.Name == WorktreePortAndFolderReservation.NameOf(worktree, again)))
        {
            again++;
        }
        return WorktreePortAndFolderReservation.NameOf(worktree, again);
    }

    private int FindPort(string worktree, IReadOnlyList<WorktreePortAndFolderReservation> others)
    {
        var ranges = PortRanges.FirstPortsOnMachine();
        var taken = others.Select(other => other.FirstPort).ToHashSet();
        var begin = WorktreePortAndFolderReservation.PlaceOf(worktree, ranges.Count);
        foreach (var first in Enumerable.Range(begin, ranges.Count).Select(place => ranges[place % ranges.Count]))
        {
            if (!taken.Contains(first) && PortRanges.IsFree(first))
            {
                return first;
            }
        }

        // Worktrees that are retained for a user still have claims. If no range is free, the least recently used worktree loses its ports.
        // It gets new ports when it is used again.
        foreach (var idle in others.OrderBy(other => other.LastUse))
        {
            if (PortRanges.IsFree(idle.FirstPort) && !IsInUse(idle) && TryRemove(idle))
            {
                return idle.FirstPort;
            }
        }
        throw new IOException(
            $"All {Plural.Of(ranges.Count, "range")} of 20 ports from port {ranges[0]} upward are in use. The files in {_folder} "
                + "name the worktrees that hold them. End some runs, or remove unneeded worktrees."
        );
    }

    private string Folder(WorktreePortAndFolderReservation? known, WorktreePurpose use)
    {
        var kept =
            known is null ? null
            : use == WorktreePurpose.Continued ? TemporaryFolders.Restore(known.TemporaryFolder)
            : TemporaryFolders.Keep(known.TemporaryFolder);
        return kept is not null && (use != WorktreePurpose.Fresh || TemporaryFolders.TryEmpty(kept, []))
            ? kept
            : TemporaryFolders.Make(_temporaryParent);
    }

    private void RemoveThoseThatAreOver()
    {
        foreach (var claim in WorktreePortAndFolderReservation.In(_folder).Where(claim => claim.IsOver))
        {
            TryRemove(claim);
        }
    }

    // If the folder can't be removed yet, the claim remains so that the removal is retried the next time.
    private bool TryRemove(WorktreePortAndFolderReservation claim)
    {
        if (!TemporaryFolders.TryRemove(claim.TemporaryFolder))
        {
            return false;
        }
        FolderRemover.Remove(LayersOf(claim));
        File.Delete(WorktreePortAndFolderReservation.FileOf(_folder, claim.Worktree, claim.Owner));
        return true;
    }

    private string LayersOf(WorktreePortAndFolderReservation claim) => Path.Combine(_folder, "layers", claim.Name);
}
