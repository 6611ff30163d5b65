using Orchestrator.Plans;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Landing without merge commits: the files are those that were verified, the history is one of commits that follow each
/// other.</summary>
public sealed class LinearLandingTests
{
    [Theory]
    [InlineData(LandingMode.Squash, "The first\nThe second")]
    [InlineData(LandingMode.Rebase, "The first\nThe first\nThe second")]
    public async Task Land_Linear_HasACommitForEachTaskOrItsOwn(string way, string subjects)
    {
        using var run = await BeginAsync();
        var prepared = await run.PrepareAsync("a");
        var worktree = run.Repository[prepared.Worktree];
        await File.WriteAllTextAsync(Path.Combine(worktree, "a.txt"), "one\n");
        await run.VerifyAsync("a", prepared);
        await File.WriteAllTextAsync(Path.Combine(worktree, "a.txt"), "two\n");
        var work = await run.VerifyAsync("a", prepared, attempt: 2, start: 2);
        var second = await run.WorkAsync("b", "b.txt", "b\n");
        Assert.True((await run.MergeAsync("a", work.Commit, attempt: 2)).Merged);
        Assert.True((await run.MergeAsync(second.Id, second.Commit)).Merged);
        var staging = run.StagingTip;

        var landed = await run.LandAsync(way);
        var again = await run.LandAgainAsync(way);

        Assert.True(landed.Landed, landed.Message);
        Assert.Equal((true, landed.Commit, staging), (again.Landed, again.Commit, run.StagingTip));
        Assert.Equal(subjects, await GitAsync(run, "log", "--reverse", "--format=%s", $"{run.Preflight.BaseCommit}..main"));
        Assert.Empty(await GitAsync(run, "rev-list", "--merges", $"{run.Preflight.BaseCommit}..main"));
        Assert.Equal(await GitAsync(run, "rev-parse", staging + "^{tree}"), await GitAsync(run, "rev-parse", "main^{tree}"));
        Assert.Equal("b", await GitAsync(run, "log", "-1", "--format=%(trailers:key=Orchestrator-Task,valueonly,separator=%x20)", "main"));

        // What comes later comes upon it, without what is there already.
        var third = await run.WorkAsync("c", "c.txt", "c\n");
        Assert.True((await run.MergeAsync(third.Id, third.Commit)).Merged);
        var more = await run.LandAsync(way);
        Assert.True(more.Landed, more.Message);
        Assert.Equal("The third", await GitAsync(run, "log", "--format=%s", $"{landed.Commit}..main"));
    }

    [Fact]
    public async Task Land_SquashOnATargetThatHasMoved_ComesUponItAndKeepsHowTheyWereJoined()
    {
        using var run = await BeginAsync();
        Assert.True((await run.DoAsync("a", "a.txt", "by a\n")).Merged);
        Assert.True((await run.DoAsync("b", "b.txt", "b\n")).Merged);
        var target = await run.Repository.CommitAsync("meanwhile", ("a.txt", "by a person\n"), ("other", "x"));

        var conflict = await run.LandAsync(LandingMode.Squash);
        Assert.False(conflict.Landed);
        var joined = run.Repository.Beside("joined");
        await run.Repository.GitAsync("worktree", "add", "--quiet", joined, run.StagingBranch);
        await Assert.ThrowsAsync<InvalidOperationException>(() => run.Repository.GitInAsync(joined, "merge", "--quiet", "main"));
        await File.WriteAllTextAsync(Path.Combine(joined, "a.txt"), "by a\nby a person\n");
        await run.Repository.GitInAsync(joined, "commit", "--quiet", "--all", "--no-edit");
        var landed = await run.LandAsync(LandingMode.Squash, isAskedFor: true);

        Assert.True(landed.Landed, landed.Message);
        Assert.Equal("The second\nThe first", await GitAsync(run, "log", "--reverse", "--format=%s", $"{target}..main"));
        Assert.Empty(await GitAsync(run, "rev-list", "--merges", "main"));
        Assert.Equal(await GitAsync(run, "rev-parse", run.StagingTip + "^{tree}"), await GitAsync(run, "rev-parse", "main^{tree}"));
        Assert.Equal("by a\nby a person\n", await File.ReadAllTextAsync(run.Repository["a.txt"]));
    }

    private static Task<RunFixture> BeginAsync() =>
        RunFixture.BeginAsync(
            RunFixture.Start(new Gate("true")),
            Task("a", "The first", "a.txt"),
            Task("b", "The second", "b.txt"),
            Task("c", "The third", "c.txt")
        );

    private static PlanTask Task(string id, string description, string file) =>
        new()
        {
            Id = id,
            Description = description,
            FilesWrite = [file],
        };

    private static async Task<string> GitAsync(RunFixture run, params string[] arguments) =>
        (await run.Repository.GitAsync(arguments)).Trim();
}
