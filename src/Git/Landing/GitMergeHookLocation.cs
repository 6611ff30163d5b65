namespace Orchestrator.Git.Landing;

/// <summary>
/// The user's hook for merge commits. Orchestrate's git calls do not run hooks, but a landing can run this hook as a gate.
/// </summary>
/// <param name="Name"><c>pre-merge-commit</c> or <c>pre-commit</c>.</param>
/// <param name="Path">Path of the hook's program.</param>
public sealed record GitMergeHookLocation(string Name, string Path)
{
    // Git's sample pre-merge-commit hook calls pre-commit, so pre-commit is accepted, too.
    private static readonly string[] Names = ["pre-merge-commit", "pre-commit"];

    /// <summary>
    /// Finds the user's merge hook in <c>core.hooksPath</c>, or else in the repository's hooks folder. Prefers <c>pre-merge-commit</c> to
    /// <c>pre-commit</c>.
    /// </summary>
    /// <param name="repository">Repository opened without a configuration snapshot, because snapshots omit hooks.</param>
    /// <param name="checkout">Checkout against which a relative <c>core.hooksPath</c> is resolved.</param>
    /// <returns>The hook, or null if no executable hook exists.</returns>
    public static async Task<GitMergeHookLocation?> FindAsync(
        GitRepository repository,
        string checkout,
        CancellationToken cancellationToken = default
    )
    {
        var set = (await GitSettingWithScope.ListAsync(repository, repository.CommonDirectory, cancellationToken)).LastOrDefault(setting =>
            setting.Name == "core.hookspath" && (setting.IsPersons || setting.IsOfRepository)
        );
        var folder = set?.Value is { Length: > 0 } given
            ? System.IO.Path.GetFullPath(Expand(Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(given))), checkout)
            : System.IO.Path.Combine(repository.CommonDirectory, "hooks");
        return Names
            .Select(name => new GitMergeHookLocation(name, System.IO.Path.Combine(folder, name)))
            .FirstOrDefault(hook => ProgramLocator.Find(hook.Path) is not null);
    }

    private static string Expand(string path) =>
        path.StartsWith("~/", StringComparison.Ordinal)
            ? System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[2..])
            : path;
}
