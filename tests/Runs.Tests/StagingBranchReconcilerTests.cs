using Orchestrator.Git.Landing;
using Orchestrator.Plans;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>
/// The expected tip of staging is the one that the run was notified of last, whatever the ref and the files beside git contain.
/// </summary>
public sealed class StagingBranchReconcilerTests
{
    /// <summary>After a power cut, or a change by an agent, the last merge is no longer in staging.</summary>
    [Fact]
    public async Task Land_StagingRewoundToBeforeAMerge_LandsBothTasksAndSaysSo()
    {
        using var run = await BeginAsync();
        var first = await run.DoAsync("a", "a.txt", "a\n");
        var second = await run.DoAsync("b", "b.txt", "b\n");
        await run.Repository.GitAsync("update-ref", $"refs/heads/{run.StagingBranch}", first.Commit);

        var landed = await run.LandAsync();

        Assert.True(landed.Landed, landed.Message);
        Assert.Contains("had been moved by another program and was restored", landed.Message);
        Assert.Equal(second.Commit, await run.Repository.GitAsync("rev-parse", "main"));
        Assert.Equal(("a", "b"), (await run.ShowAsync("main", "a.txt"), await run.ShowAsync("main", "b.txt")));
    }

    [Theory]
    [InlineData("branch")]
    [InlineData("merge")]
    public async Task Land_StagingGone_IsMadeAgain(string land)
    {
        using var run = await BeginAsync();
        var merged = await run.DoAsync("a", "a.txt", "a\n");
        await run.Repository.GitAsync("update-ref", "-d", $"refs/heads/{run.StagingBranch}");

        var landed = await run.LandAsync(land);

        Assert.True(landed.Landed, landed.Message);
        Assert.Equal(merged.Commit, await run.Repository.GitAsync("rev-parse", run.StagingBranch));
    }

    [Fact]
    public async Task Land_WhatWasMergedIsNotInTheRepository_LandsNothingAndSaysSo()
    {
        using var run = await BeginAsync();
        await run.DoAsync("a", "a.txt", "a\n");
        run.StagingTip = new string('1', 40);

        var landed = await run.LandAsync();

        Assert.False(landed.Landed);
        Assert.Contains("is not in this repository", landed.Message);
        Assert.Equal(run.Preflight.BaseCommit, await run.Repository.GitAsync("rev-parse", "main"));
    }

    /// <summary>A user who was asked to repair something on staging requests the check again.</summary>
    [Fact]
    public async Task Land_AskedForAfterAPersonsCommitOnStaging_LandsItToo()
    {
        using var run = await BeginAsync();
        await run.DoAsync("a", "a.txt", "a\n");
        var mine = await CommitOnStagingAsync(run);

        var unasked = await run.LandAsync("branch");
        Assert.Equal(unasked.Commit, run.StagingTip);
        Assert.NotEqual(mine, unasked.Commit);
        await run.Repository.GitAsync("update-ref", $"refs/heads/{run.StagingBranch}", mine);
        var asked = await run.LandAsync(isAskedFor: true);

        Assert.True(asked.Landed, asked.Message);
        Assert.Equal(mine, await run.Repository.GitAsync("rev-parse", "main"));
    }

    [Fact]
    public async Task Land_AskedForWithoutWhatWasMerged_IsRefusedAndNothingMoves()
    {
        using var run = await BeginAsync();
        await run.DoAsync("a", "a.txt", "a\n");
        await run.Repository.GitAsync("update-ref", $"refs/heads/{run.StagingBranch}", run.Preflight.BaseCommit);

        var landed = await run.LandAsync(isAskedFor: true);

        Assert.False(landed.Landed);
        Assert.Contains("no longer contains the run's merges", landed.Message);
        Assert.Equal(run.Preflight.BaseCommit, await run.Repository.GitAsync("rev-parse", "main"));
    }

