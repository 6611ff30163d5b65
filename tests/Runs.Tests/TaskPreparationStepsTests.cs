using Orchestrator.Plans;
using Orchestrator.TestKit.Git;
using Xunit;
using static Orchestrator.Runs.Tests.TaskStepsTests;

namespace Orchestrator.Runs.Tests;

/// <summary>Preparation of a task from a worktree, an earlier result or a snapshot.</summary>
public sealed class TaskPreparationStepsTests
{
    [Fact]
    public async Task Prepare_SameKeyAsAnEarlierResult_TakesItUpWithoutAnAgent()
    {
        using var run = await RunFixture.BeginAsync(
            RunFixture.Start(new Gate("test -f a.txt")),
            Task("a", "a.txt") with
            {
                FilesRead = [],
            },
            Task("b", "b.txt")
        );
        var first = await run.PrepareAsync("a");
        run.Write(first, "a.txt", "paid for\n");
        await run.VerifyAsync("a", first);
        await run.Repository.GitAsync("worktree", "remove", "--force", "--force", first.Worktree);
        await run.Repository.GitAsync("update-ref", "-d", $"refs/heads/orchestrator/{RunFixture.RunId}/t/a");
        File.Delete(Path.Combine(run.Folder.Task("a"), "task.json"));
        await run.DoAsync("b", "b.txt", "b\n");

        var again = await run.PrepareAsync("a");

        Assert.NotEqual("", again.ReusedCommit);
        Assert.NotEqual(first.BaseCommit, again.BaseCommit);
        var work = await run.VerifyAsync("a", again, start: 0);
        Assert.Empty(work.Problems);
        Assert.True((await run.MergeAsync("a", work.Commit)).Merged);
        Assert.Equal("paid for", await run.ShowAsync(run.StagingBranch, "a.txt"));
    }

    [Fact]
    public async Task Prepare_SecondTask_GetsTheWorktreeOfTheFirstWithoutItsFiles()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("ignore", (".gitignore", "build/\n"));
        using var run = await RunFixture.BeginAsync(repository, RunFixture.Start(new Gate("true")), Task("a", "a.txt"), Task("b", "b.txt"));
        var first = await run.PrepareAsync("a");
        run.Write(first, "a.txt", "a\n");
        run.Write(first, "build/output", "ignored\n");
        var admin = await repository.GitInAsync(Path.Combine(repository.Path, first.Worktree), "rev-parse", "--git-dir");
        Assert.True((await run.MergeAsync("a", (await run.VerifyAsync("a", first)).Commit)).Merged);
        await run.ReleaseAsync("a");

        var second = await run.PrepareAsync("b");
        var worktree = Path.Combine(repository.Path, second.Worktree);

        Assert.Equal(admin, await repository.GitInAsync(worktree, "rev-parse", "--git-dir"));
        Assert.Equal("", await repository.GitInAsync(worktree, "status", "--porcelain", "--ignored"));
        Assert.True(File.Exists(Path.Combine(worktree, "a.txt")), "what was merged is there");
    }

    [Fact]
    public async Task Prepare_WorktreeGone_BeginsWithTheLastSnapshot()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(), Task("a", "*.txt"));
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "half.txt", "half done\n");
        await run.ReleaseAsync("a");
        await run.Repository.GitAsync("worktree", "remove", "--force", "--force", prepared.Worktree);

        var again = await run.PrepareAsync("a");

        Assert.Equal("half done\n", await File.ReadAllTextAsync(Path.Combine(run.Repository.Path, again.Worktree, "half.txt")));
    }

    [Fact]
    public async Task Prepare_ResultThatWasRevertedByThePerson_LandsAgainWithoutAnAgent()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("test -f a.txt")), Task("a", "a.txt"));
        await run.DoAsync("a", "a.txt", "paid for\n");
        await run.LandAsync();
        await run.Repository.GitAsync("revert", "--no-edit", "-m", "1", "HEAD");
        using var second = await RunFixture.BeginAsync(
            run.Repository,
            RunFixture.Start(new Gate("test -f a.txt")),
            "run-test-000002",
            Task("a", "a.txt")
        );

        var prepared = await second.PrepareAsync("a");
        var work = await second.VerifyAsync("a", prepared, start: 0);

        Assert.NotEqual("", prepared.ReusedCommit);
        Assert.Empty(work.Problems);
        Assert.True((await second.MergeAsync("a", work.Commit)).Merged);
        Assert.True((await second.LandAsync()).Landed);
        Assert.Equal("paid for", await run.ShowAsync("main", "a.txt"));
    }

    [Theory]
    [InlineData("prompt")]
    [InlineData("gate")]
    [InlineData("model")]
    [InlineData("owned")]
    [InlineData("read")]
    [InlineData("conventions")]
    public async Task Prepare_AnythingOfTheKeyChanged_StartsAnAgent(string what)
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("base", ("owned.txt", "1\n"), ("read.txt", "1\n"), ("other.txt", "1\n"));
        var task = Task("a", "owned.txt", "a.txt") with { FilesRead = ["read.txt"] };
        using var run = await RunFixture.BeginAsync(repository, RunFixture.Start(new Gate("true")), task);
        var first = await run.PrepareAsync("a");
        run.Write(first, "a.txt", "paid for\n");
        Assert.Empty((await run.VerifyAsync("a", first)).Problems);

        await repository.CommitAsync(
            "next",
            what switch
            {
                "owned" => ("owned.txt", "2\n"),
                "read" => ("read.txt", "2\n"),
                "conventions" => ("CLAUDE.md", "Use tabs.\n"),
                _ => ("other.txt", "2\n"),
            }
        );
        task = what == "prompt" ? task with { Prompt = "do something else" } : task;
        var start = RunFixture
            .Start(new Gate(what == "gate" ? "test -f a.txt" : "true"))
            .With(s => what == "model" ? s with { Model = "another" } : s);
        using var changed = await RunFixture.BeginAsync(repository, start, "run-test-000002", task);
        using var same = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("true")),
            "run-test-000003",
            Task("a", "owned.txt", "a.txt") with
            {
                FilesRead = ["read.txt"],
            }
        );

        Assert.Equal("", (await changed.PrepareAsync("a")).ReusedCommit);
        Assert.Equal(what is "prompt" or "gate" or "model", (await same.PrepareAsync("a")).ReusedCommit.Length > 0);
    }
}
