using Orchestrator.Plans;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>The steps of a task from its worktree to staging.</summary>
public sealed class TaskStepsTests
{
    [Fact]
    public async Task Steps_OwnedFileWritten_IsCommittedWithTrailersAndMerged()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("test -f a.txt", Required: true)), Task("a", "a.txt"));

        var merged = await run.DoAsync("a", "a.txt", "hello\n");

        Assert.True(merged.Merged);
        Assert.Equal("hello", await run.ShowAsync(run.StagingBranch, "a.txt"));
        var message = await run.Repository.GitAsync("log", "-1", "--format=%B", run.StagingBranch);
        Assert.Contains($"Orchestrator-Run: {RunFixture.RunId}", message);
        Assert.Contains("Orchestrator-Task: a", message);
        Assert.Contains("Orchestrator-Attempt: 1", message);
        await run.ReleaseAsync("a");
        Assert.False(Directory.Exists(Path.Combine(run.Repository.Path, ".worktrees", RunFixture.RunId, "a")));
    }

    [Fact]
    public async Task Steps_EachDoneTwice_ChangeNothingTheSecondTime()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("test -f a.txt")), Task("a", "a.txt"));
        var prepared = await run.PrepareAsync("a");
        Assert.Equal(prepared, await run.PrepareAsync("a"));
        run.Write(prepared, "a.txt", "hello\n");

        var work = await run.VerifyAsync("a", prepared);
        Assert.Equal(work.Commit, (await run.VerifyAsync("a", prepared)).Commit);
        var merged = await run.MergeAsync("a", work.Commit);
        Assert.Equal(merged.Commit, (await run.MergeAsync("a", work.Commit)).Commit);

        Assert.Equal("1", await run.Repository.GitAsync("rev-list", "--count", "--merges", run.StagingBranch));
        var landed = await run.LandAsync();
        Assert.True(landed.Landed);
        Assert.Equal(landed.Commit, (await run.LandAsync()).Commit);
    }

    internal static PlanTask Task(string id, params string[] owned) =>
        new()
        {
            Id = id,
            Description = $"Task {id}",
            Prompt = $"do {id}",
            FilesWrite = owned,
        };
}
