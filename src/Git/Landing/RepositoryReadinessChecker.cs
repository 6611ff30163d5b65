using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Landing;

/// <summary>A problem with a repository that the user should know about before a run starts.</summary>
/// <param name="Refuses">True if the problem prevents runs from starting.</param>
/// <param name="Message">Description of the problem and its location.</param>
/// <param name="Cure">Recommended action.</param>
public sealed record RepositoryProblem(bool Refuses, string Message, string Cure);

/// <summary>Result of checking a repository before a run.</summary>
/// <param name="Target">Full ref name of the branch on which a run would land, or null if none exists.</param>
/// <param name="Base">Commit of the target, or null if it has none.</param>
/// <param name="Findings">All findings; findings that prevent a run come first.</param>
public sealed record RepositoryReadinessResult(string? Target, string? Base, IReadOnlyList<RepositoryProblem> Findings)
{
    /// <summary>True if no finding prevents a run from starting.</summary>
    public bool IsUsable => !Findings.Any(finding => finding.Refuses);
}

/// <summary>Checks whether runs can work in a repository, and recommends a fix for each problem.</summary>
/// <param name="repository">The repository.</param>
/// <param name="checkout">The user's checkout, whose branch is the default target, or null to use the main checkout, if one exists.</param>
public sealed class RepositoryReadinessChecker(GitRepository repository, Worktree? checkout = null)
{
    /// <summary>Runs all checks of the repository.</summary>
    /// <param name="target">Short or full name of the branch to land on, or null for the checked-out branch.</param>
    /// <param name="branchPrefix">First part of our branch names.</param>
    /// <param name="worktrees">Folder in which worktrees are created.</param>
    public async Task<RepositoryReadinessResult> RunAsync(
        string? target = null,
        string branchPrefix = "orchestrator",
        string worktrees = ".worktrees",
        CancellationToken cancellationToken = default
    )
    {
        var findings = new List<RepositoryProblem>();
        if (repository.IsBare)
        {
            findings.Add(
                Refuse(
                    $"'{repository.CommonDirectory}' is a bare repository, without a working tree.",
                    $"Clone it and run there: git clone '{repository.CommonDirectory}' work && cd work"
                )
            );
        }
        CheckWritable(findings);
        target = await FindTargetAsync(target, findings, cancellationToken);
        var branches = await new RefStore(repository).ListAsync(["refs/heads"], cancellationToken);
        var start = target is null ? null : branches.GetValueOrDefault(target);
        CheckBranches(findings, branches, target, branchPrefix);
        if (repository.IsShallow)
        {
            findings.Add(
                new RepositoryProblem(
                    Refuses: false,
                    "The repository is shallow, so older work can't be merged.",
                    "Fetch the rest: git fetch --unshallow"
                )
            );
        }
        if ((checkout ?? new WorktreeManager(repository).FindMainCheckout()) is { } place)
        {
            if (await new CommittedOrchestratorFiles(place).FindAsync(worktrees, start, cancellationToken) is var (message, cure))
            {
                findings.Add(Refuse(message, cure));
            }
        }
        if (start is not null)
        {
            var features = await new RepositoryGitFeatureDetector(repository).FindAsync(start, cancellationToken);
            findings.AddRange(
                features
                    .Where(feature => feature.State != GitFeatureSupportLevel.Ok)
                    .Select(feature => new RepositoryProblem(
                        feature.State == GitFeatureSupportLevel.Fail,
                        feature.Message,
                        feature.Cure ?? ""
                    ))
            );
        }
        return new RepositoryReadinessResult(target, start, [.. findings.OrderByDescending(finding => finding.Refuses)]);
    }

    private static void CheckBranches(
        List<RepositoryProblem> findings,
        IReadOnlyDictionary<string, string> branches,
        string? target,
        string branchPrefix
    )
    {
        if (target is not null && !branches.ContainsKey(target))
        {
            findings.Add(
                branches.Count == 0
                    ? Refuse(
                        "The repository has no commits, so a run has no base.",
                        "Create one: git add -A && git commit -m start (or: git commit --allow-empty -m start)"
                    )
                    : Refuse(
                        $"The target branch '{target["refs/heads/".Length..]}' does not exist.",
                        "Name an existing branch: "
                            + $"{string.Join(", ", branches.Keys.Take(5).Select(name => name["refs/heads/".Length..]))}"
                    )
            );
        }
        foreach (var taken in branches.Keys.Where(name => name.Equals("refs/heads/" + branchPrefix, StringComparison.OrdinalIgnoreCase)))
        {
            findings.Add(
                Refuse(
                    $"The branch '{taken["refs/heads/".Length..]}' exists, so git can't create the branches '{branchPrefix}/...' "
                        + "beside it.",
                    $"Rename it: git branch -m {taken["refs/heads/".Length..]} another-name (or set branch_prefix)"
                )
            );
        }
    }

    /// <summary>Finds the branch on which a run would land.</summary>
    /// <param name="target">Short or full name of the branch to land on, or null for the checked-out branch.</param>
    /// <returns>Full ref name, or null if no branch is checked out.</returns>
    public Task<string?> FindTargetAsync(string? target, CancellationToken cancellationToken) =>
        FindTargetAsync(target, [], cancellationToken);

    private void CheckWritable(List<RepositoryProblem> findings)
    {
        try
        {
            OrchestratorFolderCreator.Ensure(repository.OwnDirectory);
            var probe = Path.Combine(repository.OwnDirectory, $"probe-{Guid.NewGuid():N}");
            File.WriteAllText(probe, string.Empty);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            findings.Add(
                Refuse(
                    $"'{repository.CommonDirectory}' can't be written: {e.Message}",
                    "Run as the owner of the repository, on a writable disk with free space."
                )
            );
        }
    }

    private async Task<string?> FindTargetAsync(string? target, List<RepositoryProblem> findings, CancellationToken cancellationToken)
    {
        if (target is not null)
        {
            return target.StartsWith("refs/", StringComparison.Ordinal) ? target : "refs/heads/" + target;
        }
        var place = checkout ?? new WorktreeManager(repository).FindMainCheckout();
        if (place is null)
        {
            return null;
        }
        var output = await repository.ReadAsync(
            place.Call("symbolic-ref", "--quiet", "HEAD") with
            {
                AnswerCodes = [0, 1],
            },
            cancellationToken
        );
        if (output.ExitCode == 0)
        {
            return output.Text;
        }
        findings.Add(
            Refuse(
                $"'{place.Path}' has no branch checked out (detached HEAD), so the target is unknown.",
                "Check out a branch (git switch BRANCH), or specify one with --target BRANCH or git.target."
            )
        );
        return null;
    }

    private static RepositoryProblem Refuse(string message, string cure) => new(Refuses: true, message, cure);
}
