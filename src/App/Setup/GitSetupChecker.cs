using Orchestrator.Git;
using Orchestrator.Git.Landing;
using Orchestrator.Git.Program;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.App.Setup;

/// <summary>Checks git, the repository and the author name used for commits.</summary>
internal static class GitSetupChecker
{
    public static async Task<IReadOnlyList<MachineReadinessCheckResult>> RunAsync(
        LocalRepositoryPaths? location,
        OrchestratorSettings settings,
        GitRepositoryCache repositories,
        CancellationToken cancellationToken
    )
    {
        GitProgram git;
        try
        {
            git = await repositories.GitAsync();
        }
        catch (GitUnavailableException missing)
        {
            return [new("git", MachineReadinessCheckStatus.Fail, missing.Message, $"Install git {GitProgram.OldestVersion} or newer.")];
        }
        var found = new MachineReadinessCheckResult("git", MachineReadinessCheckStatus.Ok, $"git {git.Version}.");
        if (location is null)
        {
            var none = "This folder is not in a git repository.";
            return
            [
                found,
                new(
                    "repository",
                    MachineReadinessCheckStatus.Fail,
                    none,
                    $"Run '{GitRepository.BeginCommand}', or change to a " + "repository."
                ),
            ];
        }
        var opened = await repositories.OpenAsync(location.Root);
        var features = location.IsBare ? [] : await FeaturesAsync(opened, location, cancellationToken);
        var repository = await RepositoryAsync(opened, location, settings, features, cancellationToken);
        return
        [
            found,
            .. features,
            repository,
            .. !location.IsBare && opened.FindNameless() is { } nameless
                ? (MachineReadinessCheckResult[])
                    [
                        new(
                            "identity",
                            MachineReadinessCheckStatus.Warn,
                            nameless,
                            "git config --global user.name NAME && git config --global user.email ADDRESS"
                        ),
                    ]
                : [],
            .. location.IsBare ? [] : await SigningAndMergeHookChecker.RunAsync(opened, location.WorkTree, settings.Git, cancellationToken),
        ];
    }

    /// <summary>
    /// Reports features of the repository that affect each worktree, such as filters, submodules, a partial clone or a sparse checkout.
    /// </summary>
    private static async Task<IReadOnlyList<MachineReadinessCheckResult>> FeaturesAsync(
        GitRepository repository,
        LocalRepositoryPaths location,
        CancellationToken cancellationToken
    ) =>
        new WorktreeManager(repository).FindCheckout(location.LinkedWorktree) is { } checkout
        && await checkout.ReadHeadAsync(cancellationToken) is { } head
            ?
            [
                .. (await new RepositoryGitFeatureDetector(repository).FindAsync(head, cancellationToken)).Select(
                    feature => new MachineReadinessCheckResult(
                        feature.Name,
                        feature.State switch
                        {
                            GitFeatureSupportLevel.Ok => MachineReadinessCheckStatus.Ok,
                            GitFeatureSupportLevel.Warn => MachineReadinessCheckStatus.Warn,
                            _ => MachineReadinessCheckStatus.Fail,
                        },
                        feature.Message,
                        feature.Cure
                    )
                ),
            ]
            : [];

    private static async Task<MachineReadinessCheckResult> RepositoryAsync(
        GitRepository repository,
        LocalRepositoryPaths location,
        OrchestratorSettings settings,
        IReadOnlyList<MachineReadinessCheckResult> features,
        CancellationToken cancellationToken
    )
    {
        const string Name = "repository";
        if (location.IsBare)
        {
            return Fail($"{location.Root} is bare, but agents need a working tree.", "Work in a clone of this repository.");
        }
        if (new WorktreeManager(repository).FindCheckout(location.LinkedWorktree) is not { } checkout)
        {
            return Fail($"{location.Root} has no checkout.", "Work in a clone of this repository.");
        }
        if (features.FirstOrDefault(feature => feature.Status == MachineReadinessCheckStatus.Fail) is { } broken)
        {
            return Fail($"{location.WorkTree} can't be used until {broken.Name} works.", broken.Cure);
        }
        if (await new CommittedOrchestratorFiles(checkout).FindAsync(settings.Worktrees.Directory, null, cancellationToken) is { } tracked)
        {
            return Fail(tracked.Message, tracked.Cure);
        }
        var status = await WorktreeStatus.ReadAsync(checkout, cancellationToken);
        if (status.Head is null)
        {
            return Fail($"{location.WorkTree} has no commits yet, but agents start from a commit.", "git add -A && git commit -m Start");
        }
        if (status.Branch is null)
        {
            return new(
                Name,
                settings.Git.Target is null ? MachineReadinessCheckStatus.Fail : MachineReadinessCheckStatus.Warn,
                "No branch is checked out (detached HEAD).",
                "Check out the branch to land on, or set git.target."
            );
        }
        if (repository.IsShallow)
        {
            return Fail("The clone is shallow, but merges need the complete history.", "git fetch --unshallow");
        }
        var branch = status.Branch.StartsWith("refs/heads/", StringComparison.Ordinal)
            ? status.Branch["refs/heads/".Length..]
            : status.Branch;
        var changed = status.ChangedFiles(OrchestratorFilePaths.Of(settings, null).Unmissed).Count;
        return changed > 0
            ? new(
                Name,
                MachineReadinessCheckStatus.Warn,
                $"{location.WorkTree} on '{branch}' has {Plural.Of(changed, "uncommitted change")} that " + "agents will not see.",
                "Commit or stash the changes."
            )
            : new(Name, MachineReadinessCheckStatus.Ok, $"{location.WorkTree} on '{branch}', clean.");

        static MachineReadinessCheckResult Fail(string message, string? cure) => new(Name, MachineReadinessCheckStatus.Fail, message, cure);
    }
}
