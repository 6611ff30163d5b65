using Orchestrator.Gates.Worktrees;

namespace Orchestrator.Runs.Sandboxing;

/// <summary>
/// Keeps the changes that sandboxed programs make to shared folders, such as the downloads of a package manager, private to a worktree. For
/// each worktree, every role (set-up, gate or agent) has its own folder for changes.
/// </summary>
/// <param name="folder">Absolute path of the folder with the worktree's private changes.</param>
public sealed class WorktreeOverlayFolderStore(string folder)
{
    private const string SetUpName = "set-up";

    /// <summary>Returns the overlay folders of a worktree.</summary>
    /// <param name="resources">Port, folders and other resources of the worktree.</param>
    public static WorktreeOverlayFolderStore Of(WorktreePortsAndFolders resources) => new(resources.LayerFolder);

    /// <summary>Returns the absolute path of the folder with the changes of a role.</summary>
    public string FolderOf(SandboxedProgramKind role) =>
        Path.Combine(folder, role == SandboxedProgramKind.SetUp ? SetUpName : NameOf(role));

    /// <summary>
    /// Returns the folders whose changes a role can see in addition to its own, topmost layer first. Only the changes made by set-up are
    /// visible to other roles, because set-up runs before any agent has worked.
    /// </summary>
    public IReadOnlyList<string> Below(SandboxedProgramKind role) =>
        role == SandboxedProgramKind.SetUp ? [] : [FolderOf(SandboxedProgramKind.SetUp)];

    /// <summary>Discards the changes that gates made, so that the next gate sees only the changes made by set-up.</summary>
    public void DiscardGates() => FolderRemover.Remove(FolderOf(SandboxedProgramKind.Gate));

    /// <summary>Returns the paths of the changes that gates made, relative to the folder of gates.</summary>
    public IReadOnlyList<string> ChangesOfGates()
    {
        var files = new WorktreeFileAccessor(FolderOf(SandboxedProgramKind.Gate));
        return [.. files.List("").SelectMany(name => ChangesIn(files, name))];
    }

    /// <summary>Returns the paths of the files that gates changed, relative to the gates' folder.</summary>
    public string StashOfGates => FolderOf(SandboxedProgramKind.Gate) + ".aside";

    // An overlay stores its changes in a subfolder next to the one that the kernel uses. A folder that a variable names contains only
    // changes.
    private static IEnumerable<string> ChangesIn(WorktreeFileAccessor files, string name)
    {
        var below = files.List(name);
        return below.Contains(OverlayMounts.Changes)
            ? files.List($"{name}/{OverlayMounts.Changes}").Select(entry => $"{name}/{OverlayMounts.Changes}/{entry}")
            : below.Select(entry => $"{name}/{entry}");
    }

    private static string NameOf(SandboxedProgramKind role) => role == SandboxedProgramKind.Gate ? "gates" : "agent";
}

/// <summary>Folder next to the gates' folder, for changes that are temporarily moved away.</summary>
public enum SandboxedProgramKind
{
    /// <summary>Set-up of a worktree, or a package manager.</summary>
    SetUp,

    /// <summary>A gate, a measurement or an audit.</summary>
    Gate,

    /// <summary>The agent of a task.</summary>
    Agent,
}
