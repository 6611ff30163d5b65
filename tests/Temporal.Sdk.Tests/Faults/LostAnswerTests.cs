using System.Collections.Concurrent;
using Orchestrator.Temporal.Sdk.Tests.Client;
using Orchestrator.TestKit.Rpc;
using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Client.Schedules;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Faults;

/// <summary>The server has done its work and the answer is lost: the call is made again, and nothing happens twice.</summary>
public sealed class LostAnswerTests(TestServer server) : IClassFixture<TestServer>
{
    private readonly ConcurrentBag<string> _activityRuns = [];

    [Workflow]
    public class ManySteps
    {
        private int _sum;

        [WorkflowRun]
        public async Task<int> RunAsync()
        {
            for (var step = 0; step < 5; step++)
            {
                // Not in one expression: it would read the sum before the wait and lose what was added meanwhile.
                var done = await Workflow.ExecuteActivityAsync<int>(
                    "Step",
                    [step],
                    new() { StartToCloseTimeout = TimeSpan.FromMinutes(5) }
                );
                _sum += done;
                await Workflow.DelayAsync(TimeSpan.FromMilliseconds(20));
            }

            await Workflow.WaitConditionAsync(() => _sum >= 1110);
            return _sum;
        }

        [WorkflowSignal]
        public Task AddAsync(int amount)
        {
            _sum += amount;
            return Task.CompletedTask;
        }

        [WorkflowUpdate]
        public Task<int> ChangeAsync(int amount) => Task.FromResult(_sum += amount);
    }

    [Fact]
    public async Task EveryChangingCall_WithItsFirstAnswersLost_HappensOnce()
    {
        await using var proxy = await StartProxyAsync();

        // Two of three answers of everything that changes something; lost polls are the server's time-outs' business.
        var dropped = new ConcurrentDictionary<string, int>();
        Drop(proxy, (method, number) => number % 3 != 0 && Changes(method), dropped);
        var client = await TemporalClient.ConnectAsync(new(proxy.Address));
        await server.WithWorkerAsync(
            async queue =>
            {
                var options = TestServer.Start(queue);

                // A task that is handed back with a lost answer comes again after its time-out.
                options.TaskTimeout = TimeSpan.FromSeconds(1);
                var handle = await client.StartWorkflowAsync((ManySteps workflow) => workflow.RunAsync(), options);
                await handle.SignalAsync(workflow => workflow.AddAsync(100));
                await handle.ExecuteUpdateAsync(workflow => workflow.ChangeAsync(1000));
                Assert.Equal(1110, await handle.GetResultAsync());
                var history = await handle.FetchHistoryAsync();
                Assert.Equal(1, history.Events.Count(e => e.EventType == EventType.WorkflowExecutionSignaled));
                Assert.Equal(1, history.Events.Count(e => e.EventType == EventType.WorkflowExecutionUpdateAccepted));
                Assert.Equal(5, history.Events.Count(e => e.EventType == EventType.ActivityTaskCompleted));
                Assert.Equal(["0", "1", "2", "3", "4"], _activityRuns.Order());
                Assert.Single(await client.ListWorkflowsAsync($"WorkflowId = '{handle.Id}'").ToListAsync());
            },
            options => options.AddWorkflow<ManySteps>().AddActivity(Step),
            client
        );
        foreach (
            var method in new[]
            {
                "StartWorkflowExecution",
                "SignalWorkflowExecution",
                "UpdateWorkflowExecution",
                "RespondWorkflowTaskCompleted",
                "RespondActivityTaskCompleted",
            }
        )
        {
            Assert.True(dropped.ContainsKey(method), $"No answer of {method} was lost.");
        }
    }

    [Fact]
    public async Task Start_WithItsAnswerLost_DoesNotSayThatTheIdIsTaken()
    {
        await using var proxy = await StartProxyAsync();
        Drop(proxy, (method, number) => (method is "StartWorkflowExecution" or "SignalWithStartWorkflowExecution") && number == 1);
        var client = await TemporalClient.ConnectAsync(new(proxy.Address));
        var options = TestServer.Start("nobody");
        var handle = await client.StartWorkflowAsync("Nothing", [], options);
        await Assert.ThrowsAsync<WorkflowAlreadyStartedException>(() => client.StartWorkflowAsync("Nothing", [], options));
        await handle.TerminateAsync();

        var signaled = TestServer.Start("nobody");
        signaled.SignalWithStart("Hello", [1]);
        var second = await client.StartWorkflowAsync("Nothing", [], signaled);
        var history = await second.FetchHistoryAsync();
        Assert.Equal(1, history.Events.Count(e => e.EventType == EventType.WorkflowExecutionSignaled));
        await second.CancelAsync();
        await second.TerminateAsync();
    }

    [Fact]
    public async Task Schedule_WithAnswersLost_IsCreatedAndTriggeredOnce()
    {
        await using var proxy = await StartProxyAsync();
        Drop(proxy, (method, number) => (method is "CreateSchedule" or "PatchSchedule") && number == 1);
        var client = await TemporalClient.ConnectAsync(new(proxy.Address));
        var id = $"schedule-{Guid.NewGuid()}";
        var action = ScheduleActionStartWorkflow.Create("Nothing", [], new($"{id}-run", "nobody"));
        var handle = await client.CreateScheduleAsync(id, new(action, new()) { State = new() { Paused = true } });
        await Assert.ThrowsAsync<ScheduleAlreadyRunningException>(() => client.CreateScheduleAsync(id, new(action, new())));
        await handle.TriggerAsync();
        var description = await ScheduleClientTests.ActedAsync(handle);
        Assert.Equal(1, description.Info.NumActions);
        foreach (var run in description.Info.RunningActions.Cast<ScheduleActionExecutionStartWorkflow>())
        {
            await client.GetWorkflowHandle(run.WorkflowId).TerminateAsync();
        }

        await handle.DeleteAsync();
    }

    private static bool Changes(string method) =>
        !method.StartsWith("Poll", StringComparison.Ordinal)
        && !method.StartsWith("Get", StringComparison.Ordinal)
        && !method.StartsWith("List", StringComparison.Ordinal)
        && !method.StartsWith("Describe", StringComparison.Ordinal);

    [Activity]
    private int Step(int number)
    {
        _activityRuns.Add($"{number}");
        return number;
    }

    private Task<RpcProxy> StartProxyAsync() => RpcProxy.StartAsync(server.Address);

    /// <summary>Throws chosen answers away, by name and number (from 1) of their calls, after the server has done its work.</summary>
    private static void Drop(RpcProxy proxy, Func<string, int, bool> drops, ConcurrentDictionary<string, int>? dropped = null) =>
        proxy.Handle = async call =>
        {
            var answer = await call.ForwardAsync();
            if (answer.Succeeded && drops(call.Method, call.Number))
            {
                dropped?.AddOrUpdate(call.Method, 1, (_, count) => count + 1);
                await call.FailAsync(14, "the answer was lost");
            }
            else
            {
                await call.AnswerAsync(answer);
            }
        };
}
