using Orchestrator.Messages;
using Xunit;
using static Orchestrator.Workflows.Tests.RunTests;

namespace Orchestrator.Workflows.Tests;

/// <summary>A run that is paused while it waits for something.</summary>
public sealed class PausedDelayTests
{
    /// <summary>A delay before a retry can be many minutes; a user who pauses does not wait for it.</summary>
    [Fact]
    public async Task Pause_DelayBeforeARetry_EndsItAtOnceAndResumeStartsTheAgent()
    {
        var calls = 0;
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Agent = (_, _) =>
                    System.Threading.Tasks.Task.FromResult(
                        ++calls > 1
                            ? ScriptedActivities.Done()
                            : new AgentRunResult
                            {
                                FailureClass = FailureClass.Throttled,
                                Message = "too many requests",
                                ResetAt = DateTimeOffset.UtcNow.AddDays(1),
                            }
                    )
        );
        await run.UntilAsync(s => s.Tasks.Count > 0 && s.Tasks[0].Why is AgentRestartPendingReason);

        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
        var paused = await run.UntilAsync(s => s.Tasks[0].Paused);
        Assert.Equal(RunLivenessClassifier.Paused, RunLivenessClassifier.Of(paused));
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(2, run.Activities.Starts.Count);
    }
}
