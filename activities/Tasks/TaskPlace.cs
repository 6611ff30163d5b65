using Orchestrator.Activities.Runs;
using Orchestrator.Git;
using Temporalio.Exceptions;

namespace Orchestrator.Activities.Tasks;

/// <summary>Where a task lives: its branch, its worktree, its run's staging branch.</summary>
internal sealed class TaskPlace(GitRepository repository, RunFiles files, string taskId)
{
    public GitRepository Repository { get; } = repository;

    public RunFiles Files { get; } = files;

    public Refs Refs { get; } = new(repository);

    public Worktrees Worktrees { get; } = new(repository);

    public string RunId => Files.Folder.Name;

    public string Branch => RunRefs.Task(Files.Policy, Files.Folder, taskId);

    public string Staging => RunRefs.Staging(Files.Policy, Files.Folder);

    /// <summary>The worktree's absolute path.</summary>
    public string WorktreePath => Path.Combine(Repository.MainCheckout!, Files.Policy.WorktreeDirectory, Files.Folder.Name, taskId);

    /// <summary>Relative to the main checkout.</summary>
    public string RelativePath => Path.GetRelativePath(Repository.MainCheckout!, WorktreePath);

    public async Task<string> StagingTipAsync(CancellationToken stop) => await Refs.ReadAsync(Staging, stop)
        ?? throw new ApplicationFailureException(
            $"The staging branch {RunRefs.Short(Staging)} is gone. Put it back (git branch {RunRefs.Short(Staging)} COMMIT; the reflog has it), then retry the task.",
            "StagingGone", nonRetryable: true);

    public Task<Worktree> EnsureWorktreeAsync(string commit, CancellationToken stop) =>
        Worktrees.EnsureAsync(new WorktreeRequest(WorktreePath, commit) { Branch = Branch, LockReason = $"task {taskId} of {RunId} (orchestrate)" }, stop);
}
