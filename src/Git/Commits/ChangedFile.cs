namespace Orchestrator.Git.Commits;

/// <summary>The kind of change of a file.</summary>
public enum FileChange
{
    /// <summary>The file is new.</summary>
    Added,

    /// <summary>Content or mode differ.</summary>
    Modified,

    /// <summary>The file is gone.</summary>
    Deleted,

    /// <summary>The path became another kind, for example a symbolic link.</summary>
    TypeChanged,
}

/// <summary>A changed file. A rename is shown as a deleted and an added one.</summary>
/// <param name="Path">Relative to the root, with slashes.</param>
/// <param name="Change">What happened.</param>
/// <param name="OldMode">git's mode before; 000000 if the file was not there.</param>
/// <param name="NewMode">Git's mode after; 000000 if it is gone.</param>
/// <param name="OldId">Id of the content before; zeros if the file was not there.</param>
/// <param name="NewId">Id of the content after; zeros if the file is gone, or is in a work tree and not yet an object.</param>
/// <param name="IsUntracked">True for a file of a work tree that git does not track.</param>
public sealed record ChangedFile(
    string Path,
    FileChange Change,
    string OldMode,
    string NewMode,
    string OldId,
    string NewId,
    bool IsUntracked = false
)
{
    /// <summary>Mode of a symbolic link.</summary>
    public const string SymbolicLink = "120000";

    /// <summary>Mode of a submodule, also of a repository made inside the work tree.</summary>
    public const string Submodule = "160000";

    /// <summary>True if it is or was a submodule, whose content is not in this repository.</summary>
    public bool IsSubmodule => NewMode == Submodule || OldMode == Submodule;
}
