using Orchestrator.Client;
using Orchestrator.Messages;
using Orchestrator.TestKit;
using Temporalio.Exceptions;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>Activities are tried forever; a run says which of them fail again and again, and says it no more when they work.</summary>
public sealed class FailingActivityStatusTests
{
    [Fact]
    public async Task Activities_FailAgainAndAgain_AreNamedUntilTheyWork()
    {
        var broken = true;
        var merged = 0;
        await using var run = await ScriptedRun.StartAsync(
            [RunTests.Task("a"), RunTests.Task("b")],
            a =>
            {
                a.Verify = input =>
                    broken && input.Task.Task.Id == "a" ? throw Soon("the table is locked") : new VerifyResult { Commit = "c" };
                a.Merge = input =>
                    broken && Interlocked.Increment(ref merged) > 0
                        ? throw Soon("nobody thought of this")
                        : new MergeResult { Outcome = MergeOutcome.Merged, Commit = "m" };
            }
        );
        var watch = new FailingActivities(run.Client, TimeProvider.System);

        var failing = await run.UntilAsync(s => s.Failing.Count == 2, answer: _ => watch.ReportAsync());
        await watch.ReportAsync();
        broken = false;
        await run.UntilAsync(s => s.Failing.Count == 0, answer: _ => watch.ReportAsync());

        var ofTask = Assert.IsType<ActivityFailingRepeatedlyReason>(Assert.Single(failing.Tasks, t => t.Id == "a").Why);
        Assert.Equal(("VerifyTask", "the table is locked"), (ofTask.Activity, ofTask.Cause.Text));
        var ofRun = Assert.Single(Assert.IsType<OngoingOutagesReason>(failing.Why).Steps);
        Assert.Equal(("MergeBatch", "nobody thought of this"), (ofRun.Activity, ofRun.Cause.Text));
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Single(run.Activities.Events, e => e.Task is null && e.Reason.Contains("nobody thought of this", StringComparison.Ordinal));
        Assert.Single(run.Activities.Events, e => e.Task == "a" && e.Reason.Contains("the table is locked", StringComparison.Ordinal));
        Assert.Null((await run.StatusAsync()).Why);
    }

    [Fact]
    public async Task Activity_WhoseWorkersStopped_IsNotSaidToFail()
    {
        var attempts = 0;
        var release = new TaskCompletionSource();
        await using var run = await ScriptedRun.StartAsync(
            [RunTests.Task("a")],
            a =>
                a.Agent = async (_, stop) =>
                {
                    if (Interlocked.Increment(ref attempts) <= 5)
                    {
                        throw new ApplicationFailureException(
                            "the worker stops",
                            FailureTypes.WorkerStops,
                            nonRetryable: false,
                            nextRetryDelay: TimeSpan.FromMilliseconds(1)
                        );
                    }
                    await release.Task.WaitAsync(stop);
                    return ScriptedActivities.Done();
                }
        );
        await run.UntilAsync(_ => attempts == 6);

        await new FailingActivities(run.Client, TimeProvider.System).ReportAsync();

        Assert.Empty((await run.StatusAsync()).Failing);
        release.SetResult();
        await run.ResultAsync();
    }

    private static ApplicationFailureException Soon(string message) =>
        new(message, "Unforeseen", nonRetryable: false, nextRetryDelay: TimeSpan.FromMilliseconds(200));
}
