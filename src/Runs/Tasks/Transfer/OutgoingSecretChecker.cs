using Orchestrator.Runs.Tasks.Secrets;

namespace Orchestrator.Runs.Tasks.Transfer;

/// <summary>
/// Searches for secrets in the lines that a task adds, because these lines are sent to other hosts before a user has reviewed them.
/// </summary>
public static class OutgoingSecretChecker
{
    /// <summary>Finds likely secrets in the text and binary files that a commit adds, each as display text.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="from">Commit that the destination already has.</param>
    /// <param name="to">Commit that contains the work.</param>
    /// <param name="stop">Cancels git.</param>
    /// <returns>The findings. If the work or a file is too large to search, this is also a finding, because unsearched content must stay on
    /// this host.</returns>
    public static async Task<IReadOnlyList<string>> FindAsync(GitRepository repository, string from, string to, CancellationToken stop)
    {
        var (found, unread) = await new SecretSearch(repository).FindAsync(from, to, stop);
        return
        [
            .. found.Select(secret =>
                secret.Kind == SecretSearch.TooLarge
                    ? "work that is too large for the secret search"
                    : $"{secret.Kind} in {FileNameEncoding.Show(secret.File)}"
            ),
            .. unread.Select(file => $"a file that is too large for the secret search: {file}"),
        ];
    }
}
