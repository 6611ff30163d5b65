using Orchestrator.Runs.Tasks.Secrets;

namespace Orchestrator.Runs.Tasks.Moving;

/// <summary>Searches a task's additions for secrets before they leave this host without a review by a user.</summary>
internal static class OutgoingSecrets
{
    /// <summary>Finds apparent secrets in a commit's additions, in text and in binary files, each as display text.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="from">A commit that the destination already has.</param>
    /// <param name="to">Commit of the work.</param>
    /// <param name="stop">Cancels git.</param>
    /// <returns>The findings. Also not empty if the work or one of its files is too large to search, because unsearched content must not
    /// leave.</returns>
    public static async Task<IReadOnlyList<string>> FindAsync(GitRepository repository, string from, string to, CancellationToken stop)
    {
        var (found, unread) = await new SecretSearch(repository).FindAsync(from, to, stop);
        return
        [
            .. found.Select(secret =>
                secret.Kind == SecretSearch.TooLarge
                    ? "work that is too large to be looked through"
                    : $"{secret.Kind} in {FileNames.Show(secret.File)}"
            ),
            .. unread.Select(file => $"a file that is too large to be looked through: {file}"),
        ];
    }
}
