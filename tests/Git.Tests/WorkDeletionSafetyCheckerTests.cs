using Orchestrator.Git.Commits;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Tests;

public sealed class WorkDeletionSafetyCheckerTests
{
    [Fact]
    public async Task CheckCommit_MergedSupersededOrNeither_IsTold()
    {
        using var opened = await Opened.CreateAsync();
        var proof = new WorkDeletionSafetyChecker(opened.Repository);
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
        var proof = new WorkDeletionSafetyChecker(opened.Repository);
        var worktree = await opened.TaskWorktreeAsync("t");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "f"), "x");
        var start = await opened.HeadAsync();
        var snapshot = await opened.Snapshots.SaveAsync(
            worktree,
            "refs/orchestrator/wip/run-1/t",
            "wip",
            new CommitTrailers("run-1", "t", 1),
            "refs/orchestrator/kept/run-1/t"
        );

        Assert.False((await proof.CheckCommitAsync(snapshot.Commit, ["refs/heads/main"], [])).IsProven);
        await opened.Snapshots.CommitAsync(
            worktree,
            "refs/heads/orchestrator/run-1/t/t",
            [start],
            "work",
            new CommitTrailers("run-1", "t", 1)
        );
        Assert.True((await proof.CheckCommitAsync(snapshot.Commit, ["refs/heads/main", "refs/heads/orchestrator/run-1/t/t"], [])).IsProven);
    }

    [Fact]
    public async Task CheckWorktree_UntrackedWork_IsNotProven()
    {
        using var opened = await Opened.CreateAsync();
        var proof = new WorkDeletionSafetyChecker(opened.Repository);
        var worktree = await opened.TaskWorktreeAsync("t");

        Assert.True((await proof.CheckWorktreeAsync(worktree, ["refs/heads/main"], [])).IsProven);
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "work"), "x");
        Assert.False((await proof.CheckWorktreeAsync(worktree, ["refs/heads/main"], [])).IsProven);
    }

    [Theory]
    [InlineData("content")]
    [InlineData("mode")]
    [InlineData("gone")]
    [InlineData("new in a new folder")]
    [InlineData("link")]
    [InlineData("staged")]
    public async Task CheckWorktree_CommittedAndTouchedSince_IsNotProven(string what)
    {
        using var opened = await Opened.CreateAsync();
        var start = await opened.HeadAsync();
        var worktree = await opened.TaskWorktreeAsync("t");
        var file = Path.Combine(worktree.Path, "folder", "work");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, "done");
        var made = await opened.Snapshots.CommitAsync(
            worktree,
            "refs/heads/orchestrator/run-1/t/t",
            [start],
            "work",
            new CommitTrailers("run-1", "t", 1)
        );
        var proof = new WorkDeletionSafetyChecker(opened.Repository);
        Assert.True((await proof.CheckWorktreeAsync(worktree, [made.Commit], [])).IsProven);
        switch (what)
        {
            case "content":
                // Same size, and its time put back.
                var time = File.GetLastWriteTimeUtc(file);
                await File.WriteAllTextAsync(file, "abcd");
                File.SetLastWriteTimeUtc(file, time);
                break;
            case "mode":
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                break;
            case "gone":
                File.Delete(file);
                break;
            case "new in a new folder":
                Directory.CreateDirectory(file + ".folder");
                await File.WriteAllTextAsync(Path.Combine(file + ".folder", "x"), "x");
                break;
            case "link":
                File.Delete(file);
                File.CreateSymbolicLink(file, "../README.md");
                break;
            default:
                await opened.Files.GitAsync("-C", worktree.Path, "rm", "--cached", "--quiet", "README.md");
                break;
        }

        Assert.False((await proof.CheckWorktreeAsync(worktree, [made.Commit], [])).IsProven);
    }
}
