using Orchestrator.Git.Program;

namespace Orchestrator.Runs;

/// <summary>What belongs to a repository and lies outside of it: worktrees for gates, and what the guard has kept.</summary>
internal static class CacheFolder
{
    /// <summary><c>$XDG_CACHE_HOME</c> or <c>~/.cache</c>, then <c>orchestrator/KEY</c>.</summary>
    public static string Of(GitRepository repository, IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(Base(environment), "orchestrator", repository.Key);

    private static string Base(IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault("XDG_CACHE_HOME") is { Length: > 0 } set && Path.IsPathRooted(set)
            ? set
            : Path.Combine(
                environment.GetValueOrDefault("HOME") is { Length: > 0 } home
                    ? home
                    : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
                ".cache"
            );
}
