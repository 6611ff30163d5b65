namespace Orchestrator.Git.Commits;

/// <summary>A commit in a history.</summary>
/// <param name="Tree">The id of its tree.</param>
/// <param name="Parents">The ids of its parents.</param>
/// <param name="Subject">The first line of its message.</param>
/// <param name="Trailers">Ours, if it is one of ours.</param>
public sealed record CommitInfo(string Id, string Tree, IReadOnlyList<string> Parents, string Subject, CommitTrailers? Trailers);

/// <summary>A file in a tree.</summary>
/// <param name="Path">Relative to the root, with slashes.</param>
/// <param name="Mode">Git's mode: 100644, 100755, 120000 (symbolic link) or 160000 (submodule).</param>
/// <param name="Id">The id of its content.</param>
public sealed record TreeFile(string Path, string Mode, string Id);
