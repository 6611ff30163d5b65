using System.Collections.Concurrent;
using Orchestrator.Git.Guard;
using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;
using Orchestrator.Processes;

namespace Orchestrator.Git.Tests;

public sealed class SharedGitStateProtectorTests
{
    private const string Run = "refs/heads/orchestrator/run-1";
    private const string Staging = Run + "/staging";

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
        await opened.Worktrees.RemoveAsync(
            opened.Files[".worktrees/run-1/third"],
            permit: WorktreeDiscardPermit.OfOurMaking(opened.Files[".worktrees/run-1/third"])
        );
        CheckoutExcludes.Ensure(opened.Files.Path, ["/.worktrees/"]);
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

    /// <summary>Each step that uses one of our refs knows from the run's record where it has to be.</summary>
    [Fact]
    public async Task Compare_RefsOfOursMoved_AreNotItsConcern()
    {
        using var guarded = await GuardedAsync();
        var evil = await guarded.Opened.Files.CommitOnBranchAsync("evil", "main", "evil");
        await guarded.Opened.Files.GitAsync("update-ref", Staging, evil);

        Assert.Empty(await guarded.CompareAsync());
    }

    /// <summary>
    /// Changes of a concurrent agent to its own branch and head belong to that agent, so this agent is not blamed and nothing is undone.
    /// </summary>
    [Theory]
    [InlineData("commit --quiet --allow-empty -m more")]
    [InlineData("commit --quiet --allow-empty --amend -m other")]
    [InlineData("checkout --quiet -b mine")]
    [InlineData("checkout --quiet --detach")]
    [InlineData("reset --quiet --hard HEAD~1")]
    [InlineData("branch -m renamed")]
    [InlineData("config --worktree core.abbrev 8")]
    public async Task Compare_AnotherAgentWorksOnItsOwnBranch_FindsNothing(string command)
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.CommitAsync("second", ("a", "1"));
        await opened.Files.GitAsync("config", "extensions.worktreeConfig", "true");
        using var guarded = await GuardedAsync(opened);

        await opened.Files.GitInAsync(guarded.Other.Path, command.Split(' '));

