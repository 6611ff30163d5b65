using Orchestrator.Plans;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>The worktree of verified work is given to a task that waits for one, and taken again where the work is not merged.</summary>
public sealed class ReturnedWorktreeTests
{
    [Fact]
    public async Task Verify_MoreTasksThanWorkers_GivesTheWorktreeToTheNextBeforeItIsMerged()
    {
        using var run = await BeginAsync(new Gate("true"));
        var first = await run.PrepareAsync("a");
        var admin = await AdminAsync(run, first.Worktree);
        run.Write(first, "a.txt", "a\n");
        var work = await run.VerifyAsync("a", first);

        var second = await run.PrepareAsync("b");

        Assert.Equal(admin, await AdminAsync(run, second.Worktree));
        Assert.False(Directory.Exists(PathOf(run, first.Worktree)));
        Assert.False(File.Exists(Path.Combine(PathOf(run, second.Worktree), "a.txt")), "it is not merged yet");
        Assert.True((await run.MergeAsync("a", work.Commit)).Merged);
        await run.ReleaseAsync("a");
    }

    [Fact]
    public async Task Verify_AsManyWorkersAsTasks_LeavesTheWorktree()
    {
        using var run = await BeginAsync(new Gate("true"), workers: 2);
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "a\n");

        await run.VerifyAsync("a", prepared);

        Assert.True(Directory.Exists(PathOf(run, prepared.Worktree)));
    }

    /// <summary>A crash between the return of the worktree and the end of the step.</summary>
    [Fact]
    public async Task Verify_AgainAfterTheReturn_FindsTheSameCommit()
    {
        using var run = await BeginAsync(new Gate("test -f a.txt"));
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "a\n");
        var work = await run.VerifyAsync("a", prepared);
        Assert.False(Directory.Exists(PathOf(run, prepared.Worktree)));

        var again = await run.VerifyAsync("a", prepared);

        Assert.Empty(again.Problems);
        Assert.Equal(work.Commit, again.Commit);
    }

    [Fact]
    public async Task Prepare_ReturnedWorkIsInConflict_HasBothSidesAgain()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("base", ("shared.txt", "line\n"));
        using var run = await BeginAsync(new Gate("true"), repository: repository, file: _ => "shared.txt");
        var (a, b) = (await run.PrepareAsync("a"), await run.PrepareAsync("b"));
        run.Write(a, "shared.txt", "from a\n");
        run.Write(b, "shared.txt", "from b\n");
        var (workOfA, workOfB) = (await run.VerifyAsync("a", a), await run.VerifyAsync("b", b));
        Assert.True((await run.MergeAsync("a", workOfA.Commit)).Merged);
        Assert.False((await run.MergeAsync("b", workOfB.Commit)).Merged);
        Assert.False(Directory.Exists(PathOf(run, b.Worktree)));

        var again = await run.PrepareAsync("b", attempt: 2, withStaging: true);

        var both = await File.ReadAllTextAsync(Path.Combine(PathOf(run, again.Worktree), "shared.txt"));
        Assert.Contains("from a", both, StringComparison.Ordinal);
        Assert.Contains("from b", both, StringComparison.Ordinal);
        run.Write(again, "shared.txt", "from a\nfrom b\n");
        var resolved = await run.VerifyAsync("b", again, attempt: 2, start: 2);
        Assert.Empty(resolved.Problems);
        Assert.True((await run.MergeAsync("b", resolved.Commit, 2)).Merged);
    }

    /// <summary>Files that a leftover process of an agent writes after the commit are in no commit.</summary>
    [Fact]
    public async Task Verify_FileWrittenAfterTheCommit_LeavesTheWorktree()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        var late = Path.Combine(repository.Path, ".worktrees", RunFixture.RunId, "a", "late.txt");
        using var run = await BeginAsync(new Gate($"echo late > '{late}'"), repository: repository);
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "a\n");

        Assert.Empty((await run.VerifyAsync("a", prepared)).Problems);

        Assert.Equal("late\n", await File.ReadAllTextAsync(late));
    }

    private static async Task<RunFixture> BeginAsync(
        Gate gate,
        int workers = 1,
        TemporaryRepository? repository = null,
        Func<string, string>? file = null
    ) =>
        await RunFixture.BeginAsync(
            repository ?? await TemporaryRepository.CreateAsync(),
            RunFixture.Start(gate).With(s => s with { Workers = workers }),
            [
                .. ((string[])["a", "b"]).Select(id => new PlanTask
                {
                    Id = id,
                    Description = id,
                    FilesWrite = [file?.Invoke(id) ?? $"{id}.txt"],
                }),
            ]
        );

    private static string PathOf(RunFixture run, string worktree) => Path.Combine(run.Repository.Path, worktree);

    private static Task<string> AdminAsync(RunFixture run, string worktree) =>
        run.Repository.GitInAsync(PathOf(run, worktree), "rev-parse", "--git-dir");
}
