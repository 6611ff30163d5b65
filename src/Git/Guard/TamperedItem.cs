namespace Orchestrator.Git.Guard;

/// <summary>Kind of a change by others.</summary>
public enum TamperedKind
{
    /// <summary>A file in the administration of one of our worktrees. Restored.</summary>
    File,

    /// <summary>A hook, <c>info/attributes</c> or a setting that makes git run a program. Put aside; a person can accept it.</summary>
    Program,

    /// <summary>An entry of the stash is gone, or new. Left; the commit of a removed one is kept.</summary>
    Stash,

    /// <summary>A checked-out branch was moved to a commit of the agent's without its checkout. Put back.</summary>
    Branch,

    /// <summary>Anything else that all worktrees share, such as other settings, and branches and tags at commits of the agent's.
    /// Left.</summary>
    Left,

    /// <summary>The agent's worktree no longer belongs to its repository: its <c>.git</c> file is gone or another.</summary>
    Link,
}

/// <summary>A difference from the recorded state.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Name">The ref, or the file relative to the common directory.</param>
/// <param name="Expected">The recorded value, or hash of the content; null: it was not there.</param>
/// <param name="Found">The present value; null: none.</param>
public sealed record TamperedItem(TamperedKind Kind, string Name, string? Expected, string? Found)
{
    /// <summary>True for what is left alone: a person may have done it, and nothing of ours depends on it.</summary>
    public bool IsLeft => Kind is TamperedKind.Stash or TamperedKind.Left;

    /// <summary>A sentence for people.</summary>
    public override string ToString()
    {
        var name = SettingPlace.TryParse(Name) is { } place
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
