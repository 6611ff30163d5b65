using Orchestrator.Gates.Trees;

namespace Orchestrator.Runs.Sandboxing;

/// <summary>
/// Tracks which files each gate creates or changes, both in the worktree and in the worktree's private versions of download folders.
/// </summary>
/// <param name="tree">Absolute path of the tree.</param>
/// <param name="stash">Absolute path of a folder next to the tree, for files that are temporarily moved away.</param>
/// <param name="layers">Private changes of the programs in the tree.</param>
public sealed class WorktreeGateFileChangeTracker(string tree, string stash, WorktreeSharedFolderOverlayStore layers) : IDisposable
{
    private readonly GateWrittenFileTracker _files = new(tree, stash);
    private readonly GateWrittenFileTracker _downloads = new(layers.FolderOf(SandboxedProgramKind.Gate), layers.StashOfGates);

    /// <summary>
    /// Paths of the files that are currently moved out of the worktree. The path of a folder represents all files in the folder.
    /// </summary>
    public IReadOnlyList<string> Stashed => _files.Stashed;

    /// <summary>Records that set-up created all files that exist now.</summary>
    /// <param name="others">Untracked and ignored files and folders in the tree.</param>
    public void Begin(IEnumerable<string> others)
    {
        _files.Begin(others);
        _downloads.Begin(layers.ChangesOfGates());
    }

    /// <summary>Records that the given gate made all changes since the previous call.</summary>
    /// <param name="gate">The gate that was run.</param>
    /// <param name="others">Untracked and ignored files and folders that are now in the tree.</param>
    /// <returns>True if the gate changed files in the tree or downloads.</returns>
    public bool Record(Gate gate, IEnumerable<string> others)
    {
        var hasLeft = _files.Record(gate, others);
        return _downloads.Record(gate, layers.ChangesOfGates()) || hasLeft;
    }

    /// <summary>True if all existing files were created by the set-up or by one of the given gates.</summary>
    public bool AreOnlyOf(IReadOnlyCollection<Gate> gates) => _files.AreOnlyOf(gates) && _downloads.AreOnlyOf(gates);

    /// <summary>Temporarily moves away the files that were created neither by the set-up nor by one of the given gates.</summary>
    /// <returns>True if the files were moved. False if the set-up must run again instead.</returns>
    public bool TryKeepOnly(IReadOnlyCollection<Gate> gates) => _files.TryKeepOnly(gates) && _downloads.TryKeepOnly(gates);

    /// <summary>Moves all files back to their original paths.</summary>
    public void RestoreAll()
    {
        _files.RestoreAll();
        _downloads.RestoreAll();
    }

    /// <summary>Deletes the files that were moved away.</summary>
    public void Dispose()
    {
        _files.Dispose();
        _downloads.Dispose();
    }
}
