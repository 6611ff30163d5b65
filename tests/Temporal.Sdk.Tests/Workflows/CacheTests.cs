using Temporalio.Workflows;
using Xunit;

namespace Orchestrator.Temporal.Sdk.Tests.Workflows;

/// <summary>What the workflow cache keeps, drops, and finds again.</summary>
public sealed class CacheTests
{
    private static int _finallyRuns;
    private static int _constructed;

    [Fact]
    public async Task Handle_MoreRunsThanTheCacheHolds_DropsTheLeastRecentlyUsed()
    {
        var handler = HandDrivenRun.Handler<WaitingWorkflow>(maxCachedWorkflows: 2);
        var runs = new[]
        {
            new HandDrivenRun("WaitingWorkflow"),
            new HandDrivenRun("WaitingWorkflow"),
            new HandDrivenRun("WaitingWorkflow"),
        };
        foreach (var run in runs)
        {
            run.Accept(handler, await run.TaskAsync(handler, sticky: false));
        }

        Assert.Equal(2, handler.CachedRuns);
        foreach (var run in runs.Reverse())
        {
            run.Signal("Note", "x");
            Assert.Equal(string.Empty, Failure(await run.TaskAsync(handler, sticky: true)));
        }

        Assert.Equal([1, 0, 0], runs.Select(r => r.Fetches));
    }

    [Fact]
    public async Task EvictAll_RunInTry_DoesNotRunFinally()
    {
        var handler = HandDrivenRun.Handler<WaitingWorkflow>(maxCachedWorkflows: 10);
        var run = new HandDrivenRun("WaitingWorkflow");
        run.Accept(handler, await run.TaskAsync(handler, sticky: false));
        var before = _finallyRuns;

        handler.EvictAll();
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(0, handler.CachedRuns);
        Assert.Equal(before, _finallyRuns);
    }

    [Fact]
    public async Task Handle_HundredRejectedUpdatesOnACachedRun_ReplaysNothing()
    {
        var handler = HandDrivenRun.Handler<WaitingWorkflow>(maxCachedWorkflows: 10);
        var run = new HandDrivenRun("WaitingWorkflow");
        run.Accept(handler, await run.TaskAsync(handler, sticky: false));
        var made = _constructed;

        for (var i = 0; i < 100; i++)
        {
            var reply = await run.TaskAsync(handler, sticky: true, ("Set", [-1]));
            Assert.Equal(string.Empty, Failure(reply));
            Assert.Empty(reply.Completed!.Commands);
            Assert.EndsWith("/reject", Assert.Single(reply.Completed.Messages).Id, StringComparison.Ordinal);
            run.Discard(handler, reply);
        }

        Assert.Equal(0, run.Fetches);
        Assert.Equal(made, _constructed);
    }

    [Fact]
    public async Task Refused_Reply_DropsTheRun()
    {
        var handler = HandDrivenRun.Handler<WaitingWorkflow>(maxCachedWorkflows: 10);
        var run = new HandDrivenRun("WaitingWorkflow");

        handler.Refused(await run.TaskAsync(handler, sticky: false));

        Assert.Equal(0, handler.CachedRuns);
    }

    [Fact]
    public async Task Handle_StickyTaskOfAnUnknownRun_FetchesItsHistory()
    {
        var run = new HandDrivenRun("WaitingWorkflow");
        var first = HandDrivenRun.Handler<WaitingWorkflow>(maxCachedWorkflows: 10);
        run.Accept(first, await run.TaskAsync(first, sticky: false));
        run.Signal("Note", "x");

        var reply = await run.TaskAsync(HandDrivenRun.Handler<WaitingWorkflow>(maxCachedWorkflows: 10), sticky: true);

        Assert.Equal(string.Empty, Failure(reply));
        Assert.Equal(1, run.Fetches);
    }

    [Fact]
    public async Task Handle_WithoutCache_KeepsNothingAndAsksForNoStickyQueue()
    {
        var handler = HandDrivenRun.Handler<WaitingWorkflow>(maxCachedWorkflows: 0);
        var run = new HandDrivenRun("WaitingWorkflow");

        var reply = await run.TaskAsync(handler, sticky: false);

        Assert.Null(reply.Completed!.StickyAttributes);
        Assert.Equal(0, handler.CachedRuns);
    }

    [Fact]
    public async Task Handle_UnknownWorkflowType_FailsTheTaskAndListsTheKnown()
    {
        var handler = HandDrivenRun.Handler<WaitingWorkflow>(maxCachedWorkflows: 10);

        var reply = await new HandDrivenRun("Nobody").TaskAsync(handler, sticky: false);

        Assert.Equal("Workflow type Nobody is not registered on this worker, available workflows: WaitingWorkflow", Failure(reply));
    }

    [Fact]
    public async Task Cache_IdleRuns_NeedAtMost25KilobytesEach()
    {
        const int Runs = 2_000;
        var handler = HandDrivenRun.Handler<WaitingWorkflow>(maxCachedWorkflows: Runs);
        var warm = new HandDrivenRun("WaitingWorkflow");
        warm.Accept(handler, await warm.TaskAsync(handler, sticky: false));
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 1; i < Runs; i++)
        {
            await new HandDrivenRun("WaitingWorkflow").TaskAsync(handler, sticky: false);
        }

        var perRun = (GC.GetTotalMemory(forceFullCollection: true) - before) / (Runs - 1);
        Assert.Equal(Runs, handler.CachedRuns);
        Assert.InRange(perRun, 0, 25 * 1024);
        GC.KeepAlive(handler);
    }

    private static string Failure(Temporalio.Worker.Workflows.WorkflowTaskReply reply) => reply.Failed?.Failure.Message ?? string.Empty;

    /// <summary>Waits for ever inside a <c>try</c>.</summary>
    [Workflow]
    public sealed class WaitingWorkflow
    {
        private readonly List<string> _notes = [];

        /// <summary>Counts runs that are built.</summary>
        public WaitingWorkflow() => Interlocked.Increment(ref _constructed);

        /// <summary>Waits.</summary>
        [WorkflowRun]
        public async Task RunAsync()
        {
            try
            {
                await Workflow.DelayAsync(TimeSpan.FromDays(1));
            }
            finally
            {
                Interlocked.Increment(ref _finallyRuns);
            }
        }

        /// <summary>Notes a text.</summary>
        [WorkflowSignal]
        public async Task NoteAsync(string text)
        {
            await Task.Yield();
            _notes.Add(text);
        }

        /// <summary>Takes numbers that are not negative.</summary>
        [WorkflowUpdate]
        public async Task<int> SetAsync(int number)
        {
            await Task.Yield();
            return number;
        }

        /// <summary>Refuses negative numbers.</summary>
        [WorkflowUpdateValidator(nameof(SetAsync))]
        public void ValidateSet(int number) => ArgumentOutOfRangeException.ThrowIfNegative(number);
    }
}
