using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Logging;
using Orchestrator.TestKit;
using Serilog.Events;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The log of processes that stay.</summary>
public sealed partial class LongRunningCommandLogTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly RecordingTerminal _terminal = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Json_EventOfAnActivity_HasRunAndTaskAndEachLineIsAnObject()
    {
        using (var log = LongRunningCommandLog.Open(LogFormat.Json, LogEventLevel.Warning, _folder["worker-.log"], _terminal))
        {
            var logger = log.Factory.CreateLogger("Temporalio.Activity");
            using (logger.BeginScope(new Dictionary<string, object> { ["WorkflowId"] = "run-a/parser", ["ActivityType"] = "Merge" }))
            {
                Slow(logger, 3);
                Untold(logger);
            }
            log.Terminal.Inform("Working.");
            log.Terminal.Fail("It broke.", "Mend it.");
        }

        var console = Lines(_terminal.People);
        Assert.Equal(Lines(File.ReadAllText(Assert.Single(Directory.GetFiles(_folder.Path)))).Select(Text), console.Select(Text));
        Assert.Equal(["Slow\nby 3 s", "Working.", "It broke."], console.Select(line => (string?)line["@m"]));
        Assert.Equal(
            ("run-a", "parser", "Merge"),
            ((string?)console[0]["Run"], (string?)console[0]["Task"], (string?)console[0]["ActivityType"])
        );
        Assert.Equal("Mend it.", (string?)console[2]["Cure"]);

        static string Text(JsonNode line) => line.ToJsonString();
    }

    [Fact]
    public void Text_Warning_IsALineForPeopleAndItsStackTraceInTheFile()
    {
        using (var log = LongRunningCommandLog.Open(LogFormat.Text, LogEventLevel.Warning, _folder["worker-.log"], _terminal))
        {
            Unmerged(log.Factory.CreateLogger("Any"), new InvalidOperationException("no such thing"));
        }

        var file = Assert.Single(Directory.GetFiles(_folder.Path));
        Assert.Equal("warning: Not merged: no such thing\n", _terminal.People);
        Assert.Equal($"worker-{DateTime.Now.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}.log", Path.GetFileName(file));
        Assert.Contains(
            "Warning Any: Not merged\n  │ System.InvalidOperationException: no such thing",
            File.ReadAllText(file),
            StringComparison.Ordinal
        );
    }

    /// <summary>The names of the day's file and the next one's lead to a device that is always full.</summary>
    [Fact]
    public void FullDisk_EntriesAndEnd_AreToldOnceAndFailNothing()
    {
        foreach (var day in (DateTime[])[DateTime.Now, DateTime.Now.AddDays(1)])
        {
            File.CreateSymbolicLink(_folder[$"worker-{day.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}.log"], "/dev/full");
        }
        using (var log = LongRunningCommandLog.Open(LogFormat.Text, LogEventLevel.Warning, _folder["worker-.log"], _terminal))
        {
            log.Terminal.Inform("first");
            log.Terminal.Inform("second");
        }

        var lines = _terminal.People.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["first", "second"], lines.Where(line => !line.StartsWith("warning", StringComparison.Ordinal)));
        Assert.Contains(
            "No space left",
            Assert.Single(lines, line => line.StartsWith("warning", StringComparison.Ordinal)),
            StringComparison.Ordinal
        );
    }

    /// <summary>Two workers of one repository.</summary>
    [Fact]
    public async Task File_TwoWriters_KeepsAllEntries()
    {
        await Task.WhenAll(WriteAsync("a"), WriteAsync("b"));

        Assert.Equal(400, Directory.GetFiles(_folder.Path).Sum(file => File.ReadLines(file).Count()));

        Task WriteAsync(string who) =>
            Task.Run(() =>
            {
                using var log = LongRunningCommandLog.Open(
                    LogFormat.Text,
                    LogEventLevel.Warning,
                    _folder["worker-.log"],
                    new RecordingTerminal()
                );
                for (var i = 0; i < 200; i++)
                {
                    log.Terminal.Inform($"{who} {i}");
                }
            });
    }

    [LoggerMessage(LogLevel.Warning, "Slow\nby {Seconds} s")]
    private static partial void Slow(ILogger logger, int seconds);

    [LoggerMessage(LogLevel.Information, "Not told")]
    private static partial void Untold(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "Not merged")]
    private static partial void Unmerged(ILogger logger, Exception why);

    private static List<JsonNode> Lines(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
}
