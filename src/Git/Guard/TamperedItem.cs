namespace Orchestrator.Git.Guard;

/// <summary>What kind of thing somebody else changed.</summary>
public enum TamperedKind
{
    /// <summary>A file of the administration of one of our worktrees.</summary>
    File,

    /// <summary>A hook, <c>info/attributes</c> or a setting that makes git run a program. It is put aside, and a person can take it
    /// back.</summary>
    Program,

    /// <summary>An entry of the stash is gone, or new. It is left; the commit of one that is gone is kept.</summary>
    Stash,

    /// <summary>A branch that somebody has checked out was moved under that checkout to a commit of the agent's. It is put back.</summary>
    Branch,

    /// <summary>Anything else that all worktrees share, such as other settings, and branches and tags at commits of the agent's. It is
    /// left.</summary>
    Left,

    /// <summary>The agent's worktree no longer says whose it is: its <c>.git</c> file is gone or another.</summary>
    Link,
}

/// <summary>Something that is not as we left it.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Name">The ref, or the file relative to the common directory.</param>
/// <param name="Expected">The value, or the hash of the content, that was recorded; null: it was not there.</param>
/// <param name="Found">What is there; null: nothing.</param>
public sealed record TamperedItem(TamperedKind Kind, string Name, string? Expected, string? Found)
{
    /// <summary>True for what stays as it is: a person may have done it, and nothing of ours depends on it.</summary>
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
