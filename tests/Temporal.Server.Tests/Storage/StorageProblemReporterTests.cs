using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Rpc;
using Temporal.Server;
using Temporal.Server.Storage;
using Temporalio.Api.Common.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests.Storage;

/// <summary>A damaged file and a full disk are said in a sentence, where people see it.</summary>
public sealed class StorageProblemReporterTests : IDisposable
{
    private const int PageSize = 4096;

    // More than the free room in the pages of an empty file.
    private const int Large = 200_000;

    private readonly EngineFolder _folder = new();
    private readonly ConcurrentQueue<string> _said = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Start_OfAFileWithATornPage_IsRefusedWithASentence()
    {
        await MakeAsync();
        Tear("history");
        await using var server = new TemporalServer(Options());

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => server.StartAsync());

        Assert.StartsWith(_folder.DatabasePath + " is damaged: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("server verify", refused.Message, StringComparison.Ordinal);
        Assert.Contains("server backup", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LargeFile_WithATornPage_IsServedUntilTheCheckHasFoundItAndThenRefusesAll()
    {
        await MakeAsync();
        Tear("history");
        await using var server = new TemporalServer(Options() with { CheckedAtOnce = 0 });
        await server.StartAsync();

        await Eventually.TrueAsync(() => !_said.IsEmpty);
        using var calls = new RpcClient(server.Addresses[0]);
        var refused = await Assert.ThrowsAsync<RpcException>(() => CallAsync(calls, "w"));

        Assert.StartsWith(_folder.DatabasePath + " is damaged: ", Assert.Single(_said), StringComparison.Ordinal);
        Assert.Equal((StatusCode.DataLoss, _said.Single()), (refused.StatusCode, refused.Status.Detail));
    }

    [Fact]
    public async Task LargeFile_ThatIsSound_IsServed()
    {
        await MakeAsync();
        await using var server = new TemporalServer(Options() with { CheckedAtOnce = 0 });
        await server.StartAsync();
        using var calls = new RpcClient(server.Addresses[0]);

        Assert.NotEmpty(await CallAsync(calls, "another"));
        Assert.Empty(_said);
    }

    [Fact]
    public async Task FullDisk_IsSaidOnceAndAgainWhenThereIsRoom()
    {
        await using var server = new TemporalServer(Options());
        await server.StartAsync();
        using var calls = new RpcClient(server.Addresses[0]);
        await CallAsync(calls, "first");
        await LimitAsync("PRAGMA max_page_count=1");

        for (var i = 0; i < 3; i++)
        {
            var refused = await Assert.ThrowsAsync<RpcException>(() => CallAsync(calls, "w" + i));
            Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        }

        Assert.Equal([$"The disk of {_folder.DatabasePath} is full, so changes are refused until space is freed."], _said);
        await LimitAsync("PRAGMA max_page_count=1000000");
        await CallAsync(calls, "last");

        Assert.Equal(2, _said.Count);
        Assert.EndsWith("can be written again.", _said.Last(), StringComparison.Ordinal);

        Task LimitAsync(string pragma) =>
            server.Parts.Database.MaintainAsync(db =>
            {
                db.Execute(pragma);
                return true;
            });
    }

    private TemporalServerOptions Options() =>
        new()
        {
            DatabasePath = _folder.DatabasePath,
            SocketPath = _folder.PathOf("s"),
            Trouble = _said.Enqueue,
        };

    /// <summary>A file with many closed runs, of which a start reads nothing.</summary>
    private async Task MakeAsync()
    {
        await using var server = await TestServer.StartAsync(_folder.DatabasePath);
        await Task.WhenAll(
            Enumerable
                .Range(0, 100)
                .Select(async i =>
                {
                    await server.StartWorkflowAsync("w" + i);
                    await server.CallAsync(
                        new TerminateWorkflowExecutionRequest
                        {
                            Namespace = "default",
                            WorkflowExecution = new WorkflowExecution { WorkflowId = "w" + i },
                        },
                        TerminateWorkflowExecutionResponse.Parser
                    );
                })
        );
    }

    /// <summary>Half of a table's first page is as some earlier write left it.</summary>
    private void Tear(string table)
    {
        long page;
        using (var db = SqliteConnection.OpenReadOnly(_folder.DatabasePath))
        {
            using var root = db.PrepareOnce($"SELECT rootpage FROM sqlite_master WHERE name = '{table}'");
            Assert.True(root.Step());
            page = root.Integer(0);
        }

        using var file = File.OpenWrite(_folder.DatabasePath);
        file.Position = (page - 1) * PageSize;
        file.Write(new byte[PageSize / 2]);
    }

    private static async Task<string> CallAsync(RpcClient calls, string id) =>
        (
            await calls.CallAsync(
                "/temporal.api.workflowservice.v1.WorkflowService/StartWorkflowExecution",
                new StartWorkflowExecutionRequest
                {
                    Namespace = "default",
                    WorkflowId = id,
                    WorkflowType = new WorkflowType { Name = "Test" },
                    TaskQueue = new() { Name = id },
                    RequestId = id,
                    Input = new Payloads { Payloads_ = { new Payload { Data = ByteString.CopyFrom(new byte[Large]) } } },
                },
                StartWorkflowExecutionResponse.Parser,
                Eventually.Limit
            )
        ).RunId;
}
