using System.Diagnostics;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Tests;

public sealed class StaleGitLockRemoverTests
{
    private const string Branch = "refs/heads/orchestrator/run-1/t/one";

    [Fact]
    public async Task Remove_LocksOfADeadGitInTheWorktree_AreGoneAndThoseOfOthersStay()
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("one");
        var other = await opened.TaskWorktreeAsync("two");
        var common = opened.Repository.CommonDirectory;
        string[] own =
        [
            Path.Combine(worktree.AdminDirectory, "index.lock"),
            Path.Combine(worktree.AdminDirectory, "HEAD.lock"),
            Path.Combine(common, Branch + ".lock"),
        ];
        string[] others =
        [
            Path.Combine(other.AdminDirectory, "index.lock"),
            Path.Combine(common, "refs/heads/main.lock"),
            Path.Combine(common, "packed-refs.lock"),
        ];
        foreach (var path in own.Concat(others))
        {
            await File.WriteAllTextAsync(path, "");
        }

        var removed = StaleGitLockRemover.Remove(worktree, Branch);

        Assert.Equal(own.Order(StringComparer.Ordinal), removed.Order(StringComparer.Ordinal));
        Assert.All(own, path => Assert.False(File.Exists(path)));
        Assert.All(others, path => Assert.True(File.Exists(path)));
    }

    [Fact]
    public async Task Remove_SomebodyHasItOpen_ItStays()
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("one");
        var held = Path.Combine(worktree.AdminDirectory, "index.lock");
        var start = new ProcessStartInfo("sh")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"exec 3> '{held}'; echo open; read line");
        using var holder = Process.Start(start)!;
        Assert.Equal("open", await holder.StandardOutput.ReadLineAsync());

        Assert.Empty(StaleGitLockRemover.Remove(worktree, Branch));
        Assert.True(File.Exists(held), "somebody works with it");

        await holder.StandardInput.WriteLineAsync("end");
        await holder.WaitForExitAsync();
        Assert.Equal([held], StaleGitLockRemover.Remove(worktree, Branch));
    }
}
