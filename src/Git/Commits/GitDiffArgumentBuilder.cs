namespace Orchestrator.Git.Commits;

/// <summary>
/// Builds the arguments of all git diff commands. With these arguments, git runs no external program and ignores attributes and settings
/// that can hide changes, such as <c>-diff</c>, <c>binary</c> and text conversion. Changes inside a submodule's work tree are also ignored,
/// because git would otherwise apply the submodule's own configuration.
/// </summary>
internal static class GitDiffArgumentBuilder
{
    /// <summary>Option for <c>git status</c> that ignores changes inside submodules.</summary>
    internal const string Submodules = "--ignore-submodules=dirty";

    /// <summary>Options for raw output, which is parsed into <see cref="ChangedFile"/>.</summary>
    internal static readonly string[] Raw = ["--raw", "-z", "--no-abbrev"];

    private static readonly string[] Common = ["--text", "--no-textconv", "--no-ext-diff", "--no-renames", "--no-color", Submodules];

    /// <summary>Returns a command that compares two commits or trees.</summary>
    internal static IEnumerable<string> OfTrees(params IEnumerable<string> rest) => ["diff-tree", "-r", .. Common, .. rest];

    /// <summary>Returns a command that compares a commit with the index.</summary>
    internal static IEnumerable<string> OfIndex(params IEnumerable<string> rest) => ["diff-index", "--cached", .. Common, .. rest];

    /// <summary>Returns a command that compares the files of a worktree with the index or a commit, or that compares two commits given as a
    /// range.</summary>
    internal static IEnumerable<string> OfFiles(params IEnumerable<string> rest) => ["diff", .. Common, .. rest];
}
