using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Orchestrator.Temporal.Sdk.Tests.Client;
using Orchestrator.TestKit;
using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Worker.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Temporal.Sdk.Tests.Worker;

/// <summary>What a worker counts: metrics under Temporal's names, and heartbeats that the server lists.</summary>
public sealed class TelemetryTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Worker_Working_RecordsMetricsUnderTemporalsNames()
    {
        using var heard = new Listener();
        await server.WithWorkerAsync(
            async queue =>
            {
                heard.TaskQueue = queue;
                await server.Client.ExecuteWorkflowAsync(
                    (ActivityCallingWorkflow workflow) => workflow.RunAsync("Work", TimeSpan.FromMinutes(1), null, 1),
                    TestServer.Start(queue)
                );
                await Assert.ThrowsAsync<WorkflowFailedException>(() =>
                    server.Client.ExecuteWorkflowAsync(
                        (ActivityCallingWorkflow workflow) => workflow.RunAsync("Break", TimeSpan.FromMinutes(1), null, 1),
                        TestServer.Start(queue)
                    )
                );
                await Eventually.TrueAsync(() => heard.Sum("temporal_workflow_failed") == 1);
            },
            options => options.AddWorkflow<ActivityCallingWorkflow>().AddActivity(Work).AddActivity(Break)
        );

        foreach (
            var (name, sum) in new[]
            {
                ("temporal_worker_start", 1),
                ("temporal_workflow_completed", 1),
                ("temporal_workflow_failed", 1),
                ("temporal_activity_execution_failed", 1),
                ("temporal_workflow_task_queue_poll_succeed", 4),
            }
        )
        {
            Assert.True(heard.Sum(name) == sum, $"{name}: {heard.Sum(name)} instead of {sum}");
        }

        foreach (
            var name in new[]
            {
                "temporal_workflow_endtoend_latency",
                "temporal_workflow_task_execution_latency",
                "temporal_workflow_task_schedule_to_start_latency",
                "temporal_activity_execution_latency",
                "temporal_activity_schedule_to_start_latency",
                "temporal_activity_succeed_endtoend_latency",
                "temporal_worker_task_slots_available",
                "temporal_worker_task_slots_used",
                "temporal_num_pollers",
                "temporal_sticky_cache_hit",
                "temporal_sticky_cache_size",
            }
        )
        {
            Assert.True(heard.Count(name) > 0, $"{name} was not recorded");
        }

        Assert.Contains(("workflow_type", "ActivityCallingWorkflow"), heard.Tags("temporal_workflow_completed"));
        Assert.Contains(("activity_type", "Break"), heard.Tags("temporal_activity_execution_failed"));
        Assert.Contains(("worker_type", "LocalActivityWorker"), heard.Tags("temporal_worker_task_slots_available"));
        Assert.Contains(("operation", "StartWorkflowExecution"), heard.AllTags("temporal_request"));
        Assert.Contains(("operation", "PollWorkflowTaskQueue"), heard.AllTags("temporal_long_request_latency"));
    }

    [Fact]
    public async Task Call_ThatFails_IsCountedWithItsStatus()
    {
        using var heard = new Listener();
        var error = await Assert.ThrowsAsync<RpcException>(() =>
            server.Client.GetWorkflowHandle($"nobody-{Guid.NewGuid()}").DescribeAsync()
        );
        Assert.Contains(("status_code", "NotFound"), heard.AllTags("temporal_request_failure"));
        Assert.Equal((int)RpcException.StatusCode.NotFound, error.GrpcStatus.Value.Code);
        Assert.Contains(error.GrpcStatus.Value.Details, detail => detail.TypeUrl.EndsWith("NotFoundFailure", StringComparison.Ordinal));
        Assert.Equal(13, new RpcException(RpcException.StatusCode.Internal, "odd", [0xFF, 0xFF]).GrpcStatus.Value.Code);
    }

    [Fact]
    public async Task Worker_Running_IsListedByTheServerWithItsSlotsAndPolls()
    {
        string? key = null;
        await server.WithWorkerAsync(
            async queue =>
            {
                await server.Client.ExecuteWorkflowAsync(
                    (ActivityCallingWorkflow workflow) => workflow.RunAsync("Work", TimeSpan.FromMinutes(1), null, 1),
                    TestServer.Start(queue)
                );
                WorkerHeartbeat? worker = null;
                while ((worker = await ListedAsync(queue)) is null)
                {
                    // The worker is stopped, and the test with it, when nothing comes.
                    await Task.Delay(TimeSpan.FromMilliseconds(20));
                }

                Assert.Equal(
                    (WorkerStatus.Running, queue, "Fixed"),
                    (worker.Status, worker.TaskQueue, worker.ActivityTaskSlotsInfo.SlotSupplierKind)
                );
                Assert.Equal(100, worker.WorkflowTaskSlotsInfo.CurrentAvailableSlots + worker.WorkflowTaskSlotsInfo.CurrentUsedSlots);
                Assert.Equal(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), worker.HostInfo.ProcessId);
                key = worker.WorkerInstanceKey;
            },
            options => options.AddWorkflow<ActivityCallingWorkflow>().AddActivity(Work)
        );

        // The last one comes with the notice of shutdown, and has counted what was done.
        var last = (
            await server.Client.WorkflowService.DescribeWorkerAsync(
                new() { Namespace = server.Client.Options.Namespace, WorkerInstanceKey = key }
            )
        )
            .WorkerInfo
            .WorkerHeartbeat;
        Assert.Equal(
            (WorkerStatus.ShuttingDown, 2, 1),
            (last.Status, last.WorkflowTaskSlotsInfo.TotalProcessedTasks, last.ActivityTaskSlotsInfo.TotalProcessedTasks)
        );
        Assert.NotNull(last.WorkflowPollerInfo.LastSuccessfulPollTime);
        Assert.Equal(1, last.TotalStickyCacheHit);
    }

    [Activity]
    private static string Work() => "worked";

    [Activity]
    private static void Break() => throw new ApplicationFailureException("broken", nonRetryable: true);

    private async Task<WorkerHeartbeat?> ListedAsync(string queue)
    {
        var listed = await server.Client.WorkflowService.ListWorkersAsync(
            new() { Namespace = server.Client.Options.Namespace, Query = $"TaskQueue = '{queue}'" }
        );
        return listed.WorkersInfo.SingleOrDefault()?.WorkerHeartbeat;
    }

    /// <summary>Keeps what the meter of the SDK measures; other workers of the process are told apart by their task queue.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<(string Name, double Value, (string, string?)[] Tags)> _heard = new();

        public Listener()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Temporalio")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
            _listener.Start();
        }

        public string? TaskQueue { get; set; }

        public double Sum(string name) => Of(name).Sum(one => one.Value);

        public int Count(string name) => Of(name).Count();

        public IEnumerable<(string, string?)> Tags(string name) => Of(name).SelectMany(one => one.Tags);

        public IEnumerable<(string, string?)> AllTags(string name) => _heard.Where(one => one.Name == name).SelectMany(one => one.Tags);

        public void Dispose() => _listener.Dispose();

        private IEnumerable<(string Name, double Value, (string, string?)[] Tags)> Of(string name) =>
            _heard.Where(one => one.Name == name && one.Tags.Contains(("task_queue", TaskQueue)));

        private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            _heard.Enqueue((instrument.Name, value, [.. tags.ToArray().Select(tag => (tag.Key, tag.Value?.ToString()))]));
    }
}
