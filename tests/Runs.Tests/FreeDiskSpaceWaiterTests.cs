using Orchestrator.Messages;
using Orchestrator.Runs.AgentCalls;
using Xunit;

namespace Orchestrator.Runs.Tests;

public sealed class FreeDiskSpaceWaiterTests
{
    private static readonly AgentRunResult Full = new()
    {
        FailureClass = FailureClass.Environment,
        Message = "No space left on device : '/w/a.txt'",
    };

    [Fact]
    public async Task AwaitSpace_SpaceComesBack_AgentContinuesAtOnce()
    {
        var looks = 0;
        var signs = 0;

        var result = await WaitAsync(Full, () => ++looks > 1, () => signs++);

        Assert.Equal((FailureClass.Environment, true), (result.FailureClass, result.HasSpaceAgain));
        Assert.True(signs > 0, "the step reports that it is alive");
    }

    [Fact]
    public async Task AwaitSpace_StepIsStopped_TaskBacksOff()
    {
        using var stop = new CancellationTokenSource();

        var result = await WaitAsync(Full, () => false, stop.Cancel, stop.Token);

        Assert.False(result.HasSpaceAgain);
    }

    [Theory]
    [InlineData(FailureClass.Environment, "ENOMEM: cannot allocate memory")]
    [InlineData(FailureClass.Transient, "No space left on device")]
    public async Task AwaitSpace_OtherFailure_IsUnchanged(FailureClass failure, string message)
    {
        var other = Full with { FailureClass = failure, Message = message };

        Assert.Same(other, await WaitAsync(other, () => throw new InvalidOperationException("not asked"), () => { }));
    }

    private static Task<AgentRunResult> WaitAsync(
        AgentRunResult result,
        Func<bool> hasSpace,
        Action alive,
        CancellationToken stop = default
    ) =>
        new FreeDiskSpaceWaiter(TimeProvider.System, (_, _) => hasSpace()).AwaitSpaceAsync(
            result,
            "/w",
            1,
            new RunStepExecutionContext("step", "step/1", stop, CancellationToken.None, alive)
        );
}
