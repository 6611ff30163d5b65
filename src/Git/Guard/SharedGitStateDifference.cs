namespace Orchestrator.Git.Guard;

/// <summary>Kind of a difference between the recorded and the current state of the repository.</summary>
public enum SharedGitStateDifferenceKind
{
    /// <summary>A file in the administrative folder of one of orchestrate's worktrees was changed. The file is restored.</summary>
    File,

    /// <summary>A hook, <c>info/attributes</c> or a setting that makes git run a program was added. The item is quarantined, and the user
    /// can accept it.</summary>
    Program,

    /// <summary>A stash entry was added or removed. The stash is left unchanged, and the commit of a removed entry is retained.</summary>
    Stash,

    /// <summary>A checked-out branch was moved to a commit made by the agent without updating the checkout. The branch is
    /// restored.</summary>
    Branch,

    /// <summary>Any other shared state was changed, such as other settings, or branches and tags that now point to commits made by the
    /// agent. The change is left in place.</summary>
    Left,

    /// <summary>The agent's worktree no longer belongs to its repository, because its <c>.git</c> file was removed or replaced.</summary>
    Link,
}

/// <summary>A difference between the recorded and the current state of the repository.</summary>
/// <param name="Kind">Kind of the difference.</param>
/// <param name="Name">Name of the ref, or of the file relative to the common directory.</param>
/// <param name="Expected">Recorded value or content hash, or null if the item did not exist.</param>
/// <param name="Found">Current value or content hash, or null if the item does not exist.</param>
public sealed record SharedGitStateDifference(SharedGitStateDifferenceKind Kind, string Name, string? Expected, string? Found)
{
    /// <summary>
    /// True if the change is left in place. The user may have made such a change, and no state of orchestrate depends on it.
    /// </summary>
    public bool IsLeft => Kind is SharedGitStateDifferenceKind.Stash or SharedGitStateDifferenceKind.Left;

    /// <summary>Returns a sentence that describes the difference for display.</summary>
    public override string ToString()
    {
        var name = GitSettingLocation.TryParse(Name) is { } place
            ? $"the setting {place.Setting}{(place.File == "config" ? string.Empty : $" in {place.File}")}"
            : Name;
        return (Expected, Found) switch
        {
            (null, _) => $"{name} was added",
            (_, null) => $"{name} was removed",
            _ => $"{name} was changed",
        };
    }
}
