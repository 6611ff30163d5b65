using Orchestrator.Gates.Worktrees;

namespace Orchestrator.Runs.Sandboxing;

/// <summary>Private changes of sandboxed programs to shared folders, such as the downloads of package managers. Each worktree and role has
/// a folder that no other worktree sees.</summary>
/// <param name="folder">Absolute path of the worktree's folder for the changes.</param>
public sealed class PrivateLayers(string folder)
{
    private const string SetUpName = "set-up";

    /// <summary>Returns the layers of a worktree.</summary>
    /// <param name="resources">Resources of the worktree.</param>
    public static PrivateLayers Of(WorktreeResources resources) => new(resources.LayerFolder);

    /// <summary>Returns the folder of a role.</summary>
    public string FolderOf(SandboxRole role) => Path.Combine(folder, role == SandboxRole.SetUp ? SetUpName : NameOf(role));

    /// <summary>Returns the folders whose changes are visible below a role's own, topmost first. Only the set-up is shared, because it
    /// runs before any agent works.</summary>
    public IReadOnlyList<string> Below(SandboxRole role) => role == SandboxRole.SetUp ? [] : [FolderOf(SandboxRole.SetUp)];

    /// <summary>Discards the changes of gates, so that the next gate starts from the set-up.</summary>
    public void DiscardGates() => FolderRemover.Remove(FolderOf(SandboxRole.Gate));

    /// <summary>Returns the paths of the changes by gates, relative to the folder of gates.</summary>
    public IReadOnlyList<string> ChangesOfGates()
    {
        var files = new WorktreeFiles(FolderOf(SandboxRole.Gate));
        return [.. files.List("").SelectMany(name => ChangesIn(files, name))];
    }

    /// <summary>Folder beside that of gates for changes that are temporarily moved away.</summary>
    public string AsideOfGates => FolderOf(SandboxRole.Gate) + ".aside";

    // An overlay stores its changes in a separate folder beside the kernel's. A folder named by a variable contains nothing but changes.
    private static IEnumerable<string> ChangesIn(WorktreeFiles files, string name)
    {
        var below = files.List(name);
        return below.Contains(OverlayTable.Changes)
            ? files.List($"{name}/{OverlayTable.Changes}").Select(entry => $"{name}/{OverlayTable.Changes}/{entry}")
            : below.Select(entry => $"{name}/{entry}");
    }

    private static string NameOf(SandboxRole role) => role == SandboxRole.Gate ? "gates" : "agent";
}

/// <summary>Kind of program in a sandbox.</summary>
public enum SandboxRole
{
    /// <summary>The set-up of a worktree, and package managers.</summary>
    SetUp,

    /// <summary>Gates, measurements and audits.</summary>
    Gate,

    /// <summary>The agent of a task.</summary>
    Agent,
}
