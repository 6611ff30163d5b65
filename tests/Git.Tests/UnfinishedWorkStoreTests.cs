using Orchestrator.Git.Commits;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Tests;

public sealed class UnfinishedWorkStoreTests
{
    private static readonly CommitTrailers Trailers = new("run-1", "t");

    [Fact]
    public async Task Save_AgainAndAgain_LeavesOneSnapshotAndNothingInTheRepository()
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("t");
        var work = new UnfinishedWorkStore(opened.Repository, "run-1/t");
        var before = await opened.Files.GitAsync("count-objects");
        UnfinishedWorkSnapshot? last = null;
        for (var i = 0; i < 4; i++)
        {
            var text = new byte[100_000];
            new Random(i).NextBytes(text);
            await File.WriteAllBytesAsync(Path.Combine(worktree.Path, "large"), text);
            last = await work.SaveAsync(worktree, "at work", Trailers);
        }

        Assert.Equal(last, await work.SaveAsync(worktree, "at work", Trailers));
        Assert.Equal(last, work.Find());
        Assert.Equal(before, await opened.Files.GitAsync("count-objects"));
        var size = new DirectoryInfo(opened.Repository.OwnDirectory)
            .EnumerateFiles("*", SearchOption.AllDirectories)
            .Sum(file => file.Length);
        Assert.InRange(size, 100_000, 200_000);
        await opened.Files.GitAsync("fsck", "--strict");

        work.Remove();
        Assert.Null(work.Find());
    }

    [Fact]
    public async Task Restore_InAWorktreeMadeAnew_GivesBackTheWork()
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("t");
        var work = new UnfinishedWorkStore(opened.Repository, "run-1/t");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "half"), "half done");
        var saved = await work.SaveAsync(worktree, "at work", Trailers);
        await opened.Worktrees.RemoveAsync(worktree.Path, permit: WorktreeDiscardPermit.OfOurMaking(worktree.Path));

        var again = await opened.TaskWorktreeAsync("t");
        await work.RestoreAsync(again, work.Find()!, WorktreeDiscardPermit.OfOurMaking(again.Path));

        Assert.Equal(saved.Head, await opened.HeadAsync());
        Assert.Equal("half done", await File.ReadAllTextAsync(Path.Combine(again.Path, "half")));
        Assert.Equal(["half"], (await WorktreeStatus.ReadAsync(again)).UntrackedFiles());
    }

    [Fact]
    public async Task Save_KilledBeforeItWasWhole_KeepsTheOneBefore()
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("t");
        var work = new UnfinishedWorkStore(opened.Repository, "run-1/t");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "half"), "half done");
        var saved = await work.SaveAsync(worktree, "at work", Trailers);
        Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(saved.Folder)!, "killed", "objects"));

        Assert.Equal(saved, work.Find());
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "half"), "more");
        var next = await work.SaveAsync(worktree, "at work", Trailers);
        Assert.Equal([next.Folder], Directory.EnumerateDirectories(Path.GetDirectoryName(saved.Folder)!));
    }
}
