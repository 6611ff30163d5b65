using Orchestrator.Gates.Worktrees;

namespace Orchestrator.Runs.Sandboxing;

/// <summary>
/// Stores the changes that a worktree's sandboxed programs make to shared folders, such as package caches, so that only this worktree sees
/// them. Set-up, gates and agents each have a separate folder for their changes.
/// </summary>
/// <param name="folder">Absolute path of the folder with the worktree's private changes.</param>
public sealed class WorktreeSharedFolderOverlayStore(string folder)
{
    private const string SetUpName = "set-up";

    /// <summary>Returns the overlay folders of a worktree.</summary>
    /// <param name="resources">Port, folders and other resources of the worktree.</param>
    public static WorktreeSharedFolderOverlayStore Of(WorktreePortsAndFolders resources) => new(resources.LayerFolder);

    /// <summary>Returns the absolute path of the folder that holds the changes made by one kind of sandboxed program.</summary>
    public string FolderOf(SandboxedProgramKind role) =>
        Path.Combine(folder, role == SandboxedProgramKind.SetUp ? SetUpName : NameOf(role));

    /// <summary>
    /// Returns the folders with other programs' changes that are visible to the given kind of program, topmost layer first. Only changes
    /// made by set-up are visible to other kinds, because set-up runs before any agent has worked.
    /// </summary>
    public IReadOnlyList<string> Below(SandboxedProgramKind role) =>
        role == SandboxedProgramKind.SetUp ? [] : [FolderOf(SandboxedProgramKind.SetUp)];

    /// <summary>Discards the changes that gates made, so that the next gate sees only the changes made by set-up.</summary>
    public void DiscardGates() => FolderRemover.Remove(FolderOf(SandboxedProgramKind.Gate));

    /// <summary>
    /// Returns the paths of the files and folders that gates changed, relative to the folder that holds the gates' changes.
    /// </summary>
    public IReadOnlyList<string> ChangesOfGates()
    {
        var files = new WorktreeFileReaderAndWriter(FolderOf(SandboxedProgramKind.Gate));
        return [.. files.List("").SelectMany(name => ChangesIn(files, name))];
    }

    /// <summary>
    /// Absolute path of the folder to which some of the gates' changes are temporarily moved. The folder is next to the one that holds the
    /// gates' changes.
    /// </summary>
    public string StashOfGates => FolderOf(SandboxedProgramKind.Gate) + ".aside";

    // An overlay stores its changes in a subfolder next to the one that the kernel uses. A folder that a variable names contains only
    // changes.
    private static IEnumerable<string> ChangesIn(WorktreeFileReaderAndWriter files, string name)
    {
        var below = files.List(name);
        return below.Contains(OverlayMounts.Changes)
            ? files.List($"{name}/{OverlayMounts.Changes}").Select(entry => $"{name}/{OverlayMounts.Changes}/{entry}")
            : below.Select(entry => $"{name}/{entry}");
    }

    private static string NameOf(SandboxedProgramKind role) => role == SandboxedProgramKind.Gate ? "gates" : "agent";
}

/// <summary>Kind of program that runs in a sandbox.</summary>
public enum SandboxedProgramKind
{
    /// <summary>Set-up of a worktree, or a package manager.</summary>
    SetUp,

    /// <summary>A gate, a measurement or an audit.</summary>
    Gate,

    /// <summary>The agent of a task.</summary>
    Agent,
}
