using System.Collections.Concurrent;
using Orchestrator.TestKit.Rpc;
using Temporalio.Activities;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Worker;

/// <summary>
/// A server that hands activities back with the answer to the workflow task that scheduled them, and answers no poll for activities at all.
/// </summary>
public sealed class EagerActivityTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Poll = "/temporal.api.workflowservice.v1.WorkflowService/PollActivityTaskQueue";

    [Workflow]
    public class TwoAtOnce
    {
        [WorkflowRun]
        public async Task<int> RunAsync()
        {
            var options = new ActivityOptions { StartToCloseTimeout = TimeSpan.FromMinutes(1) };
            return (
                await Workflow.WhenAllAsync(Enumerable.Range(1, 5).Select(one => Workflow.ExecuteActivityAsync(() => Same(one), options)))
            ).Sum();
        }
    }

    [Fact]
    public async Task Activities_AskedForEagerly_AreRunFromTheAnswer()
    {
        var asked = await RunAsync(options => { });
        Assert.Equal([true, true, true, false, false], asked);
    }

    [Fact]
    public async Task Activities_WithoutSlots_AreNotAskedForEagerly()
    {
        // The only slot is held by the open poll.
        var asked = await RunAsync(options => options.MaxConcurrentActivities = 1, eagerly: false);
        Assert.DoesNotContain(true, asked);
    }

    [Fact]
    public async Task Activities_WithEagernessOff_AreNotAskedForEagerly()
    {
        var asked = await RunAsync(options => options.DisableEagerActivityExecution = true, eagerly: false);
        Assert.DoesNotContain(true, asked);
    }

    [Activity]
    private static int Same(int value) => value;

    private async Task<bool[]> RunAsync(Action<TemporalWorkerOptions> configure, bool eagerly = true)
    {
        var asked = new ConcurrentQueue<bool>();
        await using var proxy = await RpcProxy.StartAsync(server.Address);
        proxy.Handle = async call =>
        {
            if (call.Method == "PollActivityTaskQueue")
            {
                // What was not taken eagerly comes by poll; in that order, so that nothing is taken that was to come back.
                while (eagerly && asked.IsEmpty)
                {
                    await Task.Delay(10, call.Http.RequestAborted);
                }

                await call.PassAsync();
            }
            else if (call.Method == "RespondWorkflowTaskCompleted")
            {
                await CompleteAsync(call, asked);
            }
            else
            {
                await call.PassAsync();
            }
        };
        var client = await TemporalClient.ConnectAsync(new(proxy.Address));
        await server.WithWorkerAsync(
            async queue =>
                Assert.Equal(
                    15,
                    await server.Client.ExecuteWorkflowAsync((TwoAtOnce workflow) => workflow.RunAsync(), TestServer.Start(queue))
                ),
            options =>
            {
                options.AddWorkflow<TwoAtOnce>().AddActivity(Same);
                configure(options);
            },
            client
        );
        return [.. asked];
    }

    private static async Task CompleteAsync(ProxiedCall call, ConcurrentQueue<bool> asked)
    {
        var request = call.Request(RespondWorkflowTaskCompletedRequest.Parser);
        var activities = request
            .Commands.Select(command => command.ScheduleActivityTaskCommandAttributes)
            .OfType<Temporalio.Api.Command.V1.ScheduleActivityTaskCommandAttributes>()
            .ToList();
        var answer = await call.ForwardAsync();
        if (answer.Succeeded && activities.Count > 0)
        {
            var response = answer.Message(RespondWorkflowTaskCompletedResponse.Parser);
            foreach (var activity in activities.Where(activity => activity.RequestEagerExecution))
            {
                response.ActivityTasks.Add(
                    await call.AskAsync(
                        Poll,
                        new PollActivityTaskQueueRequest
                        {
                            Namespace = request.Namespace,
                            TaskQueue = activity.TaskQueue,
                            Identity = request.Identity,
                        },
                        PollActivityTaskQueueResponse.Parser
                    )
                );
            }

            answer = answer.With(response);
        }

        await call.AnswerAsync(answer);
        foreach (var activity in activities)
        {
            asked.Enqueue(activity.RequestEagerExecution);
        }
    }
}
