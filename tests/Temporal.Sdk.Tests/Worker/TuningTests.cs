using System.Collections.Concurrent;
using Orchestrator.Temporal.Sdk.Tests.Client;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Worker;
using Temporalio.Worker.Tuning;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Worker;

public sealed class TuningTests(TestServer server) : IClassFixture<TestServer>
{
    /// <summary>A fixed number of slots that writes down what happens to them.</summary>
    private sealed class RecordingSupplier(int count) : CustomSlotSupplier
    {
        private readonly SemaphoreSlim _free = new(count, count);
        private int _out;

        public int Out => Volatile.Read(ref _out);

        public ConcurrentQueue<SlotInfo> Used { get; } = new();

        public ConcurrentQueue<SlotReserveContext> Asked { get; } = new();

        public override async Task<SlotPermit> ReserveSlotAsync(SlotReserveContext ctx, CancellationToken cancellationToken)
        {
            await _free.WaitAsync(cancellationToken);
            Interlocked.Increment(ref _out);
            Asked.Enqueue(ctx);
            return new("mine");
        }

        public override SlotPermit? TryReserveSlot(SlotReserveContext ctx)
        {
            if (!_free.Wait(0))
            {
                return null;
            }

            Interlocked.Increment(ref _out);
            return new("mine");
        }

        public override void MarkSlotUsed(SlotMarkUsedContext ctx) => Used.Enqueue(ctx.SlotInfo);

        public override void ReleaseSlot(SlotReleaseContext ctx)
        {
            Assert.Equal("mine", ctx.Permit.UserData);
            Interlocked.Decrement(ref _out);
            _free.Release();
        }
    }

    [Workflow]
    public class LocallyCallingWorkflow
    {
        [WorkflowRun]
        public Task<string> RunAsync() =>
            Workflow.ExecuteLocalActivityAsync<string>("Work", [], new() { StartToCloseTimeout = TimeSpan.FromMinutes(5) });
    }

    [Fact]
    public async Task CustomSlots_OfAWorker_AreAllReleasedAtItsEnd()
    {
        var workflows = new RecordingSupplier(6);
        var activities = new RecordingSupplier(2);
        var queue = string.Empty;
        await RunAsync(
            new(workflows, activities, new FixedSizeSlotSupplier(1), new FixedSizeSlotSupplier(1)),
            taskQueue => queue = taskQueue
        );
        Assert.Equal((0, 0), (workflows.Out, activities.Out));
        Assert.Contains(new SlotInfo.ActivitySlotInfo("Work"), activities.Used);
        Assert.Contains(workflows.Used, info => info is SlotInfo.WorkflowSlotInfo { WorkflowType: "ActivityCallingWorkflow" });
        Assert.All(activities.Asked, asked => Assert.Equal((SlotType.Activity, queue), (asked.SlotType, asked.TaskQueue)));
        Assert.Equal([false, true], workflows.Asked.Select(asked => asked.IsSticky).Distinct().Order());
    }

    /// <summary>
    /// As for polls, a slot is asked for before the work is there, so a supplier without slots keeps it from being begun.
    /// </summary>
    [Fact]
    public async Task LocalActivitySlots_OfAWorker_AreAskedForAheadAndReleased()
    {
        var local = new RecordingSupplier(1);
        await RunAsync(
            new(new FixedSizeSlotSupplier(5), new FixedSizeSlotSupplier(5), local, new FixedSizeSlotSupplier(1)),
            _ => { },
            local: true
        );

        Assert.Equal(0, local.Out);
        Assert.Equal(5, local.Used.Count);
        Assert.All(local.Used, info => Assert.Equal(new SlotInfo.LocalActivitySlotInfo("Work"), info));
        Assert.InRange(local.Asked.Count, 6, int.MaxValue);
        Assert.All(local.Asked, asked => Assert.Equal((SlotType.LocalActivity, false), (asked.SlotType, asked.IsSticky)));
    }

    [Fact]
    public void Tuner_WhoseSuppliersContradictEachOther_IsRefused()
    {
        ResourceBasedSlotSupplier Supplier(double cpu) => new(new(), new(0.5, cpu));
        var tuner = new WorkerTuner(Supplier(0.5), Supplier(0.6), new FixedSizeSlotSupplier(1), new FixedSizeSlotSupplier(1));
        var options = new TemporalWorkerOptions("queue") { Tuner = tuner }.AddWorkflow<ActivityCallingWorkflow>();

        Assert.Contains(
            "same ResourceBasedTunerOptions",
            Assert.Throws<ArgumentException>(() => new TemporalWorker(server.Client, options)).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<ArgumentOutOfRangeException>(() => Supplier(1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Supplier(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new ResourceBasedSlotSupplier(new(MinimumSlots: 3, MaximumSlots: 2), new(0.5, 0.5))
        );
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public Task FewSlots_OfAWorker_KeepNoQueueFromBeingPolled(int slots) =>
        RunAsync(WorkerTuner.CreateFixedSize(slots, slots, slots), _ => { });

    [Fact]
    public Task ResourceBasedSlots_OfABusyMachine_AreStillTheMinimum() =>
        RunAsync(WorkerTuner.CreateResourceBased(0.0001, 0.0001), _ => { });

    [Fact]
    public void Options_ThatContradictEachOther_AreRefused()
    {
        var options = new TemporalWorkerOptions("queue") { Tuner = WorkerTuner.CreateFixedSize(1, 1, 1), MaxConcurrentActivities = 1 };
        options.AddWorkflow<ActivityCallingWorkflow>();
        Assert.Throws<ArgumentException>(() => new TemporalWorker(server.Client, options));
        Assert.Throws<ArgumentException>(() => new TemporalWorker(server.Client, new TemporalWorkerOptions("queue")));
        Assert.Throws<ArgumentException>(() =>
            new TemporalWorker(server.Client, new TemporalWorkerOptions().AddWorkflow<ActivityCallingWorkflow>())
        );
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedSizeSlotSupplier(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PollerBehavior.Autoscaling(2, 1, 1));
    }

    private Task RunAsync(WorkerTuner tuner, Action<string> look, bool local = false) =>
        server.WithWorkerAsync(
            async queue =>
            {
                look(queue);
                for (var index = 0; index < 5; index++)
                {
                    var options = TestServer.Start(queue);
                    Assert.Equal(
                        "worked",
                        local
                            ? await server.Client.ExecuteWorkflowAsync((LocallyCallingWorkflow workflow) => workflow.RunAsync(), options)
                            : await server.Client.ExecuteWorkflowAsync(
                                (ActivityCallingWorkflow workflow) => workflow.RunAsync("Work", TimeSpan.FromMinutes(5), null, 1),
                                options
                            )
                    );
                }
            },
            options =>
            {
                options.Tuner = tuner;
                options.ActivityTaskPollerBehavior = new PollerBehavior.Autoscaling(initial: 2);
                options
                    .AddWorkflow<ActivityCallingWorkflow>()
                    .AddWorkflow<LocallyCallingWorkflow>()
                    .AddActivity(ActivityDefinition.Create("Work", typeof(string), [], 0, _ => "worked"));
            }
        );
}
