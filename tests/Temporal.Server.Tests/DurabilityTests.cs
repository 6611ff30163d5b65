using Google.Protobuf;
using Grpc.Core;
using Temporal.Server.Common;
using Temporal.Server.History;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

public sealed class DurabilityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("engine-").FullName;

    private string DatabasePath => Path.Combine(_folder, "engine.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task FullDisk_ChangesAreRefusedAndNothingElseIsLost()
    {
        await using var server = await TestServer.StartAsync(DatabasePath);
        await server.StartWorkflowAsync("w");
        await LimitAsync(server, 200);
        var acknowledged = new List<string>();
        var refused = 0;
        for (var i = 0; i < 200 && refused < 3; i++)
        {
            try
            {
                await SignalAsync(server, "s" + i, 20_000);
                acknowledged.Add("s" + i);
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
            {
                refused++;
            }
        }

        await LimitAsync(server, 1_000_000);
        await SignalAsync(server, "after", 10);
        acknowledged.Add("after");

        Assert.Equal(3, refused);
        Assert.Equal(acknowledged, await SignalsAsync(server));
    }

    [Fact]
    public async Task Restart_AfterManyChanges_FindsTheSameState()
    {
        IReadOnlyList<string> before;
        await using (var first = await TestServer.StartAsync(DatabasePath))
        {
            await first.StartWorkflowAsync("w");
            await Task.WhenAll(Enumerable.Range(0, 50).Select(i => SignalAsync(first, "s" + i, 100)));
            before = await SignalsAsync(first);
        }

        await using var second = await TestServer.StartAsync(DatabasePath);

        Assert.Equal(before, await SignalsAsync(second));
        Assert.Equal(
            "ok",
            second.Server.Parts.Database.Read(db =>
            {
                using var check = db.Prepare("PRAGMA integrity_check");
                return check.Step() ? check.Text(0) : "";
            })
        );
    }

    [Fact]
    public async Task ContinueAsNew_NotYetDurable_ItsReaderSeesTheEndedRunAsEnded()
    {
        await using var server = await TestServer.StartAsync(DatabasePath);
        var first = await server.StartWorkflowAsync("w");
        var task = await server.PollWorkflowTaskAsync("w");
        var store = server.Server.Parts.Store;
        using var written = new ManualResetEventSlim();
        var blocked = server.Server.Parts.Database.WriteAsync(_ => written.Wait());
        var completed = server.CompleteAsync(
            task,
            new Command
            {
                CommandType = CommandType.ContinueAsNewWorkflowExecution,
                ContinueAsNewWorkflowExecutionCommandAttributes = new ContinueAsNewWorkflowExecutionCommandAttributes
                {
                    WorkflowType = new WorkflowType { Name = "Test" },
                    TaskQueue = new TaskQueue { Name = "w" },
                },
            }
        );
        var current = first;
        while (current == first)
        {
            // The answer would come when the change is durable; what is asked for is looked at before.
            _ = store.ChangeAsync(NamespaceRegistry.Default.Id, "w", w => current = store.Current(w)!.RunId);
            await Task.Delay(10);
        }

        var seen = store.ChangeAsync(NamespaceRegistry.Default.Id, "w", w => store.Find(w, first)!.IsOpen);
        written.Set();
        await Task.WhenAll(blocked, completed);

        Assert.False(await seen);
        Assert.False(await store.ChangeAsync(NamespaceRegistry.Default.Id, "w", w => store.Find(w, first)!.IsOpen));
        Assert.Equal(EventType.WorkflowExecutionContinuedAsNew, (await server.HistoryAsync("w", first))[^1].EventType);
    }

    [Fact]
    public async Task Eviction_OfManyWorkflows_SparesTheOneWaitedFor()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        var closed = server.CallAsync(
            new GetWorkflowExecutionHistoryRequest
            {
                Namespace = "default",
                Execution = new WorkflowExecution { WorkflowId = "w" },
                WaitNewEvent = true,
                HistoryEventFilterType = HistoryEventFilterType.CloseEvent,
            },
            GetWorkflowExecutionHistoryResponse.Parser
        );
        var store = server.Server.Parts.Store;
        Task<SingleWorkflowRunCache> Find(string id) => store.ChangeAsync(NamespaceRegistry.Default.Id, id, w => w);
        var waitedFor = await Find("w");
        while (Volatile.Read(ref waitedFor.Waiters) == 0)
        {
            await Task.Delay(10);
        }

        var other = await Find("other-0-0");
        for (var i = 0; i < 12; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(j => server.StartWorkflowAsync($"other-{i}-{j}")));
        }

        Assert.NotSame(other, await Find("other-0-0"));
        Assert.True(waitedFor.Waiters == 0 || waitedFor == await Find("w"));
        await server.CallAsync(
            new TerminateWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new WorkflowExecution { WorkflowId = "w" },
            },
            TerminateWorkflowExecutionResponse.Parser
        );
        await closed;
        Assert.Equal(EventType.WorkflowExecutionTerminated, (await server.HistoryAsync("w"))[^1].EventType);
    }

    private static Task SignalAsync(TestServer server, string name, int size)
    {
        var input = new Payloads();
        input.Payloads_.Add(new Payload { Data = ByteString.CopyFrom(new byte[size]) });
        return server.CallAsync(
            new SignalWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new WorkflowExecution { WorkflowId = "w" },
                SignalName = name,
                Input = input,
            },
            SignalWorkflowExecutionResponse.Parser
        );
    }

    private static async Task<IReadOnlyList<string>> SignalsAsync(TestServer server) =>
        [
            .. (await server.HistoryAsync("w"))
                .Where(e => e.EventType == EventType.WorkflowExecutionSignaled)
                .Select(e => e.WorkflowExecutionSignaledEventAttributes.SignalName),
        ];

    /// <summary>SQLite refuses to grow the file past so many pages, as on a full disk.</summary>
    private static async Task LimitAsync(TestServer server, int pages) =>
        await server.Server.Parts.Database.WriteAsync(db =>
        {
            using var limit = db.Prepare($"PRAGMA max_page_count={pages}");
            limit.Run();
        });
}
