namespace Orchestrator.Git.Commits;

/// <summary>Kind of change to a file.</summary>
public enum FileChange
{
    /// <summary>The file is new.</summary>
    Added,

    /// <summary>The content or the mode of the file changed.</summary>
    Modified,

    /// <summary>The file was removed.</summary>
    Deleted,

    /// <summary>The type of the path changed, for example from a regular file to a symbolic link.</summary>
    TypeChanged,
}

/// <summary>A changed file. A rename appears as a deletion and an addition.</summary>
/// <param name="Path">Path relative to the root, with slashes.</param>
/// <param name="Change">Kind of change.</param>
/// <param name="OldMode">Git's file mode before the change, or 000000 if the file did not exist.</param>
/// <param name="NewMode">Git's file mode after the change, or 000000 if the file was removed.</param>
/// <param name="OldId">Blob id before the change, or zeros if the file did not exist.</param>
/// <param name="NewId">Blob id after the change, or zeros if the file was removed or its content in a work tree is not yet an
/// object.</param>
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
    /// <summary>Git's file mode of a symbolic link.</summary>
    public const string SymbolicLink = "120000";

    /// <summary>Git's file mode of a submodule, or of a repository created inside the work tree.</summary>
    public const string Submodule = "160000";

    /// <summary>True if the path is or was a submodule, whose content is not in this repository.</summary>
    public bool IsSubmodule => NewMode == Submodule || OldMode == Submodule;
}
