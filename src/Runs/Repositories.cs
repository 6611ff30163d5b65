using Orchestrator.Git;
using Orchestrator.Git.Program;

namespace Orchestrator.Runs;

/// <summary>Repositories that runs can work in.</summary>
public static class Repositories
{
    /// <summary>Opens a repository that must have a main checkout, because worktrees, plans and landing belong to it.</summary>
    public static async Task<GitRepository> OpenAsync(string path)
    {
        var repository = await GitRepositories.OpenRecoveredAsync(path);
        return repository.MainCheckout is not null
            ? repository
            : throw new StepException(
                $"'{path}' is a bare repository: it has no checkout for the plan and the worktrees. Clone it (git clone {path} WORK) and run there.",
                "InvalidInput");
    }
}
