using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Xunit;

namespace Orchestrator.Temporal.Sdk.Tests.Workflows;

/// <summary>What workflow code must not do fails the task with a reason, and never the workflow.</summary>
public sealed class MisuseTests(LiveServer server) : IClassFixture<LiveServer>
{
    [Theory]
    [InlineData("Task.Delay")]
    [InlineData("Task.Run")]
    [InlineData("ConfigureAwait(false)")]
    [InlineData("CancelAfter")]
    [InlineData("ReadAllAsync")]
    [InlineData("CancelAsync")]
    [InlineData("WaitAsync")]
    [InlineData("PeriodicTimer")]
    [InlineData("Thread")]
    [InlineData("SemaphoreSlim")]
    public async Task Run_LeavesTheScheduler_FailsTheNextTask(string misuse)
    {
        // Without the listener only what comes back is seen, by the next task.
        var (cause, message) = await FailureAsync(misuse, signal: true, options => options.DisableWorkflowTracingEventListener = true);

        Assert.Equal(WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure, cause);
        Assert.Contains("Workflow", message, StringComparison.Ordinal);
        Assert.True(
            message.Contains("continued from outside the workflow", StringComparison.Ordinal)
                || message.Contains("Not in workflow", StringComparison.Ordinal),
            message
        );
    }

