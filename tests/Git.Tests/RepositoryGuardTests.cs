using System.Collections.Concurrent;

namespace Orchestrator.Git.Tests;

public sealed class RepositoryGuardTests
{
    private const string Run = "refs/heads/orchestrator/run-1";
    private const string Staging = Run + "/staging";
    private const string OwnBranch = Run + "/t/agent";

    [Fact]
    public async Task Compare_OnlyOurOwnWork_FindsNothing()
    {
        using var guarded = await GuardedAsync();
        var opened = guarded.Opened;
        var head = await opened.HeadAsync();
        var next = await opened.Commits.CreateAsync(head + "^{tree}", [head], "next", null);

        await opened.Refs.UpdateAsync([new RefChange(Staging, next, head)], "merge");
        await opened.Refs.UpdateAsync([new RefChange("refs/orchestrator/wip/run-1/x", next, null)], "wip");
        await opened.Refs.UpdateAsync([new RefChange(Staging, head, head)], "lost race");
        await opened.TaskWorktreeAsync("third");
        await opened.Worktrees.RemoveAsync(opened.Files[".worktrees/run-1/third"]);
        await opened.Worktrees.ExcludeAsync(["/.worktrees/"]);
        await opened.Files.GitAsync("config", "branch.main.remote", "origin");
        await opened.Files.GitInAsync(guarded.Worktree.Path, "commit", "--quiet", "--allow-empty", "-m", "the agent's own");

        Assert.Empty(await guarded.CompareAsync());
    }

    /// <summary>Git does so by itself after a commit of the user's in a repository with many objects.</summary>
    [Fact]
    public async Task Compare_RepositoryTidiedUpByGit_FindsNothing()
    {
        using var guarded = await GuardedAsync();
        await guarded.Opened.Files.GitAsync("gc", "--quiet", "--prune=now");

        Assert.True(File.Exists(Path.Combine(guarded.Opened.Repository.CommonDirectory, "info", "refs")), "git writes a list of the refs");
        Assert.Empty(await guarded.CompareAsync());
    }

    [Fact]
    public async Task PutBack_RefsMovedDeletedMadeAndReplaced_AreAsBefore()
    {
        using var guarded = await GuardedAsync();
        var opened = guarded.Opened;
        var head = await opened.HeadAsync();
        await opened.Refs.UpdateAsync([new RefChange(Run + "/t/done", head, null), new RefChange(Run + "/t/link", head, null)], "made");
        var evil = await opened.Files.CommitOnBranchAsync("evil", "main", "evil");
        await opened.Files.GitAsync("update-ref", Staging, evil);
        await opened.Files.GitAsync("update-ref", "-d", Run + "/t/done");
        await opened.Files.GitAsync("symbolic-ref", Run + "/t/link", "refs/heads/main");
        await opened.Files.GitAsync("update-ref", Run + "/t/forged", evil);

        var changes = await guarded.CompareAsync();
        await guarded.Guard.PutBackAsync(changes);

        Assert.Equal(
            [Staging + " was changed", Run + "/t/done was removed", Run + "/t/forged was added", Run + "/t/link was changed"],
            changes.Select(change => change.ToString()).OrderBy(text => text, StringComparer.Ordinal));
        Assert.Equal(head, await opened.Refs.ReadAsync(Staging));
        Assert.Equal(head, await opened.Refs.ReadAsync(Run + "/t/done"));
        Assert.Equal(head, await opened.Refs.ReadAsync(Run + "/t/link"));
        Assert.Null(await opened.Refs.ReadAsync(Run + "/t/forged"));
        Assert.Equal(evil, await opened.Refs.ReadAsync(guarded.Guard.KeptAt(changes.Single(change => change.Name == Staging))!));
        Assert.Equal(head, await opened.Refs.ReadAsync("refs/heads/main"));
        Assert.Empty(await guarded.CompareAsync());
    }

