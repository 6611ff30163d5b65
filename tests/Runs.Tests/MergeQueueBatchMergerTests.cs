using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.Merging;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Several tasks merged at once: what was tested is what lands, and nothing is merged twice or lost.</summary>
public sealed class MergeQueueBatchMergerTests
{
    [Fact]
    public async Task Batch_ThreeTasks_LandAsAMergeEachWithOneRunOfTheGate()
    {
        using var run = await BeginAsync("echo run >> \"$HOME/runs\" && test -f a.txt", "a", "b", "c");
        var (a, b, c) = (await run.WorkAsync("a", "a.txt", "a\n"), await CommitAsync(run, "b"), await CommitAsync(run, "c"));
        var before = await RunsAsync(run);

        var built = await run.BuildBatchAsync(a, b, c);
        Assert.Equal(run.StagingTip, await run.Repository.GitAsync("rev-parse", run.StagingBranch));
        var gated = await run.GateBatchAsync(built, 2, a, b, c);
        Assert.Equal(MergeOutcome.Made, gated.Outcome);
        Assert.All(await run.LandBatchAsync(built.Take(3)), merge => Assert.True(merge.Merged));

        Assert.Equal(built[2].Commit, await run.Repository.GitAsync("rev-parse", run.StagingBranch));
        Assert.Equal("3", await run.Repository.GitAsync("rev-list", "--count", "--merges", run.StagingBranch));
        Assert.Equal(before + 1, await RunsAsync(run));
        var landed = await run.LandAsync();
        Assert.True(landed.Landed, landed.Message);
        Assert.Equal(
            ("a", "b", "c"),
            (await run.ShowAsync("main", "a.txt"), await run.ShowAsync("main", "b.txt"), await run.ShowAsync("main", "c.txt"))
        );
    }

