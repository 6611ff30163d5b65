using System.Diagnostics;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Temporal.Server;
using Temporal.Server.Common;
using Temporal.Server.Storage;
using Temporalio.Api.Enums.V1;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Temporal.Server.Tests.Storage;

/// <summary>Closed workflows do not slow down a start, because only open ones are read.</summary>
public sealed class StartUpTests(ITestOutputHelper output)
{
    private const int Closed = 1_000_000;

    [Fact]
    [Trait("Category", "Full")]
    public async Task Start_WithAMillionClosedRuns_ListensWithinASecond()
    {
        using var folder = new EngineFolder();
        using (var database = new EngineDatabase(folder.DatabasePath, ServerComponentSqlSchemaList.Parts, NullLogger.Instance))
        {
            await database.WriteAsync(Fill);
        }

        await using var server = new TemporalServer(
            new TemporalServerOptions { DatabasePath = folder.DatabasePath, SocketPath = folder.PathOf("s") }
        );
        var began = Stopwatch.GetTimestamp();
        await server.StartAsync();
        var took = Stopwatch.GetElapsedTime(began);

        output.WriteLine(
            $"listens after {took.TotalMilliseconds:0} ms, the file has {new FileInfo(folder.DatabasePath).Length / 1_000_000} MB"
        );
        Assert.True(took < TimeSpan.FromSeconds(1), $"{took}");
    }

    private static void Fill(SqliteConnection db)
    {
        var now = DateTimeOffset.UtcNow;
        var state = new RunRecord { LastEventId = 3, HistorySize = 400 }.ToByteArray();
        var events = new byte[400];
        for (var key = 1; key <= Closed; key++)
        {
            var name = new RunIdentity(key, NamespaceRegistry.Default.Id, $"workflow-{key}", Guid.CreateVersion7().ToString());
            WorkflowRunSqlTable.Insert(
                db,
                name,
                new RunRow(Open: false, NextDue: null, Dispatch: false, now.ToUnixTimeMilliseconds(), state)
            );
            WorkflowRunSqlTable.SetCurrent(db, name);
            EventHistorySqlTable.Insert(db, key, 1, events);
            VisibilitySqlTables.Write(
                db,
                new VisibilityRecord
                {
                    NamespaceId = name.NamespaceId,
                    WorkflowId = name.WorkflowId,
                    RunId = name.RunId,
                    WorkflowType = "Test",
                    TaskQueue = "q",
                    Status = WorkflowExecutionStatus.Completed,
                    StartTime = now,
                    ExecutionTime = now,
                    CloseTime = now,
                    RootWorkflowId = name.WorkflowId,
                    RootRunId = name.RunId,
                },
                division: null,
                []
            );
        }
    }
}
