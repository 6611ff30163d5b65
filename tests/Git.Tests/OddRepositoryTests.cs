using Orchestrator.Git.Commits;
using Orchestrator.Git.Landing;
using Orchestrator.Git.Program;
using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;
using Orchestrator.TestKit.Git;

namespace Orchestrator.Git.Tests;

/// <summary>Kinds of repositories that work, from worktree to merge.</summary>
public sealed class OddRepositoryTests
{
    [Fact]
    public async Task Task_InASparseCheckout_KeepsWhatIsOutsideIt()
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.CommitAsync("wide", ("in/a", "a"), ("out/b", "b"));
        await opened.Files.GitAsync("sparse-checkout", "set", "in");

        var changed = await RunTaskAsync(opened, ("in/new", "x"), ("elsewhere/new", "y"));

        Assert.Equal(["elsewhere/new", "in/new"], changed);
    }

    [Fact]
    public async Task Task_WithSubmodule_LeavesItAlone()
    {
        using var opened = await Opened.CreateAsync();
        using var other = await TemporaryRepository.CreateAsync();
        await opened.Files.GitAsync("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.Path, "sub");
        await opened.Files.CommitAsync("submodule");

        Assert.Equal(["new"], await RunTaskAsync(opened, ("new", "x")));
    }

    [Fact]
    public async Task Task_InASubmodule_Works()
    {
        using var outer = await TemporaryRepository.CreateAsync();
        using var inner = await TemporaryRepository.CreateAsync();
        await outer.GitAsync("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.Path, "sub");
        await outer.GitInAsync(outer["sub"], "config", "user.name", "Test");
        await outer.GitInAsync(outer["sub"], "config", "user.email", "test@example.org");
        var repository = await GitRepository.OpenAsync(await Opened.ProgramAsync(), outer["sub"]);
        var start = (await new RepositoryReadinessChecker(repository).RunAsync()).Base!;

        var worktree = await new WorktreeManager(repository).EnsureAsync(
            new WorktreeRequest(outer["sub/.worktrees/t"], start) { Branch = "refs/heads/orchestrator/run-1/t/t" }
        );
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "new"), "x");
        var result = await new WorktreeContentSaver(repository).CommitAsync(
            worktree,
            "refs/heads/orchestrator/run-1/t/t",
            [start],
            "work",
            new CommitTrailers("run-1", "t", 1)
        );
        var landed = await new TargetBranchLander(repository).LandAsync(new LandingRequest("refs/heads/main", result.Commit, start));

        Assert.Equal(GitRepository.RealPath(outer["sub"]), repository.MainCheckout);
        Assert.True(landed.HasLanded, landed.Reason);
        Assert.True(File.Exists(outer["sub/new"]));
    }

    [Fact]
    public async Task Task_HooksThatFail_AreNotRun()
    {
        using var opened = await Opened.CreateAsync();
        foreach (
            var hook in (string[])["pre-commit", "commit-msg", "post-checkout", "post-merge", "reference-transaction", "pre-merge-commit"]
        )
        {
            var path = Path.Combine(opened.Repository.CommonDirectory, "hooks", hook);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, "#!/bin/sh\nexit 1\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        Assert.Equal(["new"], await RunTaskAsync(opened, ("new", "x")));
    }

    [Fact]
    public async Task Task_StrangeFileNames_AreMergedAsTheyAre()
    {
        using var opened = await Opened.CreateAsync();
        string[] names =
        [
            "a b",
            "it's \"q\"",
            "line\nbreak",
            "tab\t",
            "ü€😀",
            "back\\slash",
            "-dash",
            "*[1]?",
            ":(top)x",
            "!bang",
            "#hash",
        ];

        Assert.Equal(names.Order(StringComparer.Ordinal), await RunTaskAsync(opened, [.. names.Select(name => (name, "x"))]));
    }

    [Fact]
    public async Task Task_InAShallowClone_Works()
    {
        using var files = await TemporaryRepository.CreateAsync();
        await files.CommitAsync("second", ("a", "a"));
        using var opened = await Opened.OpenAsync(await TemporaryRepository.CloneAsync(files, "--depth=1"));

        Assert.Equal(["new"], await RunTaskAsync(opened, ("new", "x")));
    }

    /// <summary>Runs one task from worktree to landing, and returns the files that changed on main.</summary>
    private static async Task<IReadOnlyList<string>> RunTaskAsync(Opened opened, params (string File, string Content)[] files)
    {
        const string Branch = "refs/heads/orchestrator/run-1/t/t";
        const string Staging = "refs/heads/orchestrator/run-1/staging";
        var start = await opened.HeadAsync();
        await opened.Refs.UpdateAsync([new RefChange(Staging, start, null)], "begin");
        var worktree = await opened.TaskWorktreeAsync("t");
        foreach (var (file, content) in files)
        {
            var path = Path.Combine(worktree.Path, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, content);
        }

        var trailers = new CommitTrailers("run-1", "t", 1);
        var work = await opened.Snapshots.CommitAsync(worktree, Branch, [start], "work", trailers);
        var merged = await opened.Merges.MergeAsync(start, work.Commit);
        var commit = await opened.Commits.CreateAsync(merged.Tree, [start, work.Commit], "merge", trailers);
        var verify = await opened.Worktrees.EnsureAsync(new WorktreeRequest(opened.Files.Beside("verify"), commit));
        await WorktreeManager.CheckOutAsync(verify, commit);
        Assert.Empty((await WorktreeStatus.ReadAsync(verify)).Entries);
        Assert.True((await opened.Refs.UpdateAsync([new RefChange(Staging, commit, start)], "merged")).Done);
        var landed = await opened.Landing.LandAsync(new LandingRequest("refs/heads/main", commit, start));
        Assert.True(landed.HasLanded, landed.Reason);
        return [.. (await opened.Diffs.BetweenAsync(start, "refs/heads/main")).Select(file => file.Path).Order(StringComparer.Ordinal)];
    }
}
