namespace Orchestrator.Git.Commits;

/// <summary>
/// Builds all diff commands, so that none of them trusts attributes or settings about visible content. <c>-diff</c>, <c>binary</c>, a
/// textconv or an external diff hide nothing, and no program runs. Changes inside a submodule's work tree are ignored, because git would
/// apply the configuration found there.
/// </summary>
internal static class DiffCommands
{
    /// <summary>Option for <c>git status</c> that ignores changes inside submodules.</summary>
    internal const string Submodules = "--ignore-submodules=dirty";

    /// <summary>Options for output that can be parsed into <see cref="ChangedFile"/>.</summary>
    internal static readonly string[] Raw = ["--raw", "-z", "--no-abbrev"];

    private static readonly string[] Common = ["--text", "--no-textconv", "--no-ext-diff", "--no-renames", "--no-color", Submodules];

    /// <summary>Returns a command that compares two commits or trees.</summary>
    internal static IEnumerable<string> OfTrees(params IEnumerable<string> rest) => ["diff-tree", "-r", .. Common, .. rest];

    /// <summary>Returns a command that compares a commit with the index.</summary>
    internal static IEnumerable<string> OfIndex(params IEnumerable<string> rest) => ["diff-index", "--cached", .. Common, .. rest];

    /// <summary>Returns a command that compares a worktree's files with the index or a commit, or two commits given as a range.</summary>
    internal static IEnumerable<string> OfFiles(params IEnumerable<string> rest) => ["diff", .. Common, .. rest];
}
