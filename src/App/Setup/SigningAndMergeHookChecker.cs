using Orchestrator.Git.Commits;
using Orchestrator.Git.Landing;
using Orchestrator.Git.Program;

namespace Orchestrator.App.Setup;

/// <summary>Checks that runs can use the user's commit signing and merge hooks, if they are configured.</summary>
internal static class SigningAndMergeHookChecker
{
    /// <summary>Checks commit signing and merge hooks. Makes a trial signature without storing it.</summary>
    /// <returns>Entries for the features that git or the settings enable.</returns>
    public static async Task<IReadOnlyList<MachineReadinessCheckResult>> RunAsync(
        GitRepository repository,
        string checkout,
        LandingSettings settings,
        CancellationToken cancellationToken
    ) =>
        [
            .. new[]
            {
                await SignatureAsync(repository, settings, cancellationToken),
                Hook(await GitMergeHookLocation.FindAsync(repository, checkout, cancellationToken), settings),
            }.OfType<MachineReadinessCheckResult>(),
        ];

    private static async Task<MachineReadinessCheckResult?> SignatureAsync(
        GitRepository repository,
        LandingSettings settings,
        CancellationToken cancellationToken
    )
    {
        const string Name = "signature";
        var signing = await CommitSigningSettings.FindAsync(repository, cancellationToken);
        if (settings.Sign == LandingCommitSigningMode.Off)
        {
            return signing is null
                ? null
                : new(
                    Name,
                    MachineReadinessCheckStatus.Ok,
                    $"commit.gpgSign is on, but landed commits are not signed (git.sign: {LandingCommitSigningMode.Off}).",
                    $"git.sign: {LandingCommitSigningMode.AsConfigured} signs them."
                );
        }
        if (signing is null || !LandingMode.MovesTarget(settings.Land))
        {
            return new(
                Name,
                MachineReadinessCheckStatus.Ok,
                $"git.sign is {settings.Sign}, but landed commits are not signed, because "
                    + (signing is null ? "commit.gpgSign is off." : $"git.land: {settings.Land} moves no target.")
            );
        }
        return await signing.TryAsync(repository, cancellationToken) is { } why
            ? new(
                Name,
                MachineReadinessCheckStatus.Warn,
                $"A landing could not sign its commits (git.sign: {settings.Sign}). {why}",
                $"Unlock the key in ssh-agent or gpg-agent, or set git.sign: {LandingCommitSigningMode.Off}."
            )
            : new(Name, MachineReadinessCheckStatus.Ok, $"{signing} signs landed commits ({SignedCommits(settings.Land)}).");
    }

    private static string SignedCommits(string way) => way == LandingMode.Merge ? "one closing merge commit" : "each commit";

    private static MachineReadinessCheckResult? Hook(GitMergeHookLocation? hook, LandingSettings settings)
    {
        const string Name = "hook";
        return (hook, settings.Hooks) switch
        {
            (null, LandingGitHookMode.Off) => null,
            (null, _) => new(
                Name,
                MachineReadinessCheckStatus.Warn,
                $"git.hooks is {settings.Hooks}, but git has neither a pre-merge-commit nor a pre-commit hook here.",
                "Install one, or unset git.hooks."
            ),
            (_, LandingGitHookMode.Off) => new(
                Name,
                MachineReadinessCheckStatus.Ok,
                $"The hook {hook.Name} does not run at landing (git.hooks: {LandingGitHookMode.Off}).",
                $"git.hooks: {LandingGitHookMode.Landing} runs it as a gate."
            ),
            _ => new(Name, MachineReadinessCheckStatus.Ok, $"The hook {hook.Name} is a gate of each landing ({hook.Path})."),
        };
    }
}
