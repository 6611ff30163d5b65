using Orchestrator.Git.Commits;
using Orchestrator.Git.Landing;
using Orchestrator.Git.Program;

namespace Orchestrator.App.Setup;

/// <summary>Checks that runs can use the user's commit signing and merge hooks, if they are configured.</summary>
internal static class LandingCheck
{
    /// <summary>Checks commit signing and merge hooks. Makes a trial signature without storing it.</summary>
    /// <returns>Entries for the features that git or the settings enable.</returns>
    public static async Task<IReadOnlyList<MachineCheckEntry>> RunAsync(
        GitRepository repository,
        string checkout,
        GitSettings settings,
        CancellationToken cancellationToken
    ) =>
        [
            .. new[]
            {
                await SignatureAsync(repository, settings, cancellationToken),
                Hook(await GitMergeHook.FindAsync(repository, checkout, cancellationToken), settings),
            }.OfType<MachineCheckEntry>(),
        ];

    private static async Task<MachineCheckEntry?> SignatureAsync(
        GitRepository repository,
        GitSettings settings,
        CancellationToken cancellationToken
    )
    {
        const string Name = "signature";
        var signing = await CommitSigning.FindAsync(repository, cancellationToken);
        if (settings.Sign == LandingSignature.Off)
        {
            return signing is null
                ? null
                : new(
                    Name,
                    MachineCheckStatus.Ok,
                    $"commit.gpgSign is on, but landed commits are not signed (git.sign: {LandingSignature.Off}).",
                    $"git.sign: {LandingSignature.AsConfigured} signs them."
                );
        }
        if (signing is null || !LandingMode.MovesTarget(settings.Land))
        {
            return new(
                Name,
                MachineCheckStatus.Ok,
                $"git.sign is {settings.Sign}, but landed commits are not signed, because "
                    + (signing is null ? "commit.gpgSign is off." : $"git.land: {settings.Land} moves no target.")
            );
        }
        return await signing.TryAsync(repository, cancellationToken) is { } why
            ? new(
                Name,
                MachineCheckStatus.Warn,
                $"Landing could not sign its commits (git.sign: {settings.Sign}). {why}",
                $"Unlock the key in ssh-agent or gpg-agent, or set git.sign: {LandingSignature.Off}."
            )
            : new(Name, MachineCheckStatus.Ok, $"{signing} signs landed commits ({SignedCommits(settings.Land)}).");
    }

    private static string SignedCommits(string way) => way == LandingMode.Merge ? "one closing merge commit" : "each commit";

    private static MachineCheckEntry? Hook(GitMergeHook? hook, GitSettings settings)
    {
        const string Name = "hook";
        return (hook, settings.Hooks) switch
        {
            (null, LandingHooks.Off) => null,
            (null, _) => new(
                Name,
                MachineCheckStatus.Warn,
                $"git.hooks is {settings.Hooks}, but git has neither a pre-merge-commit nor a pre-commit hook here.",
                "Install one, or unset git.hooks."
            ),
            (_, LandingHooks.Off) => new(
                Name,
                MachineCheckStatus.Ok,
                $"The hook {hook.Name} does not run at landing (git.hooks: {LandingHooks.Off}).",
                $"git.hooks: {LandingHooks.Landing} runs it as a gate."
            ),
            _ => new(Name, MachineCheckStatus.Ok, $"The hook {hook.Name} is a gate of each landing ({hook.Path})."),
        };
    }
}
