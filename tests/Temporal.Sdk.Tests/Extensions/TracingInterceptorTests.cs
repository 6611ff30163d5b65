using OpenTelemetry;
using Orchestrator.Temporal.Sdk.Tests.Workflows;
using Orchestrator.TestKit;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Extensions.OpenTelemetry;
using Temporalio.Worker;

namespace Orchestrator.Temporal.Sdk.Tests.Extensions;

public sealed class TracingInterceptorTests(LiveServer server) : IClassFixture<LiveServer>
{
    private readonly TracingInterceptor _tracing = new();

    [Fact]
    public async Task Calls_OfEachKind_AreSpansBelowTheCallThatBeganThem()
    {
        var id = $"traced-{Guid.NewGuid():N}";
        using var spans = new Spans(id);

        await WithWorkerAsync(
            async (client, queue) =>
            {
                var handle = await client.StartWorkflowAsync((TracedWorkflow workflow) => workflow.RunAsync("all"), new(id, queue));
                Assert.Equal("answer", await handle.QueryAsync(workflow => workflow.Asked()));
                await Eventually.TrueAsync(() => spans.Named("RunActivity:Work").Count == 2);
                await handle.SignalAsync(workflow => workflow.GoAsync());
                Assert.Equal("local", await handle.GetResultAsync());
            }
        );

        Assert.Equal(
            """
            QueryWorkflow:Asked
            SignalWorkflow:Go
            StartWorkflow:TracedWorkflow
              HandleQuery:Asked -> QueryWorkflow:Asked
                InQuery
              HandleSignal:Go -> SignalWorkflow:Go
              RunWorkflow:TracedWorkflow
                Custom
                  StartActivity:Work
                    RunActivity:Work !once more
                    RunActivity:Work
                RunWorkflow:TracedWorkflow
                  CompleteWorkflow:TracedWorkflow
                  StartActivity:Work
                    RunActivity:Work
                SignalChildWorkflow:Go
                StartChildWorkflow:TracedWorkflow
                  HandleSignal:Go -> SignalChildWorkflow:Go
                  RunWorkflow:TracedWorkflow
                    CompleteWorkflow:TracedWorkflow
            """,
            spans.Tree()
        );
        var attempt = spans.Named("RunActivity:Work")[0];
        Assert.Equal(["temporalWorkflowID", "temporalRunID", "temporalActivityID"], attempt.TagObjects.Select(tag => tag.Key));
    }

    [Fact]
    public async Task Failures_OfTasksAndWorkflows_AreSpansOfTheirOwn()
    {
        var id = $"traced-{Guid.NewGuid():N}";
        using var spans = new Spans(id);

        await WithWorkerAsync(
            async (client, queue) =>
            {
                var options = new WorkflowOptions(id + "-task", queue);
                await client.ExecuteWorkflowAsync((TracedWorkflow workflow) => workflow.RunAsync("fail task"), options);
                await Assert.ThrowsAsync<WorkflowFailedException>(() =>
                    client.ExecuteWorkflowAsync((TracedWorkflow workflow) => workflow.RunAsync("fail"), new(id + "-whole", queue))
                );
            }
        );

        Assert.Equal(
            """
            StartWorkflow:TracedWorkflow
              CompleteWorkflow:TracedWorkflow
              RunWorkflow:TracedWorkflow
                WorkflowTaskFailure:TracedWorkflow !this task alone (error)
            StartWorkflow:TracedWorkflow
              RunWorkflow:TracedWorkflow
                CompleteWorkflow:TracedWorkflow !on purpose (error)
            """,
            spans.Tree()
        );
    }

    [Fact]
    public async Task Updates_TakenFailedAndRefused_AreSpansWithLinksToTheirCalls()
    {
        var id = $"traced-{Guid.NewGuid():N}";
        using var spans = new Spans(id);

        await WithWorkerAsync(
            async (client, queue) =>
            {
                var start = WithStartWorkflowOperation.Create(
                    (TracedWorkflow workflow) => workflow.RunAsync("wait"),
                    new WorkflowOptions(id, queue) { IdConflictPolicy = Temporalio.Api.Enums.V1.WorkflowIdConflictPolicy.Fail }
                );
                await client.ExecuteUpdateWithStartWorkflowAsync((TracedWorkflow workflow) => workflow.ChangeAsync("first"), new(start));
                var handle = await start.GetHandleAsync();
                foreach (var how in (string[])["fail", "refuse"])
                {
                    await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() =>
                        handle.ExecuteUpdateAsync(workflow => workflow.ChangeAsync(how))
                    );
                }

                await handle.SignalAsync(workflow => workflow.GoAsync());
                await handle.GetResultAsync();
            }
        );

        Assert.Equal(
            """
            SignalWorkflow:Go
            UpdateWithStartWorkflow:TracedWorkflow
              HandleSignal:Go -> SignalWorkflow:Go
              HandleUpdate:Change -> UpdateWithStartWorkflow:TracedWorkflow
              HandleUpdate:Change -> UpdateWorkflow:Change
                CompleteUpdate:Change !refused late (error)
              RunWorkflow:TracedWorkflow
                CompleteWorkflow:TracedWorkflow
              ValidateUpdate:Change -> UpdateWithStartWorkflow:TracedWorkflow
              ValidateUpdate:Change -> UpdateWorkflow:Change
              ValidateUpdate:Change -> UpdateWorkflow:Change !refused early (error)
            UpdateWorkflow:Change
            UpdateWorkflow:Change
            """,
            spans.Tree()
        );
    }

    [Fact]
    public async Task Baggage_OfTheCaller_ReachesTheActivity()
    {
        var id = $"traced-{Guid.NewGuid():N}";
        string? seen = null;
        using var listening = new Spans(id);

        await WithWorkerAsync(
            async (client, queue) =>
            {
                Baggage.Current = Baggage.Create(new Dictionary<string, string> { ["tenant"] = "blue" });
                await client.ExecuteWorkflowAsync((TracedWorkflow workflow) => workflow.RunAsync("local"), new(id, queue));
            },
            worker =>
            {
                worker.Activities.Clear();
                worker.AddActivity(
                    Temporalio.Activities.ActivityDefinition.Create(
                        "Work",
                        typeof(Task),
                        [typeof(int)],
                        1,
                        _ =>
                        {
                            seen = Baggage.GetBaggage("tenant");
                            return Task.CompletedTask;
                        }
                    )
                );
            }
        );

        Assert.Equal("blue", seen);
    }

    [Fact]
    public void Tracking_OutsideOfAWorkflow_IsRefused()
    {
        Assert.Throws<InvalidOperationException>(() => TracedWorkflow.Source.TrackWorkflowDiagnosticActivity("nowhere"));
        Assert.Null(WorkflowDiagnosticActivity.Current);
    }

    private Task WithWorkerAsync(Func<ITemporalClient, string, Task> act, Action<TemporalWorkerOptions>? configure = null)
    {
        var client = new TemporalClient(server.Client.Connection, new() { Interceptors = [_tracing] });
        var queue = $"queue-{Guid.NewGuid():N}";
        return TestServer.RunAsync(
            client,
            queue,
            () => act(client, queue),
            worker =>
            {
                worker.AddWorkflow<TracedWorkflow>().AddAllActivities(new TracedActivities());
                configure?.Invoke(worker);
            }
        );
    }
}
