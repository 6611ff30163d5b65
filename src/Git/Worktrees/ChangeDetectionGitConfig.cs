namespace Orchestrator.Git.Worktrees;

/// <summary>
/// Settings that make git use all recorded file metadata to detect changes. A program in a worktree can reset a file's modification time
/// and write the repository's settings. It can't set the time of the last change that the file system records (ctime).
/// </summary>
internal static class ChangeDetectionGitConfig
{
    private static readonly string[] Always =
    [
        "core.trustctime=true",
        "core.checkStat=default",
        "core.ignoreStat=false",
        "core.untrackedCache=false",
    ];

    /// <summary>
    /// Returns the settings for change detection. <c>core.fileMode</c> keeps the value that it had when the repository was opened.
    /// </summary>
    public static IReadOnlyList<string> Settings(GitRepository repository) =>
        [.. Always, $"core.fileMode={repository.Configuration.Get("core.filemode") ?? "true"}"];
}
