using Orchestrator.Git.Guard;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Tests;

public sealed class WorktreePoolTests
{
    [Fact]
    public async Task Ensure_FromThePool_HasExactlyTheWantedFiles()
    {
        using var opened = await Opened.CreateAsync();
        var first = await opened.Files.CommitAsync("first", (".gitignore", "/kept/\n/cache/\n"), ("a", "1"));
        var second = await opened.Files.CommitAsync("second", ("a", "2"), ("b", "2"));
        var pool = new WorktreePool(opened.Files[".worktrees/.pool"]) { Keep = ["/kept/"], KeepKey = "k" };
        var used = await opened.Worktrees.EnsureAsync(Request(opened, "used", first));
        foreach (var file in (string[])["kept/x", "cache/x", "untracked"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(used.Path, file))!);
            await File.WriteAllTextAsync(Path.Combine(used.Path, file), "x");
        }

        await File.WriteAllTextAsync(Path.Combine(used.Path, "a"), "changed");
        await opened.Worktrees.ReturnAsync(used.Path, pool, WorktreeDiscardPermit.OfOurMaking(used.Path));
        Assert.False(Directory.Exists(used.Path));

        var again = await opened.Worktrees.EnsureAsync(Request(opened, "again", second) with { Pool = pool });

        Assert.Equal(used.AdminDirectory, again.AdminDirectory);
        Assert.Empty(Directory.EnumerateDirectories(pool.Folder));
        Assert.Empty((await WorktreeStatus.ReadAsync(again)).Entries);
        Assert.Equal("2", await File.ReadAllTextAsync(Path.Combine(again.Path, "a")));
        Assert.True(File.Exists(Path.Combine(again.Path, "kept/x")));
        Assert.False(Directory.Exists(Path.Combine(again.Path, "cache")));
        var listed = (await opened.Worktrees.ListAsync()).Single(info => info.Path == again.Path);
        Assert.Equal("refs/heads/orchestrator/run-1/t/again", listed.Branch);
        Assert.True(listed.IsLocked);
        Assert.Equal(second, await opened.Files.GitInAsync(again.Path, "rev-parse", "HEAD"));
    }

    [Fact]
    public async Task Ensure_LockFilesChanged_KeepsNothing()
    {
        using var opened = await Opened.CreateAsync();
        var start = await opened.Files.CommitAsync("first", (".gitignore", "/kept/\n"));
        var pool = new WorktreePool(opened.Files[".worktrees/.pool"]) { Keep = ["/kept/"], KeepKey = "old" };
        var used = await opened.Worktrees.EnsureAsync(Request(opened, "used", start));
        Directory.CreateDirectory(Path.Combine(used.Path, "kept"));
        await opened.Worktrees.ReturnAsync(used.Path, pool, WorktreeDiscardPermit.OfOurMaking(used.Path));

        var again = await opened.Worktrees.EnsureAsync(Request(opened, "again", start) with { Pool = pool with { KeepKey = "new" } });

        Assert.Equal(used.AdminDirectory, again.AdminDirectory);
        Assert.False(Directory.Exists(Path.Combine(again.Path, "kept")));
    }

    [Fact]
    public async Task Return_EndedInTheMiddle_IsNoChangeToTheGuardAndLeavesNothing()
    {
        using var opened = await Opened.CreateAsync();
        var used = await opened.TaskWorktreeAsync("used");
        var other = await opened.TaskWorktreeAsync("other");
        var guard = new SharedGitStateProtector(opened.Repository, opened.Files.Beside("store"));
        var record = opened.Files.Beside("record");
        await guard.RecordAsync(other, record);

        // A folder can't be moved into itself: all is as after a crash before that step.
        var pool = new WorktreePool(Path.Combine(used.Path, "pool"));
        await Assert.ThrowsAsync<IOException>(() =>
            opened.Worktrees.ReturnAsync(used.Path, pool, WorktreeDiscardPermit.OfOurMaking(used.Path))
        );
        await opened.Worktrees.RemoveUnfinishedAsync(opened.Files[".worktrees"]);

        Assert.Empty(await guard.CompareAsync(other, record, "refs/heads/orchestrator"));
        Assert.False(Directory.Exists(used.Path));
        await opened.Worktrees.ReturnAsync(other.Path, pool, WorktreeDiscardPermit.OfOurMaking(other.Path));
        Assert.False(Directory.Exists(used.AdminDirectory));
        Assert.True(Directory.Exists(other.AdminDirectory));
    }

    [Theory]
    [InlineData("--assume-unchanged")]
    [InlineData("--skip-worktree")]
    public async Task Return_FilesHiddenFromGit_IsNotUsedAgain(string flag)
    {
        using var opened = await Opened.CreateAsync();
        var pool = new WorktreePool(opened.Files[".worktrees/.pool"]);
        var used = await opened.TaskWorktreeAsync("used");
        await opened.Files.GitInAsync(used.Path, "update-index", flag, "README.md");
        await File.WriteAllTextAsync(Path.Combine(used.Path, "README.md"), "planted");

        await opened.Worktrees.ReturnAsync(used.Path, pool, WorktreeDiscardPermit.OfOurMaking(used.Path));
        var again = await opened.Worktrees.EnsureAsync(Request(opened, "again", await opened.HeadAsync()) with { Pool = pool });

        Assert.Equal("# Test\n", await File.ReadAllTextAsync(Path.Combine(again.Path, "README.md")));
    }

    [Fact]
    public async Task Return_MoreThanCapacity_IsRemoved()
    {
        using var opened = await Opened.CreateAsync();
        var pool = new WorktreePool(opened.Files[".worktrees/.pool"]) { Capacity = 1 };
        var one = await opened.TaskWorktreeAsync("one");
        var two = await opened.TaskWorktreeAsync("two");

        await opened.Worktrees.ReturnAsync(one.Path, pool, WorktreeDiscardPermit.OfOurMaking(one.Path));
        await opened.Worktrees.ReturnAsync(two.Path, pool, WorktreeDiscardPermit.OfOurMaking(two.Path));

        Assert.Single(Directory.EnumerateDirectories(pool.Folder));
        Assert.Equal(2, (await opened.Worktrees.ListAsync()).Count);
    }

    [Fact]
    public async Task Ensure_PoolLeftHalfDoneByACrash_IsCleanedAndANewOneMade()
    {
        using var opened = await Opened.CreateAsync();
        var pool = new WorktreePool(opened.Files[".worktrees/.pool"]);
        var used = await opened.TaskWorktreeAsync("used");
        await opened.Worktrees.ReturnAsync(used.Path, pool, WorktreeDiscardPermit.OfOurMaking(used.Path));
        foreach (var marker in Directory.EnumerateFiles(used.AdminDirectory, "orchestrator-*"))
        {
            File.Delete(marker);
        }

        Directory.CreateDirectory(Path.Combine(pool.Folder, "unknown"));
        var again = await opened.Worktrees.EnsureAsync(Request(opened, "again", await opened.HeadAsync()) with { Pool = pool });

        Assert.Empty(Directory.EnumerateDirectories(pool.Folder));
        Assert.True(File.Exists(Path.Combine(again.Path, "README.md")));
        Assert.Equal(2, (await opened.Worktrees.ListAsync()).Count);
    }

    [Fact]
    public async Task Return_ItsBranch_CanBeCheckedOutElsewhere()
    {
        using var opened = await Opened.CreateAsync();
        var used = await opened.TaskWorktreeAsync("used");

        await opened.Worktrees.ReturnAsync(
            used.Path,
            new WorktreePool(opened.Files[".worktrees/.pool"]),
            WorktreeDiscardPermit.OfOurMaking(used.Path)
        );

        Assert.NotNull(await opened.TaskWorktreeAsync("used"));
    }

    private static WorktreeRequest Request(Opened opened, string name, string commit) =>
        new(opened.Files[$".worktrees/run-1/{name}"], commit) { Branch = $"refs/heads/orchestrator/run-1/t/{name}" };
}
