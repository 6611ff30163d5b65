using Orchestrator.Runs.Tasks.Secrets;

namespace Orchestrator.Runs.Tasks.Moving;

/// <summary>Looks through what a task's work adds, before that leaves this machine where no person looks at it first.</summary>
internal static class OutgoingSecrets
{
    /// <summary>Finds apparent secrets in the additions of a commit, each as words for people: in lines, and in files without
    /// lines.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="from">The commit that is known where the work goes.</param>
    /// <param name="to">The work.</param>
    /// <param name="stop">Ends git.</param>
    /// <returns>Not empty either where the work, or a file of it, is too large to be looked through: what nobody has looked at does not
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
