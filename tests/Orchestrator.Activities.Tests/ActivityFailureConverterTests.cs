using Orchestrator.Git.Program;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Temporalio.Exceptions;
using Temporalio.Testing;
using Temporalio.Worker.Interceptors;
using Xunit;

namespace Orchestrator.Activities.Tests;

/// <summary>Mapping of failed steps to failures that the server understands.</summary>
public sealed class ActivityFailureConverterTests
{
    [Fact]
    public async Task Execute_FinalFailure_IsNotTriedAgain()
    {
        var told = await FailAsync(new RunStepFailedException("The plan is gone.", new FileNotFoundException("no plan"), "PlanGone"));

        Assert.Equal(("The plan is gone.", "PlanGone", true, null), (told.Message, told.ErrorType, told.NonRetryable, told.NextRetryDelay));
        Assert.Equal("no plan", told.InnerException?.Message);
    }

    [Fact]
    public async Task Execute_FailureInPassing_IsTriedAgainWhenTheStepSays()
    {
        var told = await FailAsync(
            new RunStepFailedException("It moved.", "BranchMoved") { IsFinal = false, RetryAfter = TimeSpan.FromSeconds(3) }
        );

        Assert.Equal(("BranchMoved", false, TimeSpan.FromSeconds(3)), (told.ErrorType, told.NonRetryable, told.NextRetryDelay));
    }

    [Fact]
    public async Task Execute_SomethingElseInAWorktreesPlace_IsNotTriedAgain() =>
        Assert.True((await FailAsync(new WorktreeReplacedException("A link is in its place."))).NonRetryable);

    [Fact]
    public async Task Execute_AnyOtherFault_GoesThroughAsItIs()
    {
        var fault = new IOException("The disk is full.");

        Assert.Same(fault, await Assert.ThrowsAsync<IOException>(() => AttemptAsync(fault, attempt: 1)));
    }

    public static TheoryData<Exception> Refusals =>
        new(
            new GitException("git status failed in x: fatal: index file corrupt", 128, "fatal: index file corrupt"),
            new UnauthorizedAccessException("Access to 'x' is denied.")
        );

    public static TheoryData<Exception> MachineFaults => new(new TimeoutException("x"), new GitLockedException("held", "index.lock"));

    [Fact]
    public async Task Execute_DiskIsFull_IsTriedOnAndOnAndSaysSo()
    {
        var fault = new GitException("git add failed: No space left on device", 128, "No space left on device");

        var told = await Assert.ThrowsAsync<ApplicationFailureException>(() => AttemptAsync(fault, attempt: 1000));

        Assert.Equal((FailureTypes.DiskFull, false), (told.ErrorType, told.NonRetryable));
    }

    /// <summary>Activities are tried forever; what can't work because of what lies in a worktree comes to an end anyway.</summary>
    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Execute_RefusedAgainAndAgain_FailsForGoodWithASentence(Exception refusal)
    {
        Assert.Same(refusal, await Assert.ThrowsAsync(refusal.GetType(), () => AttemptAsync(refusal, attempt: 1)));

        var ended = await Assert.ThrowsAsync<ApplicationFailureException>(() => AttemptAsync(refusal, attempt: 10));

        Assert.True(ended.NonRetryable);
        Assert.Contains(refusal.Message, ended.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(MachineFaults))]
    public Task Execute_MachineAtFault_IsTriedOnAndOn(Exception fault) =>
        Assert.ThrowsAsync(fault.GetType(), () => AttemptAsync(fault, attempt: 1000));

    private static Task<object?> AttemptAsync(Exception fault, int attempt) =>
        new ActivityEnvironment { Info = ActivityEnvironment.DefaultInfo with { Attempt = attempt } }.RunAsync(() => RunAsync(fault));

    private static Task<ApplicationFailureException> FailAsync(Exception fault) =>
        Assert.ThrowsAsync<ApplicationFailureException>(() => AttemptAsync(fault, attempt: 1));

    private static Task<object?> RunAsync(Exception fault) =>
        new ActivityFailureConverter().InterceptActivity(new Failing(fault)).ExecuteActivityAsync(null!);

    private sealed class Failing(Exception fault) : ActivityInboundInterceptor(null!)
    {
        public override Task<object?> ExecuteActivityAsync(ExecuteActivityInput input) => throw fault;
    }
}
