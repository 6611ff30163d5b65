namespace Orchestrator.Git.Tests;

public sealed class DeletionProofTests
{
    [Fact]
    public async Task CheckCommit_MergedSupersededOrNeither_IsTold()
    {
        using var opened = await Opened.CreateAsync();
        var proof = new DeletionProof(opened.Repository);
        var merged = await opened.HeadAsync();
        var side = await opened.Files.CommitOnBranchAsync("side", "main", "precious", ("p", "p"));

        Assert.True((await proof.CheckCommitAsync(merged, ["refs/heads/main"], [])).IsProven);
        Assert.True((await proof.CheckCommitAsync(side, ["refs/heads/main"], [side])).IsProven);
        var lost = await proof.CheckCommitAsync(side, ["refs/heads/main"], []);
        Assert.False(lost.IsProven);
        Assert.Contains("precious", lost.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckCommit_SnapshotWithTheFilesOfAKeptCommit_MayGo()
    {
        using var opened = await Opened.CreateAsync();
        var proof = new DeletionProof(opened.Repository);
        var worktree = await opened.TaskWorktreeAsync("t");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "f"), "x");
        var start = await opened.HeadAsync();
        var snapshot = await opened.Snapshots.SaveAsync(worktree, "refs/orchestrator/wip/run-1/t", "wip", new CommitTrailers("run-1", "t", 1));

        Assert.False((await proof.CheckCommitAsync(snapshot.Commit, ["refs/heads/main"], [])).IsProven);
        await opened.Snapshots.CommitAsync(worktree, "refs/heads/orchestrator/run-1/t/t", [start], "work", new CommitTrailers("run-1", "t", 1));
        Assert.True((await proof.CheckCommitAsync(snapshot.Commit, ["refs/heads/main", "refs/heads/orchestrator/run-1/t/t"], [])).IsProven);
    }

    [Fact]
    public async Task CheckWorktree_UntrackedWork_IsNotProven()
    {
        using var opened = await Opened.CreateAsync();
        var proof = new DeletionProof(opened.Repository);
        var worktree = await opened.TaskWorktreeAsync("t");

        Assert.True((await proof.CheckWorktreeAsync(worktree, ["refs/heads/main"], [])).IsProven);
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "work"), "x");
        Assert.False((await proof.CheckWorktreeAsync(worktree, ["refs/heads/main"], [])).IsProven);
    }
}
