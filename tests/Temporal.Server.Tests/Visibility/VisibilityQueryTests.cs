using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Temporal.Server.Common;
using Temporal.Server.Storage;
using Temporal.Server.Visibility;
using Temporal.Server.Visibility.Query;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Xunit;

namespace Temporal.Server.Tests.Visibility;

/// <summary>The runs of the recorded filter scenarios, and the counts that the real server gave.</summary>
public sealed class VisibilityQueryTests : IAsyncLifetime, IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TemporalNamespace Ns = NamespaceRegistry.Default;

    private readonly SearchAttributeRegistry _attributes = new();
    private readonly EngineDatabase _database = new(
        null,
        [new("visibility", VisibilitySqlTables.Migrations), new("search attributes", SearchAttributeSqlTable.Migrations)],
        NullLogger.Instance
    );
    private readonly VisibilityStore _store;

    public VisibilityQueryTests() => _store = new VisibilityStore(_attributes);

    public async Task InitializeAsync()
    {
        _attributes.Load(_database);
        await _attributes.AddAsync(
            Ns,
            new Dictionary<string, IndexedValueType>
            {
                ["ConfKeyword"] = IndexedValueType.Keyword,
                ["ConfInt"] = IndexedValueType.Int,
                ["ConfDouble"] = IndexedValueType.Double,
                ["ConfBool"] = IndexedValueType.Bool,
                ["ConfText"] = IndexedValueType.Text,
                ["ConfDate"] = IndexedValueType.Datetime,
                ["ConfList"] = IndexedValueType.KeywordList,
            }
        );
        await WriteAsync(
            0,
            "Even",
            WorkflowExecutionStatus.Terminated,
            """{"ConfKeyword":"red","ConfInt":1,"ConfDouble":1.5,"ConfBool":true,"ConfText":"quick brown """
                + """fox","ConfDate":"2050-01-01T00:00:00Z","ConfList":["a","b"]}"""
        );
        await WriteAsync(
            1,
            "Odd",
            WorkflowExecutionStatus.Terminated,
            """{"ConfKeyword":"redder","ConfInt":2,"ConfDouble":2.5,"ConfBool":false,"ConfText":"lazy """
                + """dog","ConfDate":"2050-01-02T00:00:00Z","ConfList":["b","c"]}"""
        );
        await WriteAsync(
            2,
            "Even",
            WorkflowExecutionStatus.Completed,
            """{"ConfKeyword":"blue","ConfInt":3,"ConfDouble":-1,"ConfBool":true,"ConfText":"Quick """
                + """Dog","ConfDate":"2050-01-03T00:00:00Z","ConfList":["c"]}"""
        );
        await WriteAsync(3, "Odd", WorkflowExecutionStatus.Running, """{"ConfKeyword":"with 'quote'","ConfInt":-4}""");
        await WriteAsync(4, "Even", WorkflowExecutionStatus.Running, "{}");
        await WriteAsync(5, "Odd", WorkflowExecutionStatus.Running, """{"ConfInt":10}""");
    }

    [Theory]
    [InlineData("", 6)]
    [InlineData("ConfInt > 1", 3)]
    [InlineData("ConfInt <= 1", 2)]
    [InlineData("ConfDouble > 0", 2)]
    [InlineData("ConfDate > '2050-01-01T12:00:00Z'", 2)]
    [InlineData("ConfDate > '2050-01-01T00:30:00+01:00'", 3)]
    [InlineData("ConfDate > 2524608000000000001", 2)]
    [InlineData("ConfKeyword > 'blue'", 3)]
    [InlineData("ConfInt BETWEEN 1 AND 3", 3)]
    [InlineData("ConfInt NOT BETWEEN 1 AND 3", 2)]
    [InlineData("ConfKeyword != 'red'", 3)]
    [InlineData("ConfBool = true", 2)]
    [InlineData("ConfBool != true", 1)]
    [InlineData("ConfText = 'quick'", 2)]
    [InlineData("ConfText != 'quick'", 4)]
    [InlineData("ConfText = 'dog fox'", 3)]
    [InlineData("ConfList = 'b'", 2)]
    [InlineData("ConfList != 'b'", 4)]
    [InlineData("ConfKeyword = \"with 'quote'\"", 1)]
    [InlineData("`ConfKeyword` = 'red'", 1)]
    [InlineData("ConfKeyword NOT IN ('red','blue')", 2)]
    [InlineData("ConfList NOT IN ('a','c')", 3)]
    [InlineData("ExecutionStatus IN ('Running','Completed')", 4)]
    [InlineData("ConfInt = 1 OR ConfInt = 2 AND ConfKeyword = 'red'", 1)]
    [InlineData("(ConfInt = 1 OR ConfInt = 2) AND ConfKeyword = 'red'", 1)]
    [InlineData("NOT ConfInt = 1", 4)]
    [InlineData("NOT (ConfInt = 1 OR ConfInt = 2)", 3)]
    [InlineData("ConfKeyword IS NULL", 2)]
    [InlineData("ConfList IS NOT NULL", 3)]
    [InlineData("CloseTime IS NULL", 3)]
    [InlineData("CloseTime < '2099-01-01T00:00:00Z'", 3)]
    [InlineData("CloseTime > '2020-01-01T00:00:00Z'", 3)]
    [InlineData("ParentWorkflowId IS NULL", 6)]
    [InlineData("ConfKeyword STARTS_WITH 'red'", 2)]
    [InlineData("ConfKeyword NOT STARTS_WITH 'red'", 2)]
    [InlineData("ConfKeyword STARTS_WITH ''", 4)]
    [InlineData("ConfKeyword STARTS_WITH '%'", 0)]
    [InlineData("ExecutionStatus = 'WORKFLOW_EXECUTION_STATUS_RUNNING'", 3)]
    [InlineData("HistoryLength = 3", 3)]
    [InlineData("ExecutionDuration < '1h'", 3)]
    [InlineData("ExecutionDuration < '01:00:00'", 3)]
    [InlineData("ExecutionDuration > '10h'", 0)]
    [InlineData("ConfKeyword = 'x'';DROP TABLE visibility;--'", 0)]
    public void Count_Query_IsWhatTheRealServerCounts(string query, int expected)
    {
        var resolved = Resolve(query);

        Assert.Equal(expected, _database.Read(db => VisibilitySqlTables.Count(db, Ns.Id, resolved)));
    }

    [Fact]
    public void List_Pages_ShowOpenRunsFirstAndEveryRunOnce()
    {
        var seen = new List<string>();
        VisibilityPosition? after = null;
        while (_database.Read(db => VisibilitySqlTables.List(db, Ns.Id, VisibilityQuery.Everything, after, 2)) is { Count: > 0 } page)
        {
            seen.AddRange(page.Select(row => row.Info.Execution.WorkflowId));
            after = page[^1].Position;
        }

        Assert.Equal(["w-5", "w-4", "w-3", "w-2", "w-1", "w-0"], seen);
    }

    [Fact]
    public void CountByStatus_Everything_GivesAGroupPerStatus() =>
        Assert.Equal(
            [(WorkflowExecutionStatus.Running, 3L), (WorkflowExecutionStatus.Completed, 1L), (WorkflowExecutionStatus.Terminated, 2L)],
            _database.Read(db => VisibilitySqlTables.CountByStatus(db, Ns.Id, Resolve("GROUP BY ExecutionStatus")))
        );

    [Fact]
    public async Task Remove_Attribute_TakesItsValuesAway()
    {
        await _attributes.RemoveAsync(Ns, ["ConfInt"]);
        await _attributes.AddAsync(Ns, [KeyValuePair.Create("ConfInt", IndexedValueType.Int)]);

        Assert.Equal(0, _database.Read(db => VisibilitySqlTables.Count(db, Ns.Id, Resolve("ConfInt IS NOT NULL"))));
    }

    [Fact]
    public async Task Delete_Run_LeavesNothing()
    {
        await _database.WriteAsync(db => VisibilitySqlTables.Delete(db, Ns.Id, "w-0", "run-0"));

        Assert.Equal(5, _database.Read(db => VisibilitySqlTables.Count(db, Ns.Id, VisibilityQuery.Everything)));
        Assert.Equal(1, _database.Read(db => VisibilitySqlTables.Count(db, Ns.Id, Resolve("ConfList = 'b'"))));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _database.Dispose();

    private VisibilityQuery Resolve(string query) => new VisibilityQueryNameResolver(name => _attributes.Find(Ns.Id, name)).Resolve(query);

    private Task WriteAsync(int number, string type, WorkflowExecutionStatus status, string attributes)
    {
        var given = new SearchAttributes();
        foreach (var property in System.Text.Json.JsonDocument.Parse(attributes).RootElement.EnumerateObject())
        {
            given.IndexedFields[property.Name] = new Payload
            {
                Metadata = { ["encoding"] = ByteString.CopyFromUtf8("json/plain") },
                Data = ByteString.CopyFromUtf8(property.Value.GetRawText()),
            };
        }

        var record = new VisibilityRecord
        {
            NamespaceId = Ns.Id,
            WorkflowId = $"w-{number}",
            RunId = $"run-{number}",
            WorkflowType = type,
            TaskQueue = "q",
            Status = WorkflowExecutionStatus.Running,
            StartTime = Start.AddSeconds(number),
            ExecutionTime = Start.AddSeconds(number),
            RootWorkflowId = $"w-{number}",
            RootRunId = $"run-{number}",
            SearchAttributes = _attributes.Validate(Ns, given),
        };
        var closed = record with { Status = status, CloseTime = Start.AddSeconds(100 + number), HistoryLength = 3 };
        return _database.WriteAsync(db =>
        {
            _store.Write(db, record);
            if (status != WorkflowExecutionStatus.Running)
            {
                _store.Write(db, closed);
            }
        });
    }
}