    [Theory]
    [InlineData("Task.Delay", "Task.Delay")]
    [InlineData("Task.Run", "System.Threading.Tasks.Task.")]
    [InlineData("ConfigureAwait(false)", "ConfigureAwait(false)")]
    [InlineData("CancelAfter", "CancellationTokenSource")]
    [InlineData("CancelAsync", "CancelAsync")]
    [InlineData("WaitAsync", "WaitAsync")]
    [InlineData("PeriodicTimer", "PeriodicTimer")]
    [InlineData("SemaphoreSlim", "SemaphoreSlim")]
    [InlineData("Dataflow", "System.Threading.Tasks.Dataflow")]
    public async Task Run_LeavesTheScheduler_FailsTheTaskAtOnceAndNamesTheCall(string misuse, string call)
    {
        var (cause, message) = await FailureAsync(misuse, signal: false);

        Assert.Equal(WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure, cause);
        Assert.Contains("continued from outside the workflow", message, StringComparison.Ordinal);
        Assert.Contains(call, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_LeavesTheSchedulerOnPurpose_IsLeftAlone() =>
        await server.WithWorkerAsync<MisuseWorkflow>(async queue =>
        {
            var handle = await server.Client.StartWorkflowAsync(
                (MisuseWorkflow w) => w.RunAsync("untraced"),
                new($"misuse-{Guid.NewGuid():N}", queue)
            );
            await handle.SignalAsync(w => w.GoAsync());

            Assert.Equal("untraced", await Histories.ResultAsync(handle, () => handle.GetResultAsync()));
        });

    [Theory]
    [InlineData("condition", "the condition threw")]
    [InlineData("condition acts", "may look at the workflow but not act")]
    public async Task Condition_ThrowsOrActs_FailsTheTask(string misuse, string expected)
    {
        var (cause, message) = await FailureAsync(misuse, signal: false);

        Assert.Equal(WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure, cause);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_CancelledByATokenOfItsOwn_FailsWithAnApplicationFailure() =>
        await server.WithWorkerAsync<MisuseWorkflow>(async queue =>
        {
            var handle = await server.Client.StartWorkflowAsync(
                (MisuseWorkflow w) => w.RunAsync("own token"),
                new($"misuse-{Guid.NewGuid():N}", queue)
            );

            var error = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());

            Assert.IsType<ApplicationFailureException>(error.InnerException);
        });

    [Fact]
    public async Task Query_AsksWhetherItReplays_IsToldYes() =>
        await server.WithWorkerAsync<MisuseWorkflow>(async queue =>
        {
            var handle = await server.Client.StartWorkflowAsync(
                (MisuseWorkflow w) => w.RunAsync("none"),
                new($"misuse-{Guid.NewGuid():N}", queue)
            );

            Assert.True(await handle.QueryAsync(w => w.Replaying));
            Assert.False(await handle.QueryAsync(w => w.Patched));
            await handle.SignalAsync(w => w.GoAsync());
            Assert.Equal("none", await Histories.ResultAsync(handle, () => handle.GetResultAsync()));
        });

    [Fact]
    public async Task Update_ContinuesAsNew_FailsTheTask() =>
        await server.WithWorkerAsync<MisuseWorkflow>(async queue =>
        {
            var handle = await server.Client.StartWorkflowAsync(
                (MisuseWorkflow w) => w.RunAsync("none"),
                new($"misuse-{Guid.NewGuid():N}", queue)
            );
            _ = handle.ExecuteUpdateAsync(w => w.ContinueAsync());

            var (_, message) = await Histories.TaskFailureAsync(handle);

            Assert.Contains("continued as new", message, StringComparison.Ordinal);
            await handle.TerminateAsync("end of test");
        });

    [Fact]
    public void Definition_WithTwoValidatorsOfOneUpdate_IsRefused()
    {
        var error = Assert.ThrowsAny<ArgumentException>(() => Temporalio.Workflows.WorkflowDefinition.Create<TwiceValidated>());

        Assert.Contains("more than one update validator", error.Message, StringComparison.Ordinal);
    }

    [Temporalio.Workflows.Workflow]
    public class TwiceValidated
    {
        [Temporalio.Workflows.WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;

        [Temporalio.Workflows.WorkflowUpdate]
        public Task ChangeAsync() => Task.CompletedTask;

        [Temporalio.Workflows.WorkflowUpdateValidator(nameof(ChangeAsync))]
        public void First() { }

        [Temporalio.Workflows.WorkflowUpdateValidator(nameof(ChangeAsync))]
        public void Second() { }
    }

    [Fact]
    public async Task Run_Blocks_FailsTheTaskAndSaysWhere()
    {
        var (_, message) = await FailureAsync("block", signal: false);

        Assert.Contains("[TMPRL1101]", message, StringComparison.Ordinal);
        Assert.Contains(nameof(MisuseWorkflow), message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OrdinaryException_FailsTheTask()
    {
        var (cause, message) = await FailureAsync("throw", signal: false);

        Assert.Equal(WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure, cause);
        Assert.Equal("an ordinary exception", message);
    }

    [Fact]
    public async Task Query_Acts_Fails() =>
        await server.WithWorkerAsync<MisuseWorkflow>(async queue =>
        {
            var handle = await server.Client.StartWorkflowAsync(
                (MisuseWorkflow w) => w.RunAsync("none"),
                new($"misuse-{Guid.NewGuid():N}", queue)
            );

            var error = await Assert.ThrowsAsync<WorkflowQueryFailedException>(() => handle.QueryAsync(w => w.Acting));
            await handle.SignalAsync(w => w.GoAsync());

            Assert.Contains("may look at the workflow but not act", error.Message, StringComparison.Ordinal);
            Assert.Equal("none", await Histories.ResultAsync(handle, () => handle.GetResultAsync()));
        });

    private async Task<(WorkflowTaskFailedCause Cause, string Message)> FailureAsync(
        string misuse,
        bool signal,
        Action<Temporalio.Worker.TemporalWorkerOptions>? configure = null
    )
    {
        var failure = default((WorkflowTaskFailedCause, string));
        await server.WithWorkerAsync<MisuseWorkflow>(
            async queue =>
            {
                var handle = await server.Client.StartWorkflowAsync(
                    (MisuseWorkflow w) => w.RunAsync(misuse),
                    new WorkflowOptions($"misuse-{Guid.NewGuid():N}", queue)
                );
                using var ended = new CancellationTokenSource();
                var signals = signal ? SignalAsync(handle, ended.Token) : Task.CompletedTask;
                failure = await Histories.TaskFailureAsync(handle);
                await ended.CancelAsync();
                await signals;
                await handle.TerminateAsync("end of test");
            },
            configure
        );
        return failure;
    }

    // The code leaves the scheduler at a moment of its own; a task must come after that.
    private static async Task SignalAsync(WorkflowHandle<MisuseWorkflow, string> handle, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            await handle.SignalAsync(w => w.GoAsync());
            await Task.Delay(100, CancellationToken.None);
        }
    }
}