    [Theory]
    [InlineData("moved")]
    [InlineData("rewound")]
    [InlineData("gone")]
    [InlineData("symbolic")]
    public async Task Merge_StagingIsNotWhereTheRecordSays_IsPutBackFirstAndNothingForeignComesIn(string how)
    {
        using var run = await BeginAsync();
        var first = await run.DoAsync("a", "a.txt", "a\n");
        var prepared = await run.PrepareAsync("b");
        run.Write(prepared, "b.txt", "b\n");
        var work = await run.VerifyAsync("b", prepared);
        var staging = $"refs/heads/{run.StagingBranch}";
        var foreign = how == "moved" ? await CommitOnStagingAsync(run) : "";
        string[] command = how switch
        {
            "rewound" => ["update-ref", staging, run.Preflight.BaseCommit],
            "gone" => ["update-ref", "-d", staging],
            "symbolic" => ["symbolic-ref", staging, "refs/heads/main"],
            _ => ["rev-parse", staging],
        };
        await run.Repository.GitAsync(command);

        var merged = await run.MergeAsync("b", work.Commit);

        Assert.True(merged.Merged, merged.Message);
        Assert.Contains("restored", merged.Message);
        Assert.Equal(first.Commit, await run.Repository.GitAsync("rev-parse", $"{run.StagingBranch}^1"));
        Assert.Equal("README.md\na.txt\nb.txt", await run.Repository.GitAsync("ls-tree", "-r", "--name-only", run.StagingBranch));
        Assert.Equal(run.Preflight.BaseCommit, await run.Repository.GitAsync("rev-parse", "main"));
        if (foreign.Length > 0)
        {
            Assert.Equal(foreign, await run.Repository.GitAsync("rev-parse", $"refs/orchestrator/foreign/{foreign}"));
        }
    }

    [Fact]
    public async Task Merge_DoneBeforeACrash_IsFoundAndNotDoubled()
    {
        using var run = await BeginAsync();
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "a\n");
        var work = await run.VerifyAsync("a", prepared);

        var untold = await run.MergeOnceAsync("a", work.Commit);
        var again = await run.MergeAsync("a", work.Commit);

