namespace Orchestrator.Runs;

/// <summary>Copies of git's configuration, one for each content: <c>~/.local/state/orchestrator/git/HASH</c>. Runs name theirs by its
/// hash.</summary>
public static class GitCopies
{
    /// <summary>The folder of all copies.</summary>
    public static string FolderOf(IReadOnlyDictionary<string, string> environment) => Path.Combine(UserState.RootOf(environment), "git");

    /// <summary>A copy of what is in force now.</summary>
    /// <param name="repository">Conditional includes depend on it, and its own programs are noted: a person has said yes to
    /// them.</param>
    /// <returns>Its hash.</returns>
    public static async Task<string> KeepAsync(
        GitRepository repository,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken stop
    ) => (await ConfigurationCopy.MakeAsync(repository, FolderOf(environment), stop)).Hash;

    /// <summary>The copy of a hash.</summary>
    /// <exception cref="ConfigurationCopyException">It is gone, or somebody changed it.</exception>
    public static ConfigurationCopy Open(IReadOnlyDictionary<string, string> environment, string hash) =>
        ConfigurationCopy.Open(FolderOf(environment), hash);
}
