using System.Diagnostics;
using Orchestrator.Git.Commits;
using Orchestrator.Git.Landing;
using Orchestrator.Git.Merging;
using Orchestrator.Git.Program;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Tests;

/// <summary>Files as a checkout writes them do not count as changes, even if git lists them.</summary>
public sealed class FalselyModifiedFileFinderTests
{
    [Fact]
    public async Task Read_FileThatDiffersRightAfterTheCheckout_IsNoChange()
    {
        using var opened = await Opened.CreateAsync();
        await CommitPhantomAsync(opened);
        var checkout = new WorktreeManager(opened.Repository).FindMainCheckout()!;

        var before = await WorktreeStatus.ReadAsync(checkout);
        opened.Files.Write("phantom.txt", "one\r\nother\r\n");
        var after = await WorktreeStatus.ReadAsync(checkout);

        Assert.Equal(" M phantom.txt", await opened.Files.GitAsync("status", "--porcelain"), ignoreCase: false);
        Assert.Empty(before.Entries);
        Assert.Equal("phantom.txt", Assert.Single(after.Entries).Path);
    }

    [Fact]
    public async Task WriteTree_FileThatDiffersRightAfterTheCheckout_KeepsItsEntry()
    {
        using var opened = await Opened.CreateAsync();
        await CommitPhantomAsync(opened);
        var checkout = new WorktreeManager(opened.Repository).FindMainCheckout()!;
        opened.Files.Write("new.txt", "new\n");

        var (tree, _) = await new WorktreeGitTreeWriter(checkout).WriteAsync(CancellationToken.None);
        var changed = await opened.Files.GitAsync("diff-tree", "-r", "--name-only", "HEAD", tree);
        // As after a power cut: git then reads every file again.
        await File.WriteAllTextAsync(Path.Combine(checkout.AdminDirectory, "index"), "damaged");
        var (again, _) = await new WorktreeGitTreeWriter(checkout).WriteAsync(CancellationToken.None);

        Assert.Equal(tree, again);
        Assert.Equal("new.txt", changed);
    }

    /// <summary>On a disk that takes names for one that differ in case, one of two files is not there; here two names of one file play
    /// it.</summary>
    [Fact]
    public async Task Read_NamesThatAreOneOnTheDisk_AreNoChange()
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.CommitAsync("twins", ("Name.txt", "upper\n"), ("name.txt", "lower\n"));
        await opened.Files.GitAsync("config", "core.ignoreCase", "true");
        File.Delete(opened.Files["Name.txt"]);
        using var link = Process.Start("ln", [opened.Files["name.txt"], opened.Files["Name.txt"]]);
        await link.WaitForExitAsync();
        var repository = await GitRepository.OpenAsync(opened.Repository.Program, opened.Files.Path);
        var checkout = new WorktreeManager(repository).FindMainCheckout()!;

        var before = await WorktreeStatus.ReadAsync(checkout);
        await File.WriteAllTextAsync(opened.Files["name.txt"], "work\n");
        var after = await WorktreeStatus.ReadAsync(checkout);

        Assert.Empty(before.Entries);
        Assert.Equal(2, after.Entries.Count);
    }

    /// <summary>Killed between two files of a landing, a checkout is put back although a file of it always differs.</summary>
    [Fact]
    public async Task Land_InterruptedOverAPhantomFile_IsFinished()
    {
        using var opened = await Opened.CreateAsync();
        var start = await CommitPhantomAsync(opened);
        await opened.Files.GitAsync("switch", "--quiet", "-c", "other");
        opened.Files.Write("phantom.txt", "three\n");
        var commit = await opened.Files.CommitAsync("edit", ("new.txt", "new\n"));
        await opened.Files.GitAsync("switch", "--quiet", "--force", "main");
        File.SetLastWriteTimeUtc(opened.Files["phantom.txt"], DateTime.UtcNow.AddHours(-1));
        new LandingIntentStore(opened.Repository, "refs/heads/main").Write(new LandingIntentRecord(start, commit, opened.Files.Path));
        opened.Files.Write("new.txt", "new\n");

        var landed = await opened.Landing.LandAsync(new LandingRequest("refs/heads/main", commit, start) { Checkout = opened.Files.Path });

        Assert.True(landed.HasLanded, landed.Reason);
        Assert.Equal("three\n", await File.ReadAllTextAsync(opened.Files["phantom.txt"]));
    }

    [Fact]
    public async Task BeginMerge_TheirsChangesAPhantomFile_MergesAndLeavesNoFileMissing()
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.CommitAsync("more", ("second.txt", "1\r\n"));
        var start = await CommitPhantomAsync(opened);
        await opened.Files.GitAsync("switch", "--quiet", "-c", "theirs");
        opened.Files.Write("phantom.txt", "three\n");
        opened.Files.Write("README.md", "theirs\n");
        await opened.Files.GitAsync("commit", "--quiet", "-m", "theirs", "--", "phantom.txt", "README.md");
        var theirs = await opened.Files.GitAsync("rev-parse", "HEAD");
        await opened.Files.GitAsync("switch", "--quiet", "--force", "main");
        var worktree = await opened.Worktrees.EnsureAsync(
            new WorktreeRequest(opened.Files.Beside("task"), start) { Branch = "refs/heads/task" }
        );
        var files = new WorktreeFileReaderAndWriter(worktree.Path);
        files.TryWrite("README.md", "ours\n"u8);
        var ours = await opened.Snapshots.CommitAsync(worktree, "refs/heads/task", [start], "ours", new CommitTrailers("run-1", "t"));
        File.SetLastWriteTimeUtc(Path.Combine(worktree.Path, "second.txt"), DateTime.UtcNow.AddHours(-1));

        await new ConflictWorktree(worktree).BeginAsync(
            ours.Commit,
            theirs,
            new RetentionTarget("refs/orchestrator/kept/run-1/t", "before", new CommitTrailers("run-1", "t"))
        );

        Assert.Equal(["README.md"], ours.Changes.Select(change => change.Path));
        Assert.Equal(["README.md"], await new WorktreeHead(worktree).UnmergedAsync());
        Assert.Equal("three\n", files.TryReadText("phantom.txt"));
        Assert.Equal("1\r\n", files.TryReadText("second.txt"));
    }

    /// <summary>A file that was committed with CRLF before attributes said that it is text.</summary>
    private static async Task<string> CommitPhantomAsync(Opened opened)
    {
        await opened.Files.CommitAsync("raw", ("phantom.txt", "one\r\ntwo\r\n"));
        opened.Files.Write(".gitattributes", "*.txt text\n");
        await opened.Files.GitAsync("add", ".gitattributes");
        await opened.Files.GitAsync("commit", "--quiet", "-m", "attributes");
        File.SetLastWriteTimeUtc(opened.Files["phantom.txt"], DateTime.UtcNow.AddHours(-1));
        return await opened.Files.GitAsync("rev-parse", "HEAD");
    }
}
