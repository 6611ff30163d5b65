using Orchestrator.Git.Landing;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.Merging.Resets;
using Orchestrator.Runs.Reports;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Facts about the previous execution of a reset run, found in git, its folder and its record.</summary>
public sealed class EarlierExecutionFinderTests
{
    [Fact]
    public async Task Staging_GoneAfterLanding_IsMadeAnewWithTheLastMerge()
    {
        using var run = await BeginAsync();
        var merged = await run.DoAsync("a", "a.txt", "a\n");
        Assert.True((await run.LandAsync()).Landed);
        await DeleteAsync(run, $"refs/heads/{run.StagingBranch}");

        var staging = await EnsureAsync(run);

        Assert.Equal((merged.Commit, run.Preflight.BaseCommit, false), (staging!.Tip, staging.Base, staging.IsLost));
        Assert.Contains("was missing and was recreated at the last merge", staging.Made, StringComparison.Ordinal);
        Assert.Equal(merged.Commit, await run.Repository.GitAsync("rev-parse", run.StagingBranch));
    }

    /// <summary>A landing that was refused has left no note behind, and its staging branch is gone anyway.</summary>
    [Fact]
    public async Task Staging_GoneAfterARefusedLanding_IsMadeAnewWithTheLastMerge()
    {
        using var run = await BeginAsync();
        var merged = await run.DoAsync("a", "a.txt", "a\n");
        run.Repository.Write("a.txt", "the user's\n");
        Assert.False((await run.LandAsync()).Landed);
        Assert.Null(TargetBranchMoveHistory.TryRead(run.Folder.Landing));
        await DeleteAsync(run, $"refs/heads/{run.StagingBranch}");

        Assert.Equal(merged.Commit, (await EnsureAsync(run))!.Tip);
    }

    [Fact]
    public async Task Staging_GoneWithAllThatTellsOfIt_IsLostAndBeginsAnew()
    {
        using var run = await BeginAsync();
        await run.DoAsync("a", "a.txt", "a\n");
        await DeleteAsync(run, $"refs/heads/{run.StagingBranch}", RunRefNameBuilder.LastMerge(run.Folder));

        var staging = await EnsureAsync(run);

        Assert.Equal((run.Preflight.BaseCommit, true), (staging!.Tip, staging.IsLost));
    }

    [Fact]
    public async Task Staging_NothingSaysWhereTheRunBegan_FailsWithTheCure()
    {
        using var run = await BeginAsync();
        await DeleteAsync(run, RunRefNameBuilder.Base(run.Folder));

        var failure = await Assert.ThrowsAsync<RunStepFailedException>(() => EnsureAsync(run));

        Assert.True(failure.IsFinal);
        Assert.Contains("git update-ref", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>The execution was reset, or should end, before it had a branch.</summary>
    [Fact]
    public async Task Staging_RunHadNotBegun_IsNone()
    {
        using var run = await BeginAsync();
        await DeleteAsync(
            run,
            $"refs/heads/{run.StagingBranch}",
            RunRefNameBuilder.LastMerge(run.Folder),
            RunRefNameBuilder.Base(run.Folder)
        );

        Assert.Null(await EnsureAsync(run));
    }

    /// <summary>A run that is reset to its begin is looked at again; only the staging branch tells how far it was.</summary>
    [Fact]
    public async Task Preflight_OfAResetRun_LeavesStagingWhereItIs()
    {
        using var run = await BeginAsync();
        var begin = run.StagingTip;
        var merged = await run.DoAsync("a", "a.txt", "a\n");

        await run.PreflightAgainAsync();

        Assert.Empty(run.Preflight.Errors);
        Assert.Equal(begin, run.Preflight.StagingTip);
        Assert.Equal(merged.Commit, await run.Repository.GitAsync("rev-parse", run.StagingBranch));
    }

    [Fact]
    public async Task Find_OneTaskMergedAndOneStarted_TellsBothAndWhereStagingIs()
    {
        using var run = await BeginAsync();
        var merged = await run.DoAsync("a", "a.txt", "a\n");
        Directory.CreateDirectory(run.Folder.Start("b", 2));
        new ProgressRecorder().Record(
            run.Folder,
            new RecordProgressInput(
                run.Reference,
                Status(run, 41),
                [
                    new RunTaskStatus
                    {
                        Id = "b",
                        State = TaskStateNames.Executing,
                        Attempt = 3,
                    },
                ],
                []
            ),
            "execution"
        );

        var found = await FindAsync(run, run.Hash, 0);
        var rest = await FindAsync(run, run.Hash, 1);
        var record = await FindAsync(run, "", 0);

        Assert.Equal(
            (41L, merged.Commit, "", false, 2),
            (found.LastSequence, found.StagingTip, found.StagingMade, found.StagingLost, found.TaskCount)
        );
        Assert.Equal(
            [("a", merged.Commit, 0, 0), ("b", "", 3, 2)],
            found.Tasks.Select(t => t.Progress).Select(t => (t.Id, t.MergeCommit, t.Attempt, t.LastStart))
        );
        Assert.Equal(["", "execution of b"], found.Tasks.Select(t => t.ExecutionId));
        Assert.Equal(["b"], rest.Tasks.Select(t => t.Progress.Id));
        Assert.Equal((41L, 0), (record.LastSequence, record.TaskCount));
    }

    private static Task<EarlierWorkSearchResultPage> FindAsync(RunFixture run, string plan, int offset) =>
        EarlierExecutionFinder.FindAsync(
            new FindEarlierWorkInput(RunFixture.RunId, run.Reference, plan, offset),
            run.Services,
            _ =>
                Task.FromResult<IReadOnlyDictionary<string, TaskReport>>(
                    new Dictionary<string, TaskReport>
                    {
                        ["b"] = new TaskReport
                        {
                            Progress = new TaskProgress
                            {
                                Id = "b",
                                State = TaskStateNames.Executing,
                                Attempt = 3,
                            },
                            ExecutionId = "execution of b",
                            Sequence = 4,
                        },
                    }
                ),
            CancellationToken.None
        );

    private static RunStatus Status(RunFixture run, long sequence) =>
        new()
        {
            RunId = RunFixture.RunId,
            State = RunStateNames.Executing,
            Repository = run.Repository.Path,
            Sequence = sequence,
        };

    private static async Task<StagingBranch?> EnsureAsync(RunFixture run) =>
        await StagingBranchRestorer.EnsureAsync(
            await run.Services.OpenRepositoryAsync(run.Repository.Path),
            new RunPlanCache().Load(run.Reference, RunFixture.RunId, run.Hash),
            CancellationToken.None
        );

    private static async Task DeleteAsync(RunFixture run, params string[] refs)
    {
        foreach (var name in refs)
        {
            await run.Repository.GitAsync("update-ref", "-d", name);
        }
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
}
