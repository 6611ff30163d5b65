using Orchestrator.Gates.Secrets;
using Orchestrator.Git.Program;
using Orchestrator.Git.Sharing;

namespace Orchestrator.App.Repositories;

/// <summary>Result of a request to clone a repository.</summary>
/// <param name="Folder">Absolute path of the clone. Empty after a failure.</param>
/// <param name="Fault">Sentence with the reason for the failure. Empty after success.</param>
/// <param name="Cure">Suggested fix.</param>
public sealed record CloneResult(string Folder, string Fault, string Cure)
{
    /// <summary>True if the request itself is invalid. False if the request is valid, even if cloning failed.</summary>
    public bool IsWrong { get; private init; }

    /// <summary>Clones a repository to a folder named after it, like <c>git clone</c>. If the clone already exists, it is used.</summary>
    /// <param name="address">URL, or a path relative to the parent folder.</param>
    /// <param name="parent">Absolute path of the folder that receives the clone.</param>
    /// <param name="services">Opens git.</param>
    /// <param name="say">Receives a sentence before a long operation.</param>
    /// <param name="stop">Cancels git.</param>
    public static async Task<CloneResult> MakeAsync(
        string address,
        string parent,
        RunServiceBundle services,
        Action<string> say,
        CancellationToken stop
    )
    {
        if (SecretScanner.IsInAddress(address))
        {
            return Invalid(
                "The --clone address contains a password or a token, which would be stored with the clone.",
                "Remove the part before the @, and store it in git's credential helper (git help credentials)."
            );
        }
        if (RepositoryCloner.NameOf(address) is not { Length: > 0 } name)
        {
            return Invalid(
                $"--clone '{FileNameEncoding.Show(address)}' is not the address of a repository.",
                "Example: --clone https://example.com/team/shop.git"
            );
        }
        if (LocalRepositoryPaths.Find(parent) is { } around)
        {
            return Invalid(
                $"--clone would create a repository inside {around.Root}.",
                "Change to a folder for clones first, or use --repository for an existing repository."
            );
        }
        // The clone records the address as given, so a local path is made absolute to stay valid.
        var path = Path.GetFullPath(address, parent);
        var from = Directory.Exists(path) ? path : address;
        var shown = GitRemoteAddressInspector.Show(from);
        var folder = Path.Combine(parent, name);
        try
        {
            if (!Path.Exists(folder))
            {
                say($"Cloning {shown} into {folder}.");
            }
            await new RepositoryCloner(await services.Repositories.GitAsync()).MakeAsync(from, folder, stop);
            return new CloneResult(folder, "", "");
        }
        catch (GitException failed)
        {
            return new CloneResult(
                "",
                $"{shown} could not be cloned: {failed.Message}",
                Path.Exists(folder)
                    ? "Change to another folder, or move that folder away."
                    : $"Check that 'git clone {ChildProcessOptions.Quote(shown)}' works here without a prompt."
            );
        }
    }

    private static CloneResult Invalid(string fault, string cure) => new("", fault, cure) { IsWrong = true };
}
