using Orchestrator.Plans;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Git leaves no marks in a binary file, nor in one that a side has removed: what of it holds has to be said.</summary>
public sealed class UnmarkedConflictTests
{
    [Theory]
    [InlineData("add")]
    [InlineData("rm")]
    [InlineData("change")]
    public async Task Conflict_OfABinaryFile_IsRefusedUntilItIsChangedOrSaidToHold(string way)
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("base", ("image.bin", "\0base\n"));
        using var run = await RunFixture.BeginAsync(repository, RunFixture.Start(new Gate("true")), Task("a"), Task("b"));
        var (a, b) = (await run.PrepareAsync("a"), await run.PrepareAsync("b"));
        run.Write(a, "image.bin", "\0from a\n");
        run.Write(b, "image.bin", "\0from b\n");
        var (workOfA, workOfB) = (await run.VerifyAsync("a", a), await run.VerifyAsync("b", b));
        Assert.True((await run.MergeAsync("a", workOfA.Commit)).Merged);
        Assert.False((await run.MergeAsync("b", workOfB.Commit)).Merged);

        var again = await run.PrepareAsync("b", attempt: 2, withStaging: true);
        var worktree = Path.Combine(repository.Path, again.Worktree);
        var left = await run.VerifyAsync("b", again, attempt: 2, start: 2);
        if (way == "change")
        {
            run.Write(again, "image.bin", "\0from both\n");
        }
        else
        {
            await repository.GitInAsync(worktree, way, "image.bin");
        }
        if (way != "change")
        {
            var unnamed = await run.VerifyAsync("b", again, attempt: 2, start: 2);
            Assert.Contains("image.bin (the change of other tasks to the whole file is missing)", unnamed.Problems);
        }
        new AgentOutcomeClaim
        {
            Task = "b",
            Status = "completed",
            Dropped = ["image.bin"],
        }.Write(Directory.CreateDirectory(run.Folder.Start("b", 3)).FullName);
        var resolved = await run.VerifyAsync("b", again, attempt: 3, start: 3);

        Assert.Contains("image.bin", Assert.Single(left.Problems), StringComparison.Ordinal);
        Assert.Empty(resolved.Problems);
        var merged = await run.MergeAsync("b", resolved.Commit, 3);
        Assert.True(merged.Merged, merged.Message);
    }

    private static PlanTask Task(string id) =>
        new()
        {
            Id = id,
            Description = $"task {id}",
            FilesWrite = ["image.bin"],
        };
}
