using Grpc.Core;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>The checksum of the worker that worked on a run: in its events, its search attributes, and where it may be reset to.</summary>
public sealed class BinaryChecksumTests
{
    [Fact]
    public async Task TaskFailed_SaysWhichWorkerReportedIt()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        var task = await server.PollWorkflowTaskAsync("w");

        await server.CallAsync(
            new RespondWorkflowTaskFailedRequest
            {
                Namespace = "default",
                TaskToken = task.TaskToken,
                Failure = new Failure { Message = "failed" },
                BinaryChecksum = "v1",
                WorkerVersion = new WorkerVersionStamp { BuildId = "b1" },
            },
            RespondWorkflowTaskFailedResponse.Parser
        );

        var failed = (await server.HistoryAsync("w"))
            .Single(e => e.EventType == EventType.WorkflowTaskFailed)
            .WorkflowTaskFailedEventAttributes;
        Assert.Equal(("v1", "b1"), (failed.BinaryChecksum, failed.WorkerVersion.BuildId));
    }

    [Fact]
    public async Task BadBinary_OfANamespace_IsKeptIsGivenNoTasksAndItsAnswersFailTheTask()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        var task = await server.PollWorkflowTaskAsync("w");
        await UpdateAsync(new() { Config = new() { BadBinaries = new() { Binaries = { ["v1"] = new() { Reason = "wrong" } } } } });

        var poll = await Assert.ThrowsAsync<RpcException>(() =>
            server.CallAsync(
                new PollWorkflowTaskQueueRequest
                {
                    Namespace = "default",
                    TaskQueue = new() { Name = "w" },
                    BinaryChecksum = "v1",
                },
                PollWorkflowTaskQueueResponse.Parser
            )
        );
        var answer = await Assert.ThrowsAsync<RpcException>(() =>
            server.CallAsync(
                new RespondWorkflowTaskCompletedRequest
                {
                    Namespace = "default",
                    TaskToken = task.TaskToken,
                    BinaryChecksum = "v1",
                },
                RespondWorkflowTaskCompletedResponse.Parser
            )
        );
        var described = await server.CallAsync(new DescribeNamespaceRequest { Namespace = "default" }, DescribeNamespaceResponse.Parser);
        var absent = await Assert.ThrowsAsync<RpcException>(() => UpdateAsync(new() { DeleteBadBinary = "v2" }));
        var after = await UpdateAsync(new() { DeleteBadBinary = "v1" });

        Assert.Equal((StatusCode.InvalidArgument, "binary v1 already marked as bad deployment"), (poll.StatusCode, poll.Status.Detail));
        Assert.Equal(
            (StatusCode.InvalidArgument, "BadBinary: binary v1 is already marked as bad deployment"),
            (answer.StatusCode, answer.Status.Detail)
        );
        Assert.Equal(
            WorkflowTaskFailedCause.BadBinary,
            (await server.HistoryAsync("w"))
                .Single(e => e.EventType == EventType.WorkflowTaskFailed)
                .WorkflowTaskFailedEventAttributes.Cause
        );
        Assert.Equal("wrong", described.Config.BadBinaries.Binaries["v1"].Reason);
        Assert.NotNull(described.Config.BadBinaries.Binaries["v1"].CreateTime);
        Assert.Equal("Bad binary checksum v2 doesn't exists.", absent.Status.Detail);
        Assert.Empty(after.Config.BadBinaries.Binaries);

        Task<UpdateNamespaceResponse> UpdateAsync(UpdateNamespaceRequest request)
        {
            request.Namespace = "default";
            return server.CallAsync(request, UpdateNamespaceResponse.Parser);
        }
    }

    [Fact]
    public async Task Reset_TakesThePointsOfItsHistoryAlongAndNamesThoseOfBeforeWithTheNext()
    {
        await using var server = await TestServer.StartAsync();
        var first = await server.StartWorkflowAsync("w");
        await CompleteAsync(server, "v1");
        await server.SignalAsync("w", "s");
        await CompleteAsync(server, "v2");

        var reset = (
            await server.CallAsync(
                new ResetWorkflowExecutionRequest
                {
                    Namespace = "default",
                    WorkflowExecution = new WorkflowExecution { WorkflowId = "w", RunId = first },
                    WorkflowTaskFinishEventId = 8,
                    RequestId = "r",
                },
                ResetWorkflowExecutionResponse.Parser
            )
        ).RunId;

        var described = await DescribeAsync(server);
        Assert.Equal([("v1", reset, 4L)], Points(described));
        Assert.Contains("[\"v1\"]", Checksums(described), StringComparison.Ordinal);
        await CompleteAsync(server, "v3");
        described = await DescribeAsync(server);
        Assert.Equal(["v1", "v3"], Points(described).Select(point => point.Checksum));
        Assert.Contains("[\"v1\",\"v3\"]", Checksums(described), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NextRun_NamesChecksumsOnceANewOneWorkedOnIt()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await CompleteAsync(
            server,
            "v1",
            new Command
            {
                CommandType = CommandType.ContinueAsNewWorkflowExecution,
                ContinueAsNewWorkflowExecutionCommandAttributes = new() { WorkflowType = new WorkflowType { Name = "Test" } },
            }
        );

        await CompleteAsync(server, "v1");
        Assert.DoesNotContain("BinaryChecksums", (await DescribeAsync(server)).WorkflowExecutionInfo.SearchAttributes.IndexedFields.Keys);
        await server.SignalAsync("w", "s");
        await CompleteAsync(server, "v2");

        Assert.Contains("[\"v1\",\"v2\"]", Checksums(await DescribeAsync(server)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Point_WhileAChildIsPending_IsNoPlaceToResetTo()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await CompleteAsync(
            server,
            "v1",
            new Command
            {
                CommandType = CommandType.StartChildWorkflowExecution,
                StartChildWorkflowExecutionCommandAttributes = new()
                {
                    WorkflowId = "child",
                    WorkflowType = new WorkflowType { Name = "Test" },
                    TaskQueue = new() { Name = "child" },
                },
            }
        );
        await CompleteAsync(server, "v2");

        var points = (await DescribeAsync(server)).WorkflowExecutionInfo.AutoResetPoints.Points;

        Assert.Equal([("v1", true), ("v2", false)], points.Select(point => (point.BinaryChecksum, point.Resettable)));
    }

    private static async Task CompleteAsync(TestServer server, string checksum, params Command[] commands) =>
        await server.CallAsync(
            new RespondWorkflowTaskCompletedRequest
            {
                Namespace = "default",
                TaskToken = (await server.PollWorkflowTaskAsync("w")).TaskToken,
                BinaryChecksum = checksum,
                Commands = { commands },
            },
            RespondWorkflowTaskCompletedResponse.Parser
        );

    private static Task<DescribeWorkflowExecutionResponse> DescribeAsync(TestServer server) =>
        server.CallAsync(
            new DescribeWorkflowExecutionRequest
            {
                Namespace = "default",
                Execution = new WorkflowExecution { WorkflowId = "w" },
            },
            DescribeWorkflowExecutionResponse.Parser
        );

    private static IEnumerable<(string Checksum, string RunId, long EventId)> Points(DescribeWorkflowExecutionResponse described) =>
        described.WorkflowExecutionInfo.AutoResetPoints.Points.Select(p => (p.BinaryChecksum, p.RunId, p.FirstWorkflowTaskCompletedId));

    private static string Checksums(DescribeWorkflowExecutionResponse described) =>
        described.WorkflowExecutionInfo.SearchAttributes.IndexedFields["BinaryChecksums"].Data.ToStringUtf8();
}