    /// <summary>An agent is notified of a conflict with what is on staging, never with what may not come there.</summary>
    [Fact]
    public async Task Build_SecondIsInConflictWithFirst_IsLeftForTheNextBatchWithThoseBehindIt()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("base", ("shared.txt", "line\n"));
        using var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("true")),
            Task("a", "shared.txt"),
            Task("b", "shared.txt"),
            Task("c", "c.txt")
        );
        var (preparedA, preparedB) = (await run.PrepareAsync("a"), await run.PrepareAsync("b"));
        run.Write(preparedA, "shared.txt", "from a\n");
        run.Write(preparedB, "shared.txt", "from b\n");
        var a = ("a", (await run.VerifyAsync("a", preparedA)).Commit);
        var b = ("b", (await run.VerifyAsync("b", preparedB)).Commit);
        var c = await CommitAsync(run, "c");

        var first = await run.BuildBatchAsync(a, b, c);
        Assert.Single(first);
        Assert.False(Directory.GetFiles(run.Folder.Task("b"), "problems-*").Length > 0);
        Assert.All(await run.LandBatchAsync(first.Take(1)), merge => Assert.True(merge.Merged));

        var second = await run.BuildBatchAsync(b, c);
        Assert.Contains("shared.txt", second[0].Message);
        Assert.Contains("<<<<<<<", await File.ReadAllTextAsync(Path.Combine(run.Repository.Path, second[0].ProblemsFile)));
        Assert.Equal(MergeOutcome.Made, second[1].Outcome);
        Assert.All(await run.LandBatchAsync(second.Take(2)), merge => Assert.True(merge.Merged));
        Assert.Equal("from a", await run.ShowAsync(run.StagingBranch, "shared.txt"));
        Assert.Equal("c", await run.ShowAsync(run.StagingBranch, "c.txt"));
    }

    [Fact]
    public async Task Gate_RedOnlyTogether_TellsTheLastWithWhomAndWhatAndGivesItTheMerge()
    {
        using var run = await BeginAsync("test ! -f a.txt || test ! -f b.txt || { echo both are there; false; }", "a", "b", "c");
        var (c, a, b) = (await CommitAsync(run, "c"), await CommitAsync(run, "a"), await CommitAsync(run, "b"));
        var built = await run.BuildBatchAsync(c, a, b);

        Assert.Equal(MergeOutcome.Made, (await run.GateBatchAsync(built, 1, c, a)).Outcome);
        var red = await run.GateBatchAsync(built, 3, c, a, b);
        Assert.All(await run.LandBatchAsync(built.Take(2)), merge => Assert.True(merge.Merged));

        Assert.Contains("with c, a", red.Message);
        Assert.Contains("both are there", red.Message);
        Assert.Equal((MergeOutcome.Refused, FailureClass.None), (red.Outcome, red.FailureClass));
        var problems = await File.ReadAllTextAsync(Path.Combine(run.Repository.Path, red.ProblemsFile));
        Assert.Contains("test ! -f a.txt", problems);
        Assert.Contains("both are there", problems);
        Assert.Contains("- c: task c\n- a: task a\n", problems);
        var again = await run.PrepareAsync("b", attempt: 2, withStaging: true);
        Assert.True(File.Exists(Path.Combine(run.Repository.Path, again.Worktree, "a.txt")));
        Assert.True(File.Exists(Path.Combine(run.Repository.Path, again.Worktree, "b.txt")));
    }

    [Fact]
    public async Task Gate_FailsTwiceAndThenHolds_IsFlaky()
    {
        using var run = await BeginAsync(
            "test ! -f a.txt || test ! -f b.txt || { echo x >> \"$HOME/tries\"; test \"$(wc -l < \"$HOME/tries\")\" -ge 3; }",
            "a",
            "b"
        );
        var (a, b) = (await CommitAsync(run, "a"), await CommitAsync(run, "b"));
        var built = await run.BuildBatchAsync(a, b);

        var gated = await run.GateBatchAsync(built, 3, a, b);

        Assert.Equal(MergeOutcome.Made, gated.Outcome);
        Assert.Contains("tries", Assert.Single(gated.Flaky));
    }

    /// <summary>A flaky test may fail twice by chance, and a task that is blamed for it costs another agent.</summary>
    [Theory]
    [InlineData("the test of other timed out", 4, MergeOutcome.Made)]
    [InlineData("a.txt is wrong", 4, MergeOutcome.Made)]
    [InlineData("the test of other timed out", 9, MergeOutcome.Refused)]
    [InlineData("a.txt is wrong", 9, MergeOutcome.Refused)]
    public async Task Gate_QuickGateFailsTwice_IsRepeated(string said, int holdsAt, MergeOutcome outcome)
    {
        const string Count = "{ echo x >> \"$HOME/tries\"; wc -l < \"$HOME/tries\"; }";
        using var run = await BeginAsync($"test ! -f a.txt || test \"$({Count})\" -ge {holdsAt} || {{ echo '{said}'; false; }}", "a");
        var a = await CommitAsync(run, "a");

        var gated = await run.GateBatchAsync(await run.BuildBatchAsync(a), 2, a);

        Assert.Equal(outcome, gated.Outcome);
        Assert.Equal(outcome == MergeOutcome.Made ? 1 : 0, gated.Flaky.Count);
    }

    [Theory]
    [InlineData("a.txt is wrong", 10, 2, 4)]
    [InlineData("a.txt is wrong", 11, 2, 2)]
    [InlineData("a.txt is wrong", 1, 1, 1)]
    [InlineData("b.txt is wrong", 11, 2, 4)]
    [InlineData("b.txt is wrong", 11, 1, 2)]
    public void Tries_SlowGateThatNamesAChange_AreNotMore(string said, int seconds, int tries, int expected)
    {
        var failure = new GateVerdict
        {
            Gate = new Gate("./gate"),
            Command = "./gate",
            Result = GateResult.Failed,
            Duration = TimeSpan.FromSeconds(seconds),
            Tail = said,
        };

        Assert.Equal(expected, MergeGateRunner.TriesAfter([failure], ["a.txt"], tries));
    }

    [Theory]
    [InlineData(2, 3, false, 3)]
    [InlineData(2, 1, false, 2)]
    [InlineData(2, 2, true, 2)]
    [InlineData(1, 2, true, 1)]
    public void Runs_OfFailedGates_AreThoseOfTheGateThatRanLeast(int tries, int runs, bool ranAlone, int expected)
    {
        var quick = new GateVerdict
        {
            Gate = new Gate("./quick"),
            Command = "./quick",
            Result = GateResult.Failed,
            Runs = 3,
        };

        Assert.Equal(expected, MergeGateRunner.RunsOf([quick, quick with { Runs = runs, RanAlone = ranAlone }], tries));
        Assert.Equal(tries, MergeGateRunner.RunsOf([], tries));
    }

    [Fact]
    public async Task Gate_ChangesFiles_WhatLandsIsWhatWasMerged()
    {
        using var run = await BeginAsync("echo spoilt > a.txt; echo more > more.txt; git add -A", "a", "b");
        var (a, b) = (await CommitAsync(run, "a"), await CommitAsync(run, "b"));
        var built = await run.BuildBatchAsync(a, b);
        Assert.Equal(MergeOutcome.Made, (await run.GateBatchAsync(built, 2, a, b)).Outcome);
        Assert.All(await run.LandBatchAsync(built.Take(2)), merge => Assert.True(merge.Merged));

        Assert.Equal("a", await run.ShowAsync(run.StagingBranch, "a.txt"));
        Assert.DoesNotContain("more.txt", await run.Repository.GitAsync("ls-tree", "-r", "--name-only", run.StagingBranch));
    }

    [Fact]
    public async Task Land_KilledBeforeItCouldTell_IsFoundDone()
    {
        using var run = await BeginAsync("true", "a", "b");
        var (a, b) = (await CommitAsync(run, "a"), await CommitAsync(run, "b"));
        var built = await run.BuildBatchAsync(a, b);
        Assert.All(await run.LandBatchAsync(built.Take(2), isTold: false), merge => Assert.True(merge.Merged));

        Assert.All(await run.LandBatchAsync(built.Take(2)), merge => Assert.True(merge.Merged));
        Assert.Equal(built[1].Commit, await run.Repository.GitAsync("rev-parse", run.StagingBranch));

        // And what is there is not merged again.
        var again = await run.BuildBatchAsync(a, b);
        Assert.All(again, merge => Assert.True(merge.Merged));
        Assert.Equal("2", await run.Repository.GitAsync("rev-list", "--count", "--merges", run.StagingBranch));
    }

    /// <summary>The train died between staging's move and its report; another one begins with what the run knows.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Build_BatchHasLandedAndNobodyWasTold_IsFoundEachWithItsOwnMerge(int requests)
    {
        using var run = await BeginAsync("true", "a", "b", "c");
        (string, string)[] work = [await CommitAsync(run, "a"), await CommitAsync(run, "b"), await CommitAsync(run, "c")];
        var built = await run.BuildBatchAsync(work[..2]);
        await run.LandBatchAsync(built, isTold: false);

        var again = await run.BuildBatchAsync(work[..requests]);

        Assert.Equal(
            built.Select(merge => (merge.TaskId, merge.Commit, MergeOutcome.Merged)),
            again.Take(2).Select(merge => (merge.TaskId, merge.Commit, merge.Outcome))
        );
        Assert.All(again, merge => Assert.Equal("", merge.Message + merge.Note));
        Assert.All(again.Skip(2), merge => Assert.Equal((MergeOutcome.Made, built[1].Commit), (merge.Outcome, merge.Onto)));
        Assert.Equal(built[1].Commit, await run.Repository.GitAsync("rev-parse", run.StagingBranch));
    }

    /// <summary>Staging was merged with work outside these requests, which the batch must not include.</summary>
    [Fact]
    public async Task Build_StagingHasMoreThanTheseRequests_IsPutBack()
    {
        using var run = await BeginAsync("true", "a", "b");
        var (a, b) = (await CommitAsync(run, "a"), await CommitAsync(run, "b"));
        await run.LandBatchAsync(await run.BuildBatchAsync(a, b), isTold: false);

        var again = Assert.Single(await run.BuildBatchAsync(b));

        Assert.Equal((MergeOutcome.Made, run.StagingTip), (again.Outcome, again.Onto));
        Assert.Contains("restored", again.Note);
        Assert.Equal(run.StagingTip, await run.Repository.GitAsync("rev-parse", run.StagingBranch));
    }

    [Fact]
    public async Task Land_StagingMovedBySomebodyInMidBatch_IsPutBackAndTheBatchLands()
    {
        using var run = await BeginAsync("true", "a", "b");
        var (a, b) = (await CommitAsync(run, "a"), await CommitAsync(run, "b"));
        var built = await run.BuildBatchAsync(a, b);
        var foreign = await run.Repository.GitAsync("commit-tree", "HEAD^{tree}", "-p", built[0].Onto, "-m", "somebody's");
        await run.Repository.GitAsync("update-ref", $"refs/heads/{run.StagingBranch}", foreign);

        var landed = await run.LandBatchAsync(built);

        Assert.All(landed, merge => Assert.True(merge.Merged));
        Assert.Contains("had been moved by another program", landed[0].Note);
        Assert.Equal(built[1].Commit, await run.Repository.GitAsync("rev-parse", run.StagingBranch));
    }

    [Fact]
    public async Task Land_RunHasMergedOthersSince_LandsNothing()
    {
        using var run = await BeginAsync("true", "a", "b", "c");
        var (a, b, c) = (await CommitAsync(run, "a"), await CommitAsync(run, "b"), await CommitAsync(run, "c"));
        var built = await run.BuildBatchAsync(a, b);
        var merged = await run.MergeAsync("c", c.Commit);

        Assert.All(await run.LandBatchAsync(built.Take(2)), merge => Assert.False(merge.Merged));
        Assert.Equal(merged.Commit, await run.Repository.GitAsync("rev-parse", run.StagingBranch));
    }

    [Fact]
    public async Task Batch_MergesWereCollectedAsGarbage_LandsNothingAndIsMadeAnew()
    {
        using var run = await BeginAsync("true", "a", "b");
        var (a, b) = (await CommitAsync(run, "a"), await CommitAsync(run, "b"));
        var built = await run.BuildBatchAsync(a, b);
        await run.Repository.GitAsync("prune", "--expire=now");

        var gone = await run.GateBatchAsync(built, 2, a, b);
        Assert.Equal((MergeOutcome.Refused, FailureClass.Transient), (gone.Outcome, gone.FailureClass));
        Assert.All(await run.LandBatchAsync(built.Take(2)), merge => Assert.False(merge.Merged));
        var again = await run.BuildBatchAsync(a, b);
        Assert.All(await run.LandBatchAsync(again.Take(2)), merge => Assert.True(merge.Merged));
    }

    [Fact]
    public async Task Batch_WithASubmoduleThatMoves_KeepsIt()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.GitAsync("update-index", "--add", "--cacheinfo", $"160000,{new string('1', 40)},sub");
        await repository.GitAsync("commit", "-qm", "a submodule");
        using var run = await RunFixture.BeginAsync(repository, RunFixture.Start(new Gate("true")), Task("a", "a.txt"), Task("b", "b.txt"));
        var (a, b) = (await CommitAsync(run, "a"), await CommitAsync(run, "b"));
        var built = await run.BuildBatchAsync(a, b);
        Assert.Equal(MergeOutcome.Made, (await run.GateBatchAsync(built, 2, a, b)).Outcome);
        Assert.All(await run.LandBatchAsync(built.Take(2)), merge => Assert.True(merge.Merged));
        Assert.Contains("160000 commit", await run.Repository.GitAsync("ls-tree", run.StagingBranch, "sub"));
    }

    [Fact]
    public async Task Gate_OfChangedFiles_IsGivenThoseOfTheWholeBatch()
    {
        using var run = await BeginAsync("echo {modified_files} >> \"$HOME/runs\"", "a", "b");
        var (a, b) = (await CommitAsync(run, "a"), await CommitAsync(run, "b"));

        var built = await run.BuildBatchAsync(a, b);
        Assert.Equal(MergeOutcome.Made, (await run.GateBatchAsync(built, 2, a, b)).Outcome);

        Assert.Equal("a.txt b.txt", (await File.ReadAllLinesAsync(run.Repository.Beside("home/runs")))[^1]);
    }

    private static Task<(string Id, string Commit)> CommitAsync(RunFixture run, string id) => run.WorkAsync(id, $"{id}.txt", $"{id}\n");

    private static async Task<int> RunsAsync(RunFixture run)
    {
        var file = run.Repository.Beside("home/runs");
        return File.Exists(file) ? (await File.ReadAllLinesAsync(file)).Length : 0;
    }

    private static async Task<RunFixture> BeginAsync(string gate, params string[] tasks)
    {
        // Not a gate of tasks: those would be red before anything is merged.
        var start = RunFixture.Start();
        return await RunFixture.BeginAsync(
            start.With(s => s with { Gates = s.Gates with { Integration = [new Gate(gate, GateType.Test)] } }),
            [.. tasks.Select(id => Task(id, $"{id}.txt"))]
        );
    }

    private static PlanTask Task(string id, string file) =>
        new()
        {
            Id = id,
            Description = $"task {id}",
            Prompt = $"do {id}",
            FilesWrite = [file],
        };
}
