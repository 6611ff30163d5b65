using Orchestrator.Gates.Worktrees;

namespace Orchestrator.Sandboxing;

/// <summary>The private changes of confined programs to shared folders, such as the downloads of package managers: a folder for each
/// worktree and role, which no other worktree sees.</summary>
/// <param name="folder">Absolute path of the worktree's folder for them.</param>
public sealed class PrivateLayers(string folder)
{
    private const string SetUpName = "set-up";

    /// <summary>The layers of a worktree.</summary>
    /// <param name="resources">The worktree's resources.</param>
    public static PrivateLayers Of(WorktreeResources resources) => new(resources.LayerFolder);

    /// <summary>The folder of a role.</summary>
    public string FolderOf(SandboxRole role) => Path.Combine(folder, role == SandboxRole.SetUp ? SetUpName : NameOf(role));

    /// <summary>The folders whose changes a role sees below its own, the uppermost first: only set-up is shared, since it runs before any
    /// agent works.</summary>
    public IReadOnlyList<string> Below(SandboxRole role) => role == SandboxRole.SetUp ? [] : [FolderOf(SandboxRole.SetUp)];

    /// <summary>Discards the changes of gates, so that the next one starts from the set-up.</summary>
    public void DiscardGates() => FolderRemover.Remove(FolderOf(SandboxRole.Gate));

    /// <summary>Paths of the changes of gates, relative to their folder.</summary>
    public IReadOnlyList<string> ChangesOfGates()
    {
        var files = new WorktreeFiles(FolderOf(SandboxRole.Gate));
        return [.. files.List("").SelectMany(name => ChangesIn(files, name))];
    }

    /// <summary>The folder beside that of gates for changes that are moved aside.</summary>
    public string AsideOfGates => FolderOf(SandboxRole.Gate) + ".aside";

    // An overlay has its changes in a folder of their own, beside the kernel's. A folder that a variable names is nothing but changes.
    private static IEnumerable<string> ChangesIn(WorktreeFiles files, string name)
    {
        var below = files.List(name);
        return below.Contains(OverlayTable.Changes)
            ? files.List($"{name}/{OverlayTable.Changes}").Select(entry => $"{name}/{OverlayTable.Changes}/{entry}")
            : below.Select(entry => $"{name}/{entry}");
    }

    private static string NameOf(SandboxRole role) => role == SandboxRole.Gate ? "gates" : "agent";
}

/// <summary>The kind of program in a sandbox.</summary>
public enum SandboxRole
{
    /// <summary>Set-up of a worktree and package managers.</summary>
    SetUp,

    /// <summary>Gates, measurements and audits.</summary>
    Gate,

    /// <summary>The agent of a task.</summary>
    Agent,
}
