using System.Collections.Concurrent;
using Orchestrator.Temporal.Sdk.Tests.Client;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Worker;
using Temporalio.Worker.Tuning;

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

    private Task RunAsync(WorkerTuner tuner, Action<string> look) =>
        server.WithWorkerAsync(
            async queue =>
            {
                look(queue);
                for (var index = 0; index < 5; index++)
                {
                    Assert.Equal(
                        "worked",
                        await server.Client.ExecuteWorkflowAsync(
                            (ActivityCallingWorkflow workflow) => workflow.RunAsync("Work", TimeSpan.FromMinutes(5), null, 1),
                            TestServer.Start(queue)
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
                    .AddActivity(ActivityDefinition.Create("Work", typeof(string), [], 0, _ => "worked"));
            }
        );
}