        Assert.Equal(untold.Commit, again.Commit);
        Assert.Equal("", again.Message);
    }

    [Fact]
    public async Task Merge_ForgedMergeWithOtherFiles_IsNotTaken()
    {
        using var run = await BeginAsync();
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "a\n");
        var work = await run.VerifyAsync("a", prepared);
        var tree = await run.Repository.GitAsync("rev-parse", $"{await CommitOnStagingAsync(run)}^{{tree}}");
        var message = $"Merge a\n\nOrchestrator-Run: {RunFixture.RunId}\nOrchestrator-Task: a\nOrchestrator-Attempt: 1";
        var forged = await run.Repository.GitAsync("commit-tree", tree, "-p", run.StagingTip, "-p", work.Commit, "-m", message);
        await run.Repository.GitAsync("update-ref", $"refs/heads/{run.StagingBranch}", forged);

        var merged = await run.MergeAsync("a", work.Commit);

        Assert.Contains("restored", merged.Message);
        Assert.Equal("README.md\na.txt", await run.Repository.GitAsync("ls-tree", "-r", "--name-only", run.StagingBranch));
    }

    [Fact]
    public async Task Prepare_ForeignCommitOnStaging_IsNotWhatWorkBeginsWith()
    {
        using var run = await BeginAsync();
        var first = await run.DoAsync("a", "a.txt", "a\n");
        await CommitOnStagingAsync(run);

        Assert.Equal(first.Commit, (await run.PrepareAsync("b")).BaseCommit);
    }

    /// <summary>
    /// Others are merged between a task's start and its preparation: the record that it was started with is a little old.
    /// </summary>
    [Fact]
    public async Task Prepare_MergedMeanwhile_BeginsWithIt()
    {
        using var run = await BeginAsync();
        var begin = run.StagingTip;
        var first = await run.DoAsync("a", "a.txt", "a\n");
        run.StagingTip = begin;

        Assert.Equal(first.Commit, (await run.PrepareAsync("b")).BaseCommit);
    }

    [Fact]
    public async Task Prepare_NothingOfTheRecordIsThere_FailsWithTheCure()
    {
        using var run = await BeginAsync();
        run.StagingTip = new string('1', 40);

        var failure = await Assert.ThrowsAsync<RunStepFailedException>(() => run.PrepareAsync("a"));

        Assert.Contains("git branch", failure.Message);
    }

    /// <summary>
    /// A merge that was pending where the run was reset is done again with what the run knew then; the execution before has merged more.
    /// </summary>
    [Theory]
    [InlineData("there")]
    [InlineData("rewound")]
    [InlineData("gone")]
    public async Task Merge_PendingAtAReset_KeepsWhatWasMergedSince(string staging)
    {
        using var run = await BeginAsync();
        var begin = run.StagingTip;
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "a\n");
        var work = await run.VerifyAsync("a", prepared);
        await run.MergeAsync("a", work.Commit);
        var second = await run.DoAsync("b", "b.txt", "b\n");
        string[] command = staging switch
        {
            "rewound" => ["update-ref", Ref(run), begin],
            "gone" => ["update-ref", "-d", Ref(run)],
            _ => ["rev-parse", "HEAD"],
        };
        await run.Repository.GitAsync(command);
        (run.StagingTip, run.CallerIs) = (begin, StepRequesterWorkflowStatus.OpenAfterReset);

        var merged = await run.MergeAsync("a", work.Commit);

        Assert.True(merged.Merged, merged.Message);
        Assert.Equal((second.Commit, second.Commit), (merged.Commit, await run.Repository.GitAsync("rev-parse", run.StagingBranch)));
    }

    [Fact]
    public async Task Land_PendingAtAReset_LandsWhatWasMergedSince()
    {
        using var run = await BeginAsync();
        var first = await run.DoAsync("a", "a.txt", "a\n");
        var second = await run.DoAsync("b", "b.txt", "b\n");
        (run.StagingTip, run.CallerIs) = (first.Commit, StepRequesterWorkflowStatus.OpenAfterReset);

        var landed = await run.LandAsync();

        Assert.True(landed.Landed, landed.Message);
        Assert.Equal((second.Commit, second.Commit), (run.StagingTip, await run.Repository.GitAsync("rev-parse", "main")));
    }

    /// <summary>The ref that goes before the record after a reset says nothing for what is not the run's own.</summary>
    [Fact]
    public async Task Merge_AfterAResetWithAForeignCommitBehindTheLastMerge_TakesTheMergeAndNotTheCommit()
    {
        using var run = await BeginAsync();
        var begin = run.StagingTip;
        var first = await run.DoAsync("a", "a.txt", "a\n");
        var prepared = await run.PrepareAsync("b");
        run.Write(prepared, "b.txt", "b\n");
        var work = await run.VerifyAsync("b", prepared);
        await run.Repository.GitAsync("update-ref", RunRefNameBuilder.LastMerge(run.Folder), await CommitOnStagingAsync(run));
        (run.StagingTip, run.CallerIs) = (begin, StepRequesterWorkflowStatus.OpenAfterReset);

        var merged = await run.MergeAsync("b", work.Commit);

        Assert.Contains("restored", merged.Message);
        Assert.Equal(first.Commit, await run.Repository.GitAsync("rev-parse", $"{run.StagingBranch}^1"));
        Assert.Equal("README.md\na.txt\nb.txt", await run.Repository.GitAsync("ls-tree", "-r", "--name-only", run.StagingBranch));
    }

    /// <summary>An activity of an execution that was reset continues for a while: it may not take back what the new one merges.</summary>
    [Fact]
    public async Task Merge_ForAnExecutionThatIsOver_LeavesStaging()
    {
        using var run = await BeginAsync();
        var begin = run.StagingTip;
        var prepared = await run.PrepareAsync("b");
        run.Write(prepared, "b.txt", "b\n");
        var work = await run.VerifyAsync("b", prepared);
        var first = await run.DoAsync("a", "a.txt", "a\n");
        (run.StagingTip, run.CallerIs) = (begin, StepRequesterWorkflowStatus.Over);

        await Assert.ThrowsAsync<RunStepFailedException>(() => run.MergeAsync("b", work.Commit));

        Assert.Equal(first.Commit, await run.Repository.GitAsync("rev-parse", run.StagingBranch));
    }

    /// <summary>The user merges by hand what could not be landed: nobody takes that back.</summary>
    [Fact]
    public async Task Abort_AfterARefusedLandingThatTheUserMadeByHand_LeavesTheUsersMerge()
    {
        using var run = await BeginAsync();
        var merged = await run.DoAsync("a", "a.txt", "a\n");
        run.Repository.Write("a.txt", "the user's own, which landing would overwrite\n");
        var refused = await run.LandAsync();
        File.Delete(run.Repository["a.txt"]);
        await run.Repository.GitAsync("merge", "--quiet", "--ff-only", run.StagingBranch);

        var said = await run.AbortAsync();

        Assert.False(refused.Landed);
        Assert.Equal("", said);
        Assert.Equal(merged.Commit, await run.Repository.GitAsync("rev-parse", "main"));
        Assert.Null(TargetBranchMoveHistory.TryRead(run.Folder.Landing));
    }

    private static Task<RunFixture> BeginAsync() =>
        RunFixture.BeginAsync(
            RunFixture.Start(new Gate("true")),
            new PlanTask
            {
                Id = "a",
                Description = "a",
                FilesWrite = ["a.txt"],
            },
            new PlanTask
            {
                Id = "b",
                Description = "b",
                FilesWrite = ["b.txt"],
            }
        );

    private static string Ref(RunFixture run) => $"refs/heads/{run.StagingBranch}";

    private static async Task<string> CommitOnStagingAsync(RunFixture run)
    {
        var commit = await run.Repository.CommitOnBranchAsync("foreign", run.StagingBranch, "foreign", ("foreign.txt", "x"));
        await run.Repository.GitAsync("update-ref", $"refs/heads/{run.StagingBranch}", commit);
        return commit;
    }
}
