namespace Orchestrator.Git.Commits;

/// <summary>The one place that words questions about differences to git, so that none of them believes attributes or settings about what
/// may be seen: <c>-diff</c>, <c>binary</c>, a textconv or an external diff hide nothing, and no program runs. What is in a submodule's own
/// work tree does not count: to look there, git would run by the configuration that lies in it.</summary>
internal static class DiffCommands
{
    /// <summary>For <c>git status</c>.</summary>
    internal const string Submodules = "--ignore-submodules=dirty";

    /// <summary>Formats of <see cref="ChangedFile"/>.</summary>
    internal static readonly string[] Raw = ["--raw", "-z", "--no-abbrev"];

    private static readonly string[] Common = ["--text", "--no-textconv", "--no-ext-diff", "--no-renames", "--no-color", Submodules];

    /// <summary>Between two commits or trees.</summary>
    internal static IEnumerable<string> OfTrees(params IEnumerable<string> rest) => ["diff-tree", "-r", .. Common, .. rest];

    /// <summary>Between a commit and the index.</summary>
    internal static IEnumerable<string> OfIndex(params IEnumerable<string> rest) => ["diff-index", "--cached", .. Common, .. rest];

    /// <summary>Between the files of a worktree and the index or a commit; or between commits by a range.</summary>
    internal static IEnumerable<string> OfFiles(params IEnumerable<string> rest) => ["diff", .. Common, .. rest];
}
