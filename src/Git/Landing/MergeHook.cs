namespace Orchestrator.Git.Landing;

/// <summary>The user's hook for merge commits. Git's own calls of ours run no hooks; a landing may run this one as a gate.</summary>
/// <param name="Name"><c>pre-merge-commit</c> or <c>pre-commit</c>.</param>
/// <param name="Path">Its program.</param>
public sealed record MergeHook(string Name, string Path)
{
    // The sample of the first one calls the second one.
    private static readonly string[] Names = ["pre-merge-commit", "pre-commit"];

    /// <summary>Finds the hook that a merge in a checkout would run: in <c>core.hooksPath</c>, else in the repository's folder for
    /// hooks.</summary>
    /// <param name="repository">The repository, opened without a copy of the configuration, which leaves hooks out.</param>
    /// <param name="checkout">The checkout that a relative <c>core.hooksPath</c> is relative to.</param>
    /// <returns>Null: there is none that can be executed.</returns>
    public static async Task<MergeHook?> FindAsync(GitRepository repository, string checkout, CancellationToken cancellationToken = default)
    {
        var set = (await ScopedSetting.ListAsync(repository, repository.CommonDirectory, cancellationToken)).LastOrDefault(setting =>
            setting.Name == "core.hookspath" && (setting.IsPersons || setting.IsOfRepository)
        );
        var folder = set?.Value is { Length: > 0 } given
            ? System.IO.Path.GetFullPath(Expand(Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(given))), checkout)
            : System.IO.Path.Combine(repository.CommonDirectory, "hooks");
        return Names
            .Select(name => new MergeHook(name, System.IO.Path.Combine(folder, name)))
            .FirstOrDefault(hook => ProgramLocator.Find(hook.Path) is not null);
    }

    private static string Expand(string path) =>
        path.StartsWith("~/", StringComparison.Ordinal)
            ? System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[2..])
            : path;
}
