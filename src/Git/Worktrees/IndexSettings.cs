namespace Orchestrator.Git.Worktrees;

/// <summary>Settings that make git compare files with all data in the index. A program in a worktree can reset a file's modification time
/// and write the repository's settings. It can't set the time of the last change that the file system records (ctime).</summary>
internal static class IndexSettings
{
    private static readonly string[] Always =
    [
        "core.trustctime=true",
        "core.checkStat=default",
        "core.ignoreStat=false",
        "core.untrackedCache=false",
    ];

    /// <summary>Returns the settings. <c>core.fileMode</c> is kept as it was when the repository was opened.</summary>
    public static IReadOnlyList<string> Settings(GitRepository repository) =>
        [.. Always, $"core.fileMode={repository.Configuration.Get("core.filemode") ?? "true"}"];
}
