using Orchestrator.Gates.Secrets;
using Orchestrator.Git.Program;
using Orchestrator.Git.Sharing;

namespace Orchestrator.App.Hosting;

/// <summary>Clones the repository that a worker serves.</summary>
public static class WorkerRepositoryCloner
{
    /// <summary>Clones a repository to a folder named after it, like <c>git clone</c>. If the clone already exists, it is used.</summary>
    /// <param name="address">URL, or a path relative to the current folder, which receives the clone.</param>
    /// <param name="context">Provides the current folder, and notifies the user of a long operation.</param>
    /// <param name="stop">Cancels git.</param>
    /// <returns>Absolute path of the clone.</returns>
    /// <exception cref="UseCaseException">The address is invalid, the current folder is inside a repository, or git failed.</exception>
    public static async Task<string> CloneAsync(string address, UseCaseServiceBundle context, CancellationToken stop)
    {
        if (SecretScanner.IsInAddress(address))
        {
            throw Invalid(
                "The --clone address contains a password or a token, which would be stored with the clone.",
                "Remove the part before the @, and store it in git's credential helper (git help credentials)."
            );
        }
        if (RepositoryCloner.NameOf(address) is not { Length: > 0 } name)
        {
            throw Invalid(
                $"--clone '{FileNameEncoding.Show(address)}' is not the address of a repository.",
                "Example: --clone https://example.com/team/shop.git"
            );
        }
        if (LocalRepositoryPaths.Find(context.Directory) is { } around)
        {
            throw Invalid(
                $"--clone would create a repository inside {around.Root}.",
                "Change to a folder for clones first, or use --repository for an existing repository."
            );
        }
        // The clone records the address as given, so a local path is made absolute to stay valid.
        var path = Path.GetFullPath(address, context.Directory);
        var from = Directory.Exists(path) ? path : address;
        var shown = GitRemoteAddressInspector.Show(from);
        var folder = Path.Combine(context.Directory, name);
        try
        {
            if (!Path.Exists(folder))
            {
                context.Interaction.Inform($"Cloning {shown} into {folder}.");
            }
            await new RepositoryCloner(await context.Services.Repositories.GitAsync()).MakeAsync(from, folder, stop);
            return folder;
        }
        catch (GitException failed)
        {
            throw new UseCaseException(
                UseCaseOutcome.Unavailable,
                $"{shown} could not be cloned: {failed.Message}",
                Path.Exists(folder)
                    ? "Change to another folder, or move that folder away."
                    : $"Check that 'git clone {ChildProcessOptions.Quote(shown)}' works here without a prompt."
            );
        }
    }

    private static UseCaseException Invalid(string fault, string cure) => new(UseCaseOutcome.Usage, fault, cure);
}
