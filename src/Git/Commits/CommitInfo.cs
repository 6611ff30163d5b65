namespace Orchestrator.Git.Commits;

/// <summary>A commit and its metadata.</summary>
/// <param name="Tree">Id of its tree.</param>
/// <param name="Parents">Ids of its parents.</param>
/// <param name="Subject">First line of its message.</param>
/// <param name="Trailers">Trailers written by the orchestrator, or null if the message has none.</param>
public sealed record CommitInfo(string Id, string Tree, IReadOnlyList<string> Parents, string Subject, CommitTrailers? Trailers);

/// <summary>A file in a tree.</summary>
/// <param name="Path">Path relative to the root, with slashes.</param>
/// <param name="Mode">Git's file mode: 100644, 100755, 120000 (symbolic link) or 160000 (submodule).</param>
/// <param name="Id">Id of its blob, or of the submodule's commit.</param>
public sealed record GitTreeFile(string Path, string Mode, string Id);
