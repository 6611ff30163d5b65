using Orchestrator.TestKit;

namespace Orchestrator.Network.Tests;

public sealed class SandboxConnectionLogTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<string> _reported = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_LogsOfARun_SumsUpByTaskHostAndDecision()
    {
        var log = Log("a.jsonl", "parser");
        log.Add(Entry("example.com", NetworkDecision.Allowed) with { Up = 10, Down = 20 });
        log.Add(Entry("example.com", NetworkDecision.Allowed) with { Up = 1, Down = 2 });
        log.Add(Entry("other.com", NetworkDecision.Refused));
        Log("b.jsonl", "lexer").Add(Entry("example.com", NetworkDecision.Allowed));
        File.AppendAllText(_folder["b.jsonl"], "{\"half");

        Assert.Equal(
            [
                new SandboxConnectionSummary("lexer", "agent", "example.com", 443, NetworkDecision.Allowed, null, 1, 0, 0),
                new SandboxConnectionSummary("parser", "agent", "example.com", 443, NetworkDecision.Allowed, null, 2, 11, 22),
                new SandboxConnectionSummary(
                    "parser",
                    "agent",
                    "other.com",
                    443,
                    NetworkDecision.Refused,
                    NetworkRefusalReason.NotListed,
                    1,
                    0,
                    0
                ),
            ],
            SandboxConnectionLogReader.Read(_folder.Path).Connections
        );
    }

    [Fact]
    public void Add_RefusalsThatAreAlike_ShareTwoLines()
    {
        var log = Log("a.jsonl", "parser");

        for (var count = 0; count < 1000; count++)
        {
            log.Add(Entry("other.com", NetworkDecision.Refused));
        }
        log.Flush();
        log.Flush();

        Assert.Equal(3, File.ReadLines(_folder["a.jsonl"]).Count());
        Assert.Equal(1000, Assert.Single(SandboxConnectionLogReader.Read(_folder.Path).Connections).Count);
    }

    [Fact]
    public void Add_PastTheLimit_EndsWithOneLineThatSaysSo()
    {
        var log = Log("a.jsonl", "parser", largest: 2000);

        for (var count = 0; count < 1000; count++)
        {
            log.Add(Entry($"host{count}.com", NetworkDecision.Allowed));
        }

        Assert.InRange(new FileInfo(_folder["a.jsonl"]).Length, 1000, 2200);
        Assert.Contains("\"isCut\":true", File.ReadLines(_folder["a.jsonl"]).Last(), StringComparison.Ordinal);
        Assert.Equal(1, SandboxConnectionLogReader.Read(_folder.Path).CutLogs);
    }

    [Fact]
    public void Add_FolderThatWasRemoved_StaysRemoved()
    {
        var log = Log("run/a.jsonl", "parser");
        Directory.Delete(_folder["run"], recursive: true);

        log.Add(Entry("example.com", NetworkDecision.Allowed));

        Assert.False(Directory.Exists(_folder["run"]));
        Assert.Empty(_reported);
    }

    [Fact]
    public void Add_FileThatCanNotBeWritten_IsReportedOnce()
    {
        File.CreateSymbolicLink(_folder["a.jsonl"], _folder["elsewhere"]);

        var log = Log("a.jsonl", "parser");
        log.Add(Entry("example.com", NetworkDecision.Allowed));
        log.Add(Entry("example.com", NetworkDecision.Allowed));

        Assert.Contains("a.jsonl", Assert.Single(_reported), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["elsewhere"]));
    }

    private static SandboxConnectionLogRecord Entry(string host, NetworkDecision decision) =>
        new()
        {
            Time = DateTimeOffset.UnixEpoch,
            Host = host,
            Port = 443,
            Decision = decision,
            Reason = decision == NetworkDecision.Refused ? NetworkRefusalReason.NotListed : null,
        };

    private SandboxConnectionLog Log(string name, string task, long largest = 1 << 20)
    {
        SandboxConnectionLog log = new(_folder[name], TimeProvider.System, _reported.Add, largest);
        log.Begin(
            new SandboxConnectionLogHeader(
                "r",
                DateTimeOffset.UnixEpoch,
                new SandboxLabels { Task = task, Role = "agent" },
                NetworkMode.Listed,
                []
            )
        );
        return log;
    }
}
