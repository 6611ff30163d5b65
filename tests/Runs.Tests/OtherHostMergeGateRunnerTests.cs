using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.Merging;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>A merge of the queue goes to another host through the remote, for its gates alone.</summary>
public sealed class OtherHostMergeGateRunnerTests
{
    [Fact]
    public async Task Merge_IsShared_IsGatedInAnotherCloneAndWithdrawn()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("base", ("shared.txt", "line\n"));
        var remote = repository.Beside("remote.git");
        await repository.GitAsync("clone", "--quiet", "--bare", ".", remote);
        using var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("test -s a.txt")),
            TaskStepsTests.Task("a", "a.txt"),
            TaskStepsTests.Task("b", "b.txt")
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "work of a\n");
        var work = await run.VerifyAsync("a", prepared);
        var batches = new MergeQueueBatchMerger(run.Services, run.Caller);
        IReadOnlyList<TaskMergeRequest> requests = [new("a", work.Commit, 1)];
        var build = new BuildBatchInput(run.Id, run.Reference, run.Hash, requests) { StagingTip = run.StagingTip };
        var made = Assert.Single(await batches.BuildAsync(build, CancellationToken.None));
        var gate = new VerifyMergeBatchInput(run.Id, run.Reference, run.Hash, requests, made.Onto, made.Commit, 2);
        var clone = repository.Beside("clone");
        await repository.GitAsync("clone", "--quiet", remote, clone);
        var there = new RepositoryReference(clone, (await run.Services.OpenRepositoryAsync(clone)).Key, "there");
        var sync = new OtherHostMergeGateRunner(run.Services, remote, run.Caller);

        await File.WriteAllTextAsync(run.Folder.Status, "{}");
        await sync.ShareAsync(gate, CancellationToken.None);
        await sync.ShareAsync(gate, CancellationToken.None);
        var shared = await repository.GitInAsync(remote, "for-each-ref", "--format=%(refname)", "refs/orchestrator");
        var verdict = await sync.GateAsync(gate with { Repository = there }, isHome: false, CancellationToken.None);
        await sync.WithdrawAsync(gate, CancellationToken.None);

        Assert.Equal($"refs/orchestrator/placed/{run.Id}/@merge-{made.Commit}", shared.Trim());
        Assert.Equal((MergeOutcome.Made, made.Commit, made.Tree), (verdict.Outcome, verdict.Commit, verdict.Tree));
        Assert.EndsWith("gates ran on host", verdict.Message, StringComparison.Ordinal);
        Assert.True(Directory.Exists(Path.Combine(clone, ".orchestrator/runs", run.Id, "tasks/a/merge-gates-1")));
        Assert.True(File.Exists(new RunFolder(clone, run.Id).Status)); // Cleanup finds the run by it.
        Assert.Equal("", await repository.GitInAsync(remote, "for-each-ref", "refs/orchestrator"));
        Assert.Equal("", await repository.GitInAsync(clone, "for-each-ref", "refs/orchestrator/placed"));
    }

    [Fact]
    public async Task Merge_RemoteIsMissing_IsNotShared()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), TaskStepsTests.Task("a", "a.txt"));
        var tip = await run.Repository.GitAsync("rev-parse", "HEAD");
        var gate = new VerifyMergeBatchInput(run.Id, run.Reference, run.Hash, [new("a", tip, 1)], tip, tip, 2);

        var failure = await Assert.ThrowsAsync<RunStepFailedException>(() =>
            new OtherHostMergeGateRunner(run.Services, run.Repository.Beside("missing.git"), run.Caller).ShareAsync(
                gate,
                CancellationToken.None
            )
        );

        Assert.Contains("was not pushed", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RunStepFailedException>(() =>
            new OtherHostMergeGateRunner(run.Services, remote: null, run.Caller).ShareAsync(gate, CancellationToken.None)
        );
    }
}
