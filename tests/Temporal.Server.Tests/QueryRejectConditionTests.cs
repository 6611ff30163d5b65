using Grpc.Core;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>A query can reject an answer from a workflow that is not open or did not complete successfully.</summary>
public sealed class QueryRejectConditionTests
{
    private static readonly Dictionary<WorkflowExecutionStatus, Command> Ends = new()
    {
        [WorkflowExecutionStatus.Completed] = TestServer.Complete(),
        [WorkflowExecutionStatus.Failed] = new Command
        {
            CommandType = CommandType.FailWorkflowExecution,
            FailWorkflowExecutionCommandAttributes = new() { Failure = new Failure { Message = "failed" } },
        },
        [WorkflowExecutionStatus.ContinuedAsNew] = new Command
        {
            CommandType = CommandType.ContinueAsNewWorkflowExecution,
            ContinueAsNewWorkflowExecutionCommandAttributes = new() { WorkflowType = new WorkflowType { Name = "Test" } },
        },
    };

    [Fact]
    public async Task Query_OfARunInEachStatus_IsRejectedAsItsConditionSays()
    {
        await using var server = await TestServer.StartAsync();
        foreach (
            var status in (WorkflowExecutionStatus[])
                [WorkflowExecutionStatus.Running, WorkflowExecutionStatus.Terminated, WorkflowExecutionStatus.Canceled, .. Ends.Keys]
        )
        {
            var execution = await InStatusAsync(server, status);
            foreach (var condition in Enum.GetValues<QueryRejectCondition>())
            {
                var asked = server.CallAsync(
                    new QueryWorkflowRequest
                    {
                        Namespace = "default",
                        Execution = execution,
                        Query = new WorkflowQuery { QueryType = "q" },
                        QueryRejectCondition = condition,
                    },
                    QueryWorkflowResponse.Parser
                );
                if (IsRejected(status, condition))
                {
                    Assert.Equal(status, (await asked).QueryRejected.Status);
                    continue;
                }

                await server.AnswerQueryAsync(await server.PollWorkflowTaskAsync(execution.WorkflowId), TestServer.Text("answer"));
                Assert.NotNull((await asked).QueryResult);
            }
        }
    }

    [Fact]
    public async Task Query_OfARunThatClosedBeforeAnyWorkerHadIt_IsRefusedAtOnce()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await TerminateAsync(server, "w");

        var refused = await Assert.ThrowsAsync<RpcException>(() => server.QueryAsync("w"));

        Assert.Equal(
            (StatusCode.FailedPrecondition, "Workflow execution closed before WorkflowTaskStarted event"),
            (refused.StatusCode, refused.Status.Detail)
        );
    }

    private static bool IsRejected(WorkflowExecutionStatus status, QueryRejectCondition condition) =>
        condition switch
        {
            QueryRejectCondition.NotOpen => status != WorkflowExecutionStatus.Running,
            QueryRejectCondition.NotCompletedCleanly => status
                is not (WorkflowExecutionStatus.Running or WorkflowExecutionStatus.Completed),
            _ => false,
        };

    private static async Task<WorkflowExecution> InStatusAsync(TestServer server, WorkflowExecutionStatus status)
    {
        var id = status.ToString();
        var execution = new WorkflowExecution { WorkflowId = id, RunId = await server.StartWorkflowAsync(id) };
        var task = await server.PollWorkflowTaskAsync(id);
        if (status == WorkflowExecutionStatus.Canceled)
        {
            await server.CallAsync(
                new RequestCancelWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = execution },
                RequestCancelWorkflowExecutionResponse.Parser
            );
            await server.CompleteAsync(task);
            task = await server.PollWorkflowTaskAsync(id);
            await server.CompleteAsync(
                task,
                new Command { CommandType = CommandType.CancelWorkflowExecution, CancelWorkflowExecutionCommandAttributes = new() }
            );
        }
        else
        {
            await server.CompleteAsync(task, Ends.TryGetValue(status, out var end) ? [end] : []);
        }

        if (status == WorkflowExecutionStatus.ContinuedAsNew)
        {
            // The next run's task, which stands before the queries.
            await server.CompleteAsync(await server.PollWorkflowTaskAsync(id));
        }

        if (status == WorkflowExecutionStatus.Terminated)
        {
            await TerminateAsync(server, id);
        }

        return execution;
    }

    private static Task TerminateAsync(TestServer server, string id) =>
        server.CallAsync(
            new TerminateWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new WorkflowExecution { WorkflowId = id },
            },
            TerminateWorkflowExecutionResponse.Parser
        );
}