        Assert.Empty(await guarded.CompareAsync());
    }

    [Fact]
    public async Task PutBack_HookAttributesAndSettingsThatRunPrograms_ArePutAsideAndAPersonTakesThemBack()
    {
        using var guarded = await GuardedAsync();
        var opened = guarded.Opened;
        var common = opened.Repository.CommonDirectory;
        await opened.Files.GitAsync("config", "core.hooksPath", "/tmp/evil");
        await opened.Files.GitAsync("config", "alias.st", "!evil");
        await opened.Files.GitAsync("config", "alias.ci", "commit");
        await opened.Files.GitAsync("config", "user.name", "Somebody");
        string[] files = ["hooks/post-commit", "info/attributes"];
        foreach (var name in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(common, name))!);
            await File.WriteAllTextAsync(Path.Combine(common, name), "evil\n");
        }

        var changes = await guarded.CompareAsync();
        await guarded.Guard.PutBackAsync(changes, "agent of run-1");

        Assert.Equal(
            ["config:alias.st", "config:core.hookspath", .. files],
            changes
                .Where(change => change.Kind == SharedGitStateDifferenceKind.Program)
                .Select(change => change.Name)
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            ["config:alias.ci", "config:user.name"],
            changes.Where(change => change.IsLeft).Select(change => change.Name).Order(StringComparer.Ordinal)
        );
        Assert.Equal("Somebody", await opened.Files.GitAsync("config", "user.name"));
        Assert.Equal("commit", await opened.Files.GitAsync("config", "alias.ci"));
        Assert.DoesNotContain("evil", await File.ReadAllTextAsync(Path.Combine(common, "config")), StringComparison.Ordinal);
        Assert.All(files, name => Assert.False(File.Exists(Path.Combine(common, name))));
        Assert.DoesNotContain(await guarded.CompareAsync(), change => !change.IsLeft);

        var aside = new BlockedGitHookOrSettingStore(opened.Repository);
        Assert.Equal(4, aside.List().Count);
        Assert.All(aside.List(), item => Assert.Equal("agent of run-1", item.While));
        foreach (var item in aside.List())
        {
            await aside.AcceptAsync(item);
        }

        Assert.Empty(aside.List());
        Assert.Equal("/tmp/evil", await opened.Files.GitAsync("config", "core.hooksPath"));
        Assert.Equal("!evil", await opened.Files.GitAsync("config", "alias.st"));
        Assert.All(files, name => Assert.Equal("evil\n", File.ReadAllText(Path.Combine(common, name))));

        // Agents that began before it was accepted find it when they end.
        Assert.DoesNotContain(await guarded.CompareAsync(), change => !change.IsLeft);
    }

    [Fact]
    public async Task PutBack_HookOfTheUserChanged_TheUsersIsBackAndTheOtherWaits()
    {
        using var opened = await Opened.CreateAsync();
        var hook = Path.Combine(opened.Repository.CommonDirectory, "hooks", "pre-commit");
        Directory.CreateDirectory(Path.GetDirectoryName(hook)!);
        await File.WriteAllTextAsync(hook, "#!/bin/sh\n");
        File.SetUnixFileMode(hook, (UnixFileMode)0b111_101_101);
        using var guarded = await GuardedAsync(opened);
        await File.WriteAllTextAsync(hook, "#!/bin/sh\nevil\n");

        await guarded.Guard.PutBackAsync(await guarded.CompareAsync(), "test");

        Assert.Equal("#!/bin/sh\n", await File.ReadAllTextAsync(hook));
        Assert.True(File.GetUnixFileMode(hook).HasFlag(UnixFileMode.UserExecute), "still executable");
        Assert.Equal("hooks/pre-commit", Assert.Single(new BlockedGitHookOrSettingStore(opened.Repository).List()).Name);
    }

    /// <summary>
    /// The record is not synced, so a power cut may remove or truncate it. In that case nothing is known and nothing may be undone.
    /// </summary>
    [Theory]
    [InlineData("store")]
    [InlineData("record")]
    [InlineData("torn record")]
    public async Task PutBack_RecordLostOrTorn_UndoesNothing(string lost)
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.GitAsync("config", "credential.helper", new string('x', 1000)); // Large enough to be in the store.
        await opened.Files.GitAsync("config", "core.pager", "less");
        using var guarded = await GuardedAsync(opened);
        await opened.Files.GitAsync("config", "core.editor", "vi");
        var config = await opened.Files.GitAsync("config", "--list", "--local");
        var record = opened.Files.Beside("record.json");
        if (lost == "store")
        {
            foreach (var file in Directory.EnumerateFiles(opened.Files.Beside("guard")))
            {
                await File.WriteAllTextAsync(file, "torn");
            }
        }
        else
        {
            await File.WriteAllTextAsync(record, lost == "record" ? string.Empty : (await File.ReadAllTextAsync(record))[..40]);
        }

        await guarded.Guard.PutBackAsync(await guarded.CompareAsync(), "test");

        Assert.Equal(config, await opened.Files.GitAsync("config", "--list", "--local"));
    }

    [Fact]
    public async Task PutBack_HooksFolderReplacedByALink_TheLinkGoesAndWhatItLeadsToStays()
    {
        using var guarded = await GuardedAsync();
        var common = guarded.Opened.Repository.CommonDirectory;
        var elsewhere = guarded.Opened.Files.Beside("precious");
        Directory.CreateDirectory(elsewhere);
        await File.WriteAllTextAsync(Path.Combine(elsewhere, "file"), "precious");
        if (Directory.Exists(Path.Combine(common, "hooks")))
        {
            Directory.Delete(Path.Combine(common, "hooks"), recursive: true);
        }

        Directory.CreateSymbolicLink(Path.Combine(common, "hooks"), elsewhere);

        await guarded.Guard.PutBackAsync(await guarded.CompareAsync(), "test");

        Assert.Null(new DirectoryInfo(Path.Combine(common, "hooks")).LinkTarget);
        Assert.Equal("precious", await File.ReadAllTextAsync(Path.Combine(elsewhere, "file")));
    }

    [Fact]
    public async Task PutBack_WiringOfAnotherWorktree_IsAsBefore()
    {
        using var guarded = await GuardedAsync();
        var wiring = Path.Combine(guarded.Other.AdminDirectory, "gitdir");
        var before = await File.ReadAllTextAsync(wiring);
        await File.WriteAllTextAsync(wiring, "evil\n");

        var changes = await guarded.CompareAsync();
        await guarded.Guard.PutBackAsync(changes, "test");

        Assert.Equal(SharedGitStateDifferenceKind.File, Assert.Single(changes).Kind);
        Assert.Equal(before, await File.ReadAllTextAsync(wiring));
        Assert.Equal("refs/heads/orchestrator/run-1/t/other", (await WorktreeStatus.ReadAsync(guarded.Other)).Branch);
        Assert.Empty(await guarded.CompareAsync());
    }

    /// <summary>The user whose stash it is may have popped it: nothing is undone, and the commit can be found.</summary>
    [Fact]
    public async Task PutBack_StashEntryGone_IsLeftAndItsCommitIsKept()
    {
        using var opened = await Opened.CreateAsync();
        opened.Files.Write("README.md", "precious");
        await opened.Files.GitAsync("stash", "push", "--quiet", "-m", "the user's");
        var stash = await opened.Files.GitAsync("rev-parse", "stash@{0}");
        using var guarded = await GuardedAsync(opened);
        await opened.Files.GitInAsync(guarded.Worktree.Path, "stash", "drop", "--quiet");
        opened.Files.Write("README.md", "another");
        await opened.Files.GitAsync("stash", "push", "--quiet", "-m", "newer");

        var changes = await guarded.CompareAsync();
        await guarded.Guard.PutBackAsync(changes, "test");

        Assert.Equal(
            ["stash entry 'On main: newer' was added", "stash entry 'On main: the user's' was removed"],
            changes.Select(change => change.ToString()).Order(StringComparer.Ordinal)
        );
        Assert.Equal("stash@{0}: On main: newer", await opened.Files.GitAsync("stash", "list"));
        Assert.Equal(stash, await opened.Refs.ReadAsync(guarded.Guard.KeptAt(changes.Single(change => change.Found is null))!));
    }

    /// <summary>Changes of a user in the repository while agents work.</summary>
    [Theory]
    [InlineData("config pull.rebase true", "the setting pull.rebase was added")]
    [InlineData(
        "remote add origin https://example.invalid/x",
        "the setting remote.origin.fetch was added the setting remote.origin.url was added"
    )]
    [InlineData("tag v1", "")]
    [InlineData("branch feature", "")]
    [InlineData("worktree add --quiet ../own", "worktree {own} was added")]
    [InlineData("commit --quiet --allow-empty -m mine", "")]
    public async Task PutBack_APersonWorksBeside_NothingIsUndone(string command, string named)
    {
        using var guarded = await GuardedAsync();
        var files = guarded.Opened.Files;
        await files.GitAsync(command.Split(' '));
        var (refs, config) = (await files.GitAsync("for-each-ref"), await files.GitAsync("config", "--list", "--local"));

        var changes = await guarded.CompareAsync();
        await guarded.Guard.PutBackAsync(changes, "test");

        Assert.All(changes, change => Assert.True(change.IsLeft, $"{change}"));
        Assert.Equal(named.Replace("{own}", files.Beside("own"), StringComparison.Ordinal), string.Join(" ", changes));
        Assert.Equal((refs, config), (await files.GitAsync("for-each-ref"), await files.GitAsync("config", "--list", "--local")));
    }

    [Fact]
    public async Task Compare_WorktreesComeFromThePoolAndGoBack_FindsNothing()
    {
        using var opened = await Opened.CreateAsync();
        var head = await opened.HeadAsync();
        var pool = new WorktreePool(opened.Files[".worktrees/.pool"]);
        var waiting = await opened.TaskWorktreeAsync("waiting");
        await opened.Worktrees.ReturnAsync(waiting.Path, pool, WorktreeDiscardPermit.OfOurMaking(waiting.Path));
        var gates = await opened.Worktrees.EnsureAsync(new WorktreeRequest(opened.Files.Beside("verify-1"), head));
        using var guarded = await GuardedAsync(opened);

        var next = await opened.Files.CommitAsync("next", ("b", "2"));
        await WorktreeManager.CheckOutAsync(gates, next);
        await opened.Worktrees.EnsureAsync(
            new WorktreeRequest(opened.Files[".worktrees/run-1/new"], next) { Branch = Run + "/t/new", Pool = pool }
        );
        await opened.Worktrees.ReturnAsync(guarded.Other.Path, pool, WorktreeDiscardPermit.OfOurMaking(guarded.Other.Path));
        Assert.Empty(await guarded.CompareAsync());
        await opened.Worktrees.EnsureAsync(
            new WorktreeRequest(opened.Files[".worktrees/run-1/last"], next) { Branch = Run + "/t/last", Pool = pool }
        );

        Assert.Empty(await guarded.CompareAsync());
    }

    [Fact]
    public async Task PutBack_MarkerOfAnotherWorktreeRemoved_ItIsReadyAgain()
    {
        using var guarded = await GuardedAsync();
        File.Delete(Path.Combine(guarded.Other.AdminDirectory, "orchestrator-ready"));

        var changes = await guarded.CompareAsync();
        await guarded.Guard.PutBackAsync(changes, "test");

        Assert.Contains("orchestrator-ready was removed", Assert.Single(changes).ToString(), StringComparison.Ordinal);
        Assert.NotNull(guarded.Opened.Worktrees.Find(guarded.Other.Path));
    }

    [Fact]
    public async Task PutBack_BranchesAndTagsAtTheAgentsCommit_AreNamedAndLeft()
    {
        using var guarded = await GuardedAsync();
        var opened = guarded.Opened;
        await opened.Files.GitAsync("branch", "feature");
        await opened.Files.GitInAsync(guarded.Worktree.Path, "commit", "--quiet", "--allow-empty", "-m", "by the agent");
        var agents = await opened.Files.GitInAsync(guarded.Worktree.Path, "rev-parse", "HEAD");
        await opened.Files.GitInAsync(guarded.Worktree.Path, "branch", "mine");
        await opened.Files.GitInAsync(guarded.Worktree.Path, "tag", "v9");
        await opened.Files.GitInAsync(guarded.Worktree.Path, "tag", "--annotate", "--message", "by the agent", "v10");
        await opened.Files.GitAsync("tag", "--annotate", "--message", "by the user", "v11", "main");
        var users = await opened.Files.CommitOnBranchAsync("feature", "feature", "by the user");
        await opened.Files.GitInAsync(guarded.Worktree.Path, "checkout", "--quiet", "--detach", users);

        var changes = await guarded.CompareAsync();
        await guarded.Guard.PutBackAsync(changes, "test");

        Assert.Equal(
            ["refs/heads/mine was added", "refs/tags/v10 was added", "refs/tags/v9 was added"],
            changes.Select(change => change.ToString()).Order(StringComparer.Ordinal)
        );
        Assert.Equal(agents, await opened.Refs.ReadAsync("refs/heads/mine"));
        Assert.Equal(agents, await opened.Refs.ReadAsync("refs/tags/v9"));
        Assert.Equal(users, await opened.Refs.ReadAsync("refs/heads/feature"));
    }

    [Fact]
    public async Task Restore_OthersOfUsMakeMoveAndReturnWorktrees_NothingIsForeign()
    {
        using var opened = await Opened.CreateAsync();
        var head = await opened.HeadAsync();
        var pool = new WorktreePool(opened.Files.Beside("pool"));
        var named = new ConcurrentBag<string>();

        await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(async number =>
                {
                    for (var attempt = 0; attempt < 4; attempt++)
                    {
                        var name = $"t{number}-{attempt}";
                        var branch = $"{Run}/t/{name}";
                        var worktree = await opened.Worktrees.EnsureAsync(
                            new WorktreeRequest(opened.Files.Beside(name), head)
                            {
                                Branch = branch,
                                LockReason = "test",
                                Pool = pool,
                            }
                        );
                        var guard = new SharedGitStateProtector(opened.Repository, opened.Files.Beside("guard"));
                        var record = opened.Files.Beside($"{name}.json");
                        await guard.RecordAsync(worktree, record);
                        var commit = await opened.Commits.CreateAsync(
                            await opened.Files.GitAsync("rev-parse", $"{head}^{{tree}}"),
                            [head],
                            name,
                            null
                        );
                        Assert.True((await opened.Refs.UpdateAsync([new RefChange(branch, commit, head)], name)).Done);
                        await guard.RestoreAsync(
                            worktree,
                            record,
                            "refs/heads/orchestrator",
                            name,
                            found => named.Add($"{name}: {string.Join(", ", found)}")
                        );
                        await opened.Worktrees.ReturnAsync(worktree.Path, pool, WorktreeDiscardPermit.OfOurMaking(worktree.Path));
                        Assert.True((await opened.Refs.UpdateAsync([new RefChange(branch, null, commit)], "released")).Done);
                    }
                })
        );

        Assert.Empty(named);
    }

    [Fact]
    public async Task PutBack_CheckedOutBranchMovedFromOutside_IsBackButNotWhereThePersonMergedIt()
    {
        using var guarded = await GuardedAsync();
        var files = guarded.Opened.Files;
        var head = await guarded.Opened.HeadAsync();
        await files.GitInAsync(guarded.Worktree.Path, "commit", "--quiet", "--allow-empty", "-m", "by the agent");
        var agents = await files.GitInAsync(guarded.Worktree.Path, "rev-parse", "HEAD");
        await files.GitInAsync(guarded.Worktree.Path, "update-ref", "refs/heads/main", "HEAD");

        await guarded.Guard.PutBackAsync(await guarded.CompareAsync(), "test");
        var back = await guarded.Opened.HeadAsync();
        await files.GitAsync("merge", "--quiet", "--ff-only", agents);
        await guarded.Guard.PutBackAsync(await guarded.CompareAsync(), "test");

        Assert.Equal((head, agents), (back, await guarded.Opened.HeadAsync()));
    }

    private static async Task<Guarded> GuardedAsync(Opened? opened = null)
    {
        opened ??= await Opened.CreateAsync();
        await opened.Refs.UpdateAsync([new RefChange(Staging, await opened.HeadAsync(), null)], "begin");
        var worktree = await opened.TaskWorktreeAsync("agent");
        var other = await opened.TaskWorktreeAsync("other");
        var guard = new SharedGitStateProtector(opened.Repository, opened.Files.Beside("guard"));
        await guard.RecordAsync(worktree, opened.Files.Beside("record.json"));
        return new Guarded(opened, worktree, other, guard);
    }

    private sealed record Guarded(Opened Opened, Worktree Worktree, Worktree Other, SharedGitStateProtector Guard) : IDisposable
    {
        internal Task<IReadOnlyList<SharedGitStateDifference>> CompareAsync() =>
            Guard.CompareAsync(Worktree, Opened.Files.Beside("record.json"), "refs/heads/orchestrator");

        public void Dispose() => Opened.Dispose();
    }
}
