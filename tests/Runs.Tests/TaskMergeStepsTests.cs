using Orchestrator.Plans;
using Orchestrator.TestKit.Git;
using Xunit;
using static Orchestrator.Runs.Tests.TaskStepsTests;

namespace Orchestrator.Runs.Tests;

/// <summary>Merges of verified work into staging.</summary>
public sealed class TaskMergeStepsTests
{
    [Fact]
    public async Task Merge_BothChangedTheSameLine_IsAConflictAndItsResolutionMerges()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("base", ("shared.txt", "line\n"));
        using var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("! grep -q '<<<<' shared.txt")),
            Task("a", "shared.txt"),
            Task("b", "shared.txt")
        );
        var a = await run.PrepareAsync("a");
        var b = await run.PrepareAsync("b");
        run.Write(a, "shared.txt", "from a\n");
        run.Write(b, "shared.txt", "from b\n");
        var workOfA = await run.VerifyAsync("a", a);
        var workOfB = await run.VerifyAsync("b", b);
        Assert.True((await run.MergeAsync("a", workOfA.Commit)).Merged);

        var conflict = await run.MergeAsync("b", workOfB.Commit);
        Assert.False(conflict.Merged);
        Assert.Contains("shared.txt", conflict.Message);

        var again = await run.PrepareAsync("b", attempt: 2, withStaging: true);
        Assert.Contains("<<<<<<<", await File.ReadAllTextAsync(Path.Combine(run.Repository.Path, again.Worktree, "shared.txt")));
        run.Write(again, "shared.txt", "from a\nfrom b\n");
        var resolved = await run.VerifyAsync("b", again, attempt: 2, start: 2);
        Assert.Empty(resolved.Problems);
        Assert.True((await run.MergeAsync("b", resolved.Commit, 2)).Merged);
        Assert.Equal("from a\nfrom b", await run.ShowAsync(run.StagingBranch, "shared.txt"));
    }

    [Fact]
    public async Task Merge_ResolutionFailsAGateOfTheOtherTask_GoesBack()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("base", ("shared.txt", "line\n"));
        using var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("true")),
            Task("a", "shared.txt") with
            {
                Prompt = "Keep the last word.",
                Verification = [new Gate("tail -n 1 shared.txt | grep -q 'a$'")],
            },
            Task("b", "shared.txt")
        );
        var (a, b) = (await run.PrepareAsync("a"), await run.PrepareAsync("b"));
        run.Write(a, "shared.txt", "from a\n");
        run.Write(b, "shared.txt", "from b\n");
        var workOfB = await run.VerifyAsync("b", b);
        Assert.True((await run.MergeAsync("a", (await run.VerifyAsync("a", a)).Commit)).Merged);
        var conflict = await run.MergeAsync("b", workOfB.Commit);
        var problems = await File.ReadAllTextAsync(Path.Combine(run.Repository.Path, conflict.ProblemsFile));

        var again = await run.PrepareAsync("b", attempt: 2, withStaging: true);
        run.Write(again, "shared.txt", "from a\nfrom b\n");
        var bad = await run.MergeAsync("b", (await run.VerifyAsync("b", again, attempt: 2, start: 2)).Commit, 2);
        var third = await run.PrepareAsync("b", attempt: 3, withStaging: true);
        run.Write(third, "shared.txt", "from b\nfrom a\n");
        var good = await run.MergeAsync("b", (await run.VerifyAsync("b", third, attempt: 3, start: 3)).Commit, 3);

        Assert.Contains("Keep the last word.", problems);
        Assert.Contains("tail -n 1 shared.txt | grep -q 'a$'", problems);
        Assert.Equal((false, true), (bad.Merged, good.Merged));
        Assert.Contains("tail -n 1 shared.txt | grep -q 'a$'", bad.Message);
    }

    [Fact]
    public async Task Merge_BothAppendToASharedFile_KeepsAllLines()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("base", ("log.md", "start\n"));
        using var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("true")),
            Task("a", "a.txt") with
            {
                FilesAppend = ["log.md"],
            },
            Task("b", "b.txt") with
            {
                FilesAppend = ["log.md"],
            }
        );
        var a = await run.PrepareAsync("a");
        var b = await run.PrepareAsync("b");
        run.Write(a, "log.md", "start\na\n");
        run.Write(b, "log.md", "start\nb\n");

        Assert.True((await run.MergeAsync("a", (await run.VerifyAsync("a", a)).Commit)).Merged);
        Assert.True((await run.MergeAsync("b", (await run.VerifyAsync("b", b)).Commit)).Merged);

        Assert.Equal(["a", "b", "start"], (await run.ShowAsync(run.StagingBranch, "log.md")).Split('\n').Order());
    }

    [Fact]
    public async Task Merge_GateFailsOnlyOnTheMergedTree_GoesBackToTheTask()
    {
        using var run = await RunFixture.BeginAsync(
            RunFixture.Start(new Gate("! test -f a.txt || ! test -f b.txt")),
            Task("a", "a.txt"),
            Task("b", "b.txt")
        );
        var b = await run.PrepareAsync("b");
        run.Write(b, "b.txt", "b\n");
        var work = await run.VerifyAsync("b", b);
        Assert.True((await run.DoAsync("a", "a.txt", "a\n")).Merged);

        var refused = await run.MergeAsync("b", work.Commit);

        Assert.False(refused.Merged);
        Assert.Contains("After the merge", refused.Message);
        Assert.NotEqual("", refused.ProblemsFile);
    }

    [Fact]
    public async Task Conflict_AbortedOrLeftWithMarkers_IsRefusedAndMergesWhenResolved()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("base", ("shared.txt", "line\n"));
        using var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("true")),
            Task("a", "shared.txt"),
            Task("b", "shared.txt")
        );
        var (a, b) = (await run.PrepareAsync("a"), await run.PrepareAsync("b"));
        run.Write(a, "shared.txt", "from a\n");
        run.Write(b, "shared.txt", "from b\n");
        var (workOfA, workOfB) = (await run.VerifyAsync("a", a), await run.VerifyAsync("b", b));
        await run.MergeAsync("a", workOfA.Commit);
        var conflict = await run.MergeAsync("b", workOfB.Commit);
        var report = await File.ReadAllTextAsync(Path.Combine(repository.Path, conflict.ProblemsFile));
        Assert.Contains("In conflict with a\n", report);
        Assert.Contains("from a", report);

        var again = await run.PrepareAsync("b", attempt: 2, withStaging: true);
        var worktree = Path.Combine(repository.Path, again.Worktree);
        Assert.Contains("||||||| ", await File.ReadAllTextAsync(Path.Combine(worktree, "shared.txt")));
        Assert.Contains("markers remain", Assert.Single((await run.VerifyAsync("b", again, attempt: 2, start: 2)).Problems));
        await repository.GitInAsync(worktree, "merge", "--abort");
        Assert.Contains("was undone", Assert.Single((await run.VerifyAsync("b", again, attempt: 3, start: 3)).Problems));
        Assert.Contains("<<<<<<<", await File.ReadAllTextAsync(Path.Combine(worktree, "shared.txt")));
        run.Write(again, "shared.txt", "from a\nfrom b\n");
        var resolved = await run.VerifyAsync("b", again, attempt: 4, start: 4);

        Assert.Empty(resolved.Problems);
        Assert.True((await run.MergeAsync("b", resolved.Commit, 4)).Merged);
        Assert.Equal("from a\nfrom b", await run.ShowAsync(run.StagingBranch, "shared.txt"));
    }
}