    [Fact]
    public async Task PutBack_ConfigHooksInfoAndOtherWorktrees_AreAsBefore()
    {
        using var guarded = await GuardedAsync();
        var opened = guarded.Opened;
        var common = opened.Repository.CommonDirectory;
        var other = Path.GetRelativePath(common, guarded.Other.AdminDirectory);
        string[] names = ["config", "hooks/post-commit", "info/attributes", Path.Combine(other, "HEAD"), Path.Combine(other, "gitdir")];
        var config = await File.ReadAllTextAsync(Path.Combine(common, "config"));
        await opened.Files.GitAsync("config", "core.hooksPath", "/tmp/evil");
        foreach (var name in names.Skip(1))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(common, name))!);
            await File.WriteAllTextAsync(Path.Combine(common, name), "evil\n");
        }

        var changes = await guarded.CompareAsync();
        await guarded.Guard.PutBackAsync(changes);

        Assert.Equal(names.Order(StringComparer.Ordinal), changes.Select(change => change.Name).Order(StringComparer.Ordinal));
        Assert.Equal(config, await File.ReadAllTextAsync(Path.Combine(common, "config")));
        Assert.False(File.Exists(Path.Combine(common, "hooks/post-commit")));
        Assert.Equal("evil\n", await File.ReadAllTextAsync(guarded.Guard.KeptAt(changes.Single(change => change.Name == "hooks/post-commit"))!));
        Assert.Equal("refs/heads/orchestrator/run-1/t/other", (await WorktreeStatus.ReadAsync(guarded.Other)).Branch);
        Assert.Empty(await guarded.CompareAsync());
    }

    [Fact]
    public async Task PutBack_StashPopped_ComesBackAndNewOnesStay()
    {
        using var opened = await Opened.CreateAsync();
        opened.Files.Write("README.md", "precious");
        await opened.Files.GitAsync("stash", "push", "--quiet", "-m", "the user's");
        using var guarded = await GuardedAsync(opened);
        await opened.Files.GitInAsync(guarded.Worktree.Path, "stash", "drop", "--quiet");
        opened.Files.Write("README.md", "another");
        await opened.Files.GitAsync("stash", "push", "--quiet", "-m", "newer");

        var changes = await guarded.CompareAsync();
        await guarded.Guard.PutBackAsync(changes);

        Assert.Equal(ForeignChangeKind.Stash, Assert.Single(changes).Kind);
        var list = await opened.Files.GitAsync("stash", "list");
        Assert.Contains("stash@{0}: On main: newer", list, StringComparison.Ordinal);
        Assert.Contains("stash@{1}: On main: the user's", list, StringComparison.Ordinal);
        Assert.Equal("precious", await opened.Files.GitAsync("show", "stash@{1}:README.md"));
        Assert.Equal("another", await opened.Files.GitAsync("show", "stash@{0}:README.md"));
    }

    [Fact]
    public async Task Compare_UsersNewStash_IsNotForeign()
    {
        using var guarded = await GuardedAsync();
        guarded.Opened.Files.Write("README.md", "user's");

        await guarded.Opened.Files.GitAsync("stash", "push", "--quiet");

        Assert.Empty(await guarded.CompareAsync());
    }

    [Fact]
    public async Task Compare_WorktreesComeFromThePoolAndGoBack_FindsNothing()
    {
        using var opened = await Opened.CreateAsync();
        var head = await opened.HeadAsync();
        var pool = new WorktreePool(opened.Files[".worktrees/.pool"]);
        var waiting = await opened.TaskWorktreeAsync("waiting");
        await opened.Worktrees.ReturnAsync(waiting.Path, pool);
        var gates = await opened.Worktrees.EnsureAsync(new WorktreeRequest(opened.Files.Beside("verify-1"), head));
        using var guarded = await GuardedAsync(opened);

        var next = await opened.Files.CommitAsync("next", ("b", "2"));
        await opened.Worktrees.CheckOutAsync(gates, next);
        await opened.Worktrees.EnsureAsync(new WorktreeRequest(opened.Files[".worktrees/run-1/new"], next) { Branch = Run + "/t/new", Pool = pool });
        await opened.Worktrees.ReturnAsync(guarded.Other.Path, pool);
        Assert.Empty(await guarded.CompareAsync());
        await opened.Worktrees.EnsureAsync(new WorktreeRequest(opened.Files[".worktrees/run-1/last"], next) { Branch = Run + "/t/last", Pool = pool });

        Assert.Empty(await guarded.CompareAsync());
    }

    [Fact]
    public async Task PutBack_MarkerOfAnotherWorktreeRemoved_ItIsReadyAgain()
    {
        using var guarded = await GuardedAsync();
        File.Delete(Path.Combine(guarded.Other.AdminDirectory, "orchestrator-ready"));

        var changes = await guarded.CompareAsync();
        await guarded.Guard.PutBackAsync(changes);

        Assert.Contains("orchestrator-ready was removed", Assert.Single(changes).ToString(), StringComparison.Ordinal);
        Assert.NotNull(guarded.Opened.Worktrees.Find(guarded.Other.Path));
    }

    [Fact]
    public async Task PutBack_UsersBranchesMovedToTheAgentsCommit_AreAsBeforeAndTheUsersOwnMovesStay()
    {
        using var guarded = await GuardedAsync();
        var opened = guarded.Opened;
        var head = await opened.HeadAsync();
        await opened.Files.GitAsync("branch", "feature");
        await opened.Files.GitInAsync(guarded.Worktree.Path, "commit", "--quiet", "--allow-empty", "-m", "by the agent");
        await opened.Files.GitInAsync(guarded.Worktree.Path, "update-ref", "refs/heads/main", "HEAD");
        await opened.Files.GitInAsync(guarded.Worktree.Path, "tag", "v9");
        var users = await opened.Files.CommitOnBranchAsync("feature", "feature", "by the user");
        await opened.Files.GitInAsync(guarded.Worktree.Path, "checkout", "--quiet", "--detach", users);

        var changes = await guarded.CompareAsync();
        await guarded.Guard.PutBackAsync(changes);

        Assert.Equal(["refs/heads/main was changed", "refs/tags/v9 was added"], changes.Select(change => change.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(head, await opened.Refs.ReadAsync("refs/heads/main"));
        Assert.Null(await opened.Refs.ReadAsync("refs/tags/v9"));
        Assert.Equal(users, await opened.Refs.ReadAsync("refs/heads/feature"));
        Assert.Empty(await guarded.CompareAsync());
    }

    [Fact]
    public async Task Restore_OthersOfUsMakeMoveAndReturnWorktrees_NothingIsForeign()
    {
        using var opened = await Opened.CreateAsync();
        var head = await opened.HeadAsync();
        var pool = new WorktreePool(opened.Files.Beside("pool"));
        var named = new ConcurrentBag<string>();

        await Task.WhenAll(Enumerable.Range(0, 6).Select(async number =>
        {
            for (var round = 0; round < 4; round++)
            {
                var name = $"t{number}-{round}";
                var branch = $"{Run}/t/{name}";
                var worktree = await opened.Worktrees.EnsureAsync(
                    new WorktreeRequest(opened.Files.Beside(name), head) { Branch = branch, LockReason = "test", Pool = pool });
                var guard = new RepositoryGuard(opened.Repository, opened.Files.Beside("guard"));
                var record = opened.Files.Beside($"{name}.json");
                await guard.RecordAsync(worktree, record);
                var commit = await opened.Commits.CreateAsync(await opened.Files.GitAsync("rev-parse", $"{head}^{{tree}}"), [head], name, null);
                Assert.True((await opened.Refs.UpdateAsync([new RefChange(branch, commit, head)], name)).Done);
                await guard.RestoreAsync(worktree, branch, record, [Run], found => named.Add($"{name}: {string.Join(", ", found)}"));
                await opened.Worktrees.ReturnAsync(worktree.Path, pool);
                Assert.True((await opened.Refs.UpdateAsync([new RefChange(branch, null, commit)], "released")).Done);
            }
        }));

        Assert.Empty(named);
    }

    private static async Task<Guarded> GuardedAsync(Opened? opened = null)
    {
        opened ??= await Opened.CreateAsync();
        await opened.Refs.UpdateAsync([new RefChange(Staging, await opened.HeadAsync(), null)], "begin");
        var worktree = await opened.TaskWorktreeAsync("agent");
        var other = await opened.TaskWorktreeAsync("other");
        var guard = new RepositoryGuard(opened.Repository, opened.Files.Beside("guard"));
        await guard.RecordAsync(worktree, opened.Files.Beside("record.json"));
        return new Guarded(opened, worktree, other, guard);
    }

    private sealed record Guarded(Opened Opened, Worktree Worktree, Worktree Other, RepositoryGuard Guard) : IDisposable
    {
        internal Task<IReadOnlyList<ForeignChange>> CompareAsync() =>
            Guard.CompareAsync(Worktree, OwnBranch, Opened.Files.Beside("record.json"), [Run, "refs/orchestrator/wip/run-1"]);

        public void Dispose() => Opened.Dispose();
    }
}
