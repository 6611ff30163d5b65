namespace Orchestrator.Git.Worktrees;

/// <summary>Settings with which git compares a file with its index by all that it knows of it. A program in a worktree can set a file's
/// time back, and can write the repository's settings; the time at which the system saw the last change it can't set.</summary>
internal static class IndexFacts
{
    private static readonly string[] Always =
    [
        "core.trustctime=true",
        "core.checkStat=default",
        "core.ignoreStat=false",
        "core.untrackedCache=false",
    ];

    /// <summary>The settings; whether the disk keeps the executable bit is as it was when the repository was opened.</summary>
    public static IReadOnlyList<string> Settings(GitRepository repository) =>
        [.. Always, $"core.fileMode={repository.Configuration.Get("core.filemode") ?? "true"}"];
}
