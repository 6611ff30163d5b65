using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Orchestrator.TestKit.Rpc;
using Temporal.Server;
using Temporalio.Api.Common.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests.Abuse;

/// <summary>Whatever one connection does, clients on others are served.</summary>
public sealed class Http2AbuseTests : IAsyncLifetime
{
    private const string Service = "/temporal.api.workflowservice.v1.WorkflowService/";

    private readonly TemporalServer _server = new(new TemporalServerOptions { Address = new IPEndPoint(IPAddress.Loopback, 0) });
    private readonly List<RawConnection> _connections = [];
    private RpcClient _others = null!;

    public async Task InitializeAsync()
    {
        await _server.StartAsync();
        _others = new RpcClient(_server.Addresses[0]);
    }

    public async Task DisposeAsync()
    {
        _connections.ForEach(connection => connection.Dispose());
        _others.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task TooManyStreams_OnOneConnection_LeaveOthersServed()
    {
        var abuser = await ConnectAsync();
        await abuser.GreetAsync();
        var poll = new PollWorkflowTaskQueueRequest
        {
            Namespace = "default",
            TaskQueue = new TaskQueue { Name = "nothing" },
        }.ToByteArray();
        for (var stream = 1; stream < 25_000; stream += 2)
        {
            await abuser.CallAsync(stream, Service + "PollWorkflowTaskQueue", poll);
        }

        await OthersAreServedAsync();
    }

    [Fact]
    public async Task StreamsResetAtOnce_LeaveOthersServed()
    {
        var abuser = await ConnectAsync();
        await abuser.GreetAsync();
        for (var stream = 1; stream < 10_000; stream += 2)
        {
            await abuser.BeginCallAsync(stream, Service + "GetSystemInfo");
            await abuser.ResetAsync(stream);
        }

        await OthersAreServedAsync();
    }

    /// <summary>Some clients withdraw a call right after they made it. The other calls of the connection continue.</summary>
    [Fact]
    public async Task DataAfterAReset_EndTheirStreamAloneAndTakeNothingFromTheConnectionsWindow()
    {
        const int Late = 1000;
        var client = await ConnectAsync();
        await client.GreetAsync();
        await client.CallAsync(1, Service + "GetSystemInfo", []);
        await client.ReadToAnswerAsync(1);
        for (var stream = 3; stream < 103; stream += 2)
        {
            await client.BeginCallAsync(stream, Service + "PollWorkflowTaskQueue");
            await client.ResetAsync(stream);
            await client.SendDataAsync(stream, new byte[Late]);
        }

        // What is given back comes with an answer, after it or before the next.
        await client.CallAsync(103, Service + "GetSystemInfo", []);
        var granted = await client.ReadToAnswerAsync(103);
        await client.CallAsync(105, Service + "GetSystemInfo", []);

        Assert.Equal(50 * Late, granted + await client.ReadToAnswerAsync(105));
    }

    [Fact]
    public async Task SlowReader_OfLargeAnswers_LeavesOthersServed()
    {
        await StartAsync("large", new byte[500_000]);
        var request = new GetWorkflowExecutionHistoryRequest
        {
            Namespace = "default",
            Execution = new WorkflowExecution { WorkflowId = "large" },
        }.ToByteArray();
        for (var i = 0; i < 20; i++)
        {
            var abuser = await ConnectAsync();
            await abuser.GreetAsync(window: (uint)(i % 2));
            for (var stream = 1; stream < 40; stream += 2)
            {
                await abuser.CallAsync(stream, Service + "GetWorkflowExecutionHistory", request);
            }
        }

        await OthersAreServedAsync();
    }

    [Fact]
    public async Task GiantHeaders_LeaveOthersServed()
    {
        foreach (var size in (int[])[40_000, 1_000_000, 20_000_000])
        {
            var abuser = await ConnectAsync();
            await abuser.GreetAsync();
            await abuser.CallWithHeaderAsync(1, Service + "GetSystemInfo", size);
        }

        await OthersAreServedAsync();
    }

    [Fact]
    public async Task HalfOpenConnections_LeaveOthersServed()
    {
        for (var i = 0; i < 400; i++)
        {
            var abuser = await ConnectAsync();
            switch (i % 5)
            {
                case 1:
                    await abuser.SendAsync("PRI * HTTP/2.0\r\n"u8.ToArray());
                    break;
                case 2:
                    await abuser.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
                    break;
                case 3:
                    await abuser.GreetAsync();
                    await abuser.BeginCallAsync(1, Service + "StartWorkflowExecution");
                    break;
                case 4:
                    await abuser.SendAsync(new byte[1000]);
                    break;
                default:
                    break;
            }
        }

        await OthersAreServedAsync();
    }

    private async Task<RawConnection> ConnectAsync()
    {
        var connection = new RawConnection();
        _connections.Add(connection);
        await connection.ConnectAsync(new IPEndPoint(IPAddress.Loopback, new Uri(_server.Addresses[0]).Port));
        return connection;
    }

    /// <summary>Starts, works and reads as any client, while the abuse continues.</summary>
    private async Task OthersAreServedAsync()
    {
        for (var i = 0; i < 20; i++)
        {
            await StartAsync("other-" + i, []);
            var task = await CallAsync(
                new PollWorkflowTaskQueueRequest
                {
                    Namespace = "default",
                    TaskQueue = new TaskQueue { Name = "other-" + i },
                },
                PollWorkflowTaskQueueResponse.Parser
            );
            var answer = new RespondWorkflowTaskCompletedRequest { Namespace = "default", TaskToken = task.TaskToken };
            answer.Commands.Add(TestServer.Complete());
            await CallAsync(answer, RespondWorkflowTaskCompletedResponse.Parser);
        }
    }

    private Task StartAsync(string id, byte[] input) =>
        CallAsync(
            new StartWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowId = id,
                WorkflowType = new WorkflowType { Name = "T" },
                TaskQueue = new TaskQueue { Name = id },
                RequestId = id,
                Input = new Payloads { Payloads_ = { new Payload { Data = ByteString.CopyFrom(input) } } },
            },
            StartWorkflowExecutionResponse.Parser
        );

    private Task<TResponse> CallAsync<TResponse>(IMessage request, MessageParser<TResponse> parser)
        where TResponse : IMessage<TResponse> =>
        _others.CallAsync(Service + request.GetType().Name[..^"Request".Length], request, parser, TimeSpan.FromSeconds(30));
}
