using Orchestrator.Gates.Secrets;

namespace Orchestrator.Runs.Tasks.Moving;

/// <summary>Looks through what a task's work adds, before that leaves this machine.</summary>
internal static class OutgoingSecrets
{
    /// <summary>What seems to be a secret in the lines that a commit adds, each as words for people.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="from">The commit that is known where the work goes.</param>
    /// <param name="to">The work.</param>
    /// <param name="stop">Ends git.</param>
    /// <returns>Not empty either where the work is too large to be looked through: what nobody has looked at does not leave.</returns>
    public static async Task<IReadOnlyList<string>> FindAsync(GitRepository repository, string from, string to, CancellationToken stop) =>
        await PatchFile.ReadAsync(repository, from, to, stop) is { } patch
            ?
            [
                .. patch.SelectMany(file =>
                    file.AddedLines().SelectMany(line => SecretScanner.Find(line.Text)).Select(match => $"{match.Kind} in {file.Path}")
                ),
            ]
            : ["work that is too large to be looked through"];
}
