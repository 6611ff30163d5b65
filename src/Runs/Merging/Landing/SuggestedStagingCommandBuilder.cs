using Orchestrator.Git.Refs;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>
/// Creates the commands with which a user changes staging in a separate worktree, so that the user's checkout keeps its branch and
/// uncommitted changes. If staging is already checked out, the commands use that checkout, because git allows only one checkout of a
/// branch.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="runId">Id of the run, which becomes part of the worktree's name.</param>
/// <param name="staging">Short name of the staging branch.</param>
internal sealed class SuggestedStagingCommandBuilder(GitRepository repository, string runId, string staging)
{
    /// <summary>Commands that open staging for editing, followed by an instruction to commit there.</summary>
    public string Edit =>
        Checkout is { } path
            ? $"edit and commit in {ChildProcessOptions.Quote(path)}, which has {staging} checked out"
            : $"git worktree add {Folder} {staging}; edit and commit there";

    /// <summary>Returns the commands that merge a branch or commit into staging.</summary>
    /// <param name="commit">The branch or commit.</param>
    public string Merge(string commit) =>
        Checkout is { } path
            ? $"git -C {ChildProcessOptions.Quote(path)} merge {commit}"
            : $"git worktree add {Folder} {staging}; git -C {Folder} merge {commit}";

    private string? Checkout => new CheckedOutBranchProtector(repository).Of($"refs/heads/{staging}") is [var path, ..] ? path : null;

    private string Folder => $"../{runId}-fix";
}
