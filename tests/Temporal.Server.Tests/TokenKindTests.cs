using Google.Protobuf;
using Grpc.Core;
using Temporal.Server.Common;
using Temporal.Server.Matching;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>A token answers the one task that it came with: not one of another kind, and not in another namespace.</summary>
public sealed class TokenKindTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Answer_WithTheTokenOfAnotherKindOfTask_FindsNoTaskAndChangesNothing()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"), TestServer.Activity("a", "w"));
        var activity = (await server.PollActivityTaskAsync("w")).TaskToken;
        var asked = server.QueryAsync("w");
        var query = (await server.PollWorkflowTaskAsync("w")).TaskToken;
        await server.SignalAsync("w", "s");
        var task = (await server.PollWorkflowTaskAsync("w")).TaskToken;
        var before = await server.HistoryAsync("w");

        foreach (var token in (ByteString[])[activity, query])
        {
            await RefusedAsync(server, new RespondWorkflowTaskCompletedRequest { Namespace = "default", TaskToken = token });
            await RefusedAsync(server, new RespondWorkflowTaskFailedRequest { Namespace = "default", TaskToken = token });
        }

        foreach (var token in (ByteString[])[task, query])
        {
            await RefusedAsync(server, new RespondActivityTaskCompletedRequest { Namespace = "default", TaskToken = token });
            await RefusedAsync(server, new RespondActivityTaskFailedRequest { Namespace = "default", TaskToken = token });
            await RefusedAsync(server, new RespondActivityTaskCanceledRequest { Namespace = "default", TaskToken = token });
            await RefusedAsync(server, new RecordActivityTaskHeartbeatRequest { Namespace = "default", TaskToken = token });
        }

        Assert.Equal(before, await server.HistoryAsync("w"));
        await server.AnswerQueryAsync(new PollWorkflowTaskQueueResponse { TaskToken = query }, TestServer.Text("answer"));
        Assert.Equal("answer", (await asked).QueryResult.Payloads_[0].Data.ToStringUtf8());
    }

    [Fact]
    public async Task Answer_InAnotherNamespaceThanThatOfTheToken_IsRefused()
    {
        await using var server = await TestServer.StartAsync();
        await server.CallAsync(
            new RegisterNamespaceRequest
            {
                Namespace = "other",
                WorkflowExecutionRetentionPeriod = new() { Seconds = 86_400 },
            },
            RegisterNamespaceResponse.Parser
        );
        await server.StartWorkflowAsync("w");
        var task = await server.PollWorkflowTaskAsync("w");

        foreach (var (ns, expected) in ((string, StatusCode)[])[("other", StatusCode.InvalidArgument), ("nowhere", StatusCode.NotFound)])
        {
            foreach (
                var request in (IMessage[])
                    [
                        new RespondWorkflowTaskCompletedRequest { Namespace = ns, TaskToken = task.TaskToken },
                        new RespondWorkflowTaskFailedRequest { Namespace = ns, TaskToken = task.TaskToken },
                        new RespondQueryTaskCompletedRequest { Namespace = ns, TaskToken = task.TaskToken },
                        new RespondActivityTaskCompletedRequest { Namespace = ns, TaskToken = task.TaskToken },
                        new RecordActivityTaskHeartbeatRequest { Namespace = ns, TaskToken = task.TaskToken },
                    ]
            )
            {
                Assert.Equal(expected, (await server.TryAsync(request, Limit)).Status);
            }
        }

        await server.CompleteAsync(task);
    }

    private static async Task RefusedAsync(TestServer server, IMessage request)
    {
        var (status, message, _) = await server.TryAsync(request, Limit);
        Assert.True(status == StatusCode.NotFound, $"{request.Descriptor.Name}: {status} {message}");
    }
}
