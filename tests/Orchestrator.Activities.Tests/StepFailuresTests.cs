using Orchestrator.Git;
using Orchestrator.Runs;
using Temporalio.Exceptions;
using Temporalio.Worker.Interceptors;
using Xunit;

namespace Orchestrator.Activities.Tests;

/// <summary>What a failed step means to the server.</summary>
public sealed class StepFailuresTests
{
    [Fact]
    public async Task Execute_FinalFailure_IsNotTriedAgain()
    {
        var told = await FailAsync(new StepException("The plan is gone.", new FileNotFoundException("no plan"), "PlanGone"));

        Assert.Equal(("The plan is gone.", "PlanGone", true, null), (told.Message, told.ErrorType, told.NonRetryable, told.NextRetryDelay));
        Assert.Equal("no plan", told.InnerException?.Message);
    }

    [Fact]
    public async Task Execute_FailureInPassing_IsTriedAgainWhenTheStepSays()
    {
        var told = await FailAsync(new StepException("It moved.", "BranchMoved") { IsFinal = false, RetryAfter = TimeSpan.FromSeconds(3) });

        Assert.Equal(("BranchMoved", false, TimeSpan.FromSeconds(3)), (told.ErrorType, told.NonRetryable, told.NextRetryDelay));
    }

    [Fact]
    public async Task Execute_SomethingElseInAWorktreesPlace_IsNotTriedAgain() =>
        Assert.True((await FailAsync(new WorktreeReplacedException("A link is in its place."))).NonRetryable);

    [Fact]
    public async Task Execute_AnyOtherFault_GoesThroughAsItIs()
    {
        var fault = new IOException("The disk is full.");

        Assert.Same(fault, await Assert.ThrowsAsync<IOException>(() => RunAsync(fault)));
    }

    private static Task<ApplicationFailureException> FailAsync(Exception fault) => Assert.ThrowsAsync<ApplicationFailureException>(() => RunAsync(fault));

    private static Task<object?> RunAsync(Exception fault) => new StepFailures().InterceptActivity(new Failing(fault)).ExecuteActivityAsync(null!);

    private sealed class Failing(Exception fault) : ActivityInboundInterceptor(null!)
    {
        public override Task<object?> ExecuteActivityAsync(ExecuteActivityInput input) => throw fault;
    }
}
