using System.Text.Json.Nodes;
using Orchestrator.Cli.Runs;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The mail of a run as users see it: the number of waiting messages per recipient, and who wrote to whom.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public class MailSightTests
{
    private const string Secret = "AKIAQYLPMN5HFIQR7XYZ";

    [Fact]
    public async Task Mail_IsCountedUntilItsReaderWasShownIt_AndStandsAmongTheEvents()
    {
        using var cli = new CliFixture().WithRepository();
        var agent = cli.WriteAgent(
            """
            if [ "$ORCHESTRATOR_TASK" = a ] && [ ! -f "$HOME/asked" ]; then
              touch "$HOME/asked"
                printf '{"schemaVersion":1,"task":"a","status":"blocked","reason":"Which?"}' > "$ORCHESTRATOR_START/out/claim.json"
            else
              cat > "$HOME/prompt-$ORCHESTRATOR_TASK"; echo x > $ORCHESTRATOR_TASK.txt
            fi
            """
        );
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\ngates: {{task: []}}\nworkers: 1\n"
        );
        cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [{command: test -s a.txt}]}\n"
                + "  - {id: b, description: B, files_write: [b.txt], depends_on: [a], verification: [{command: test -s b.txt}]}\n"
        );
        var run = await cli.RunAsync("run", "--yes");
        Assert.True(run.ExitCode == 3, run.People);
        var id = (string)(await cli.RunAsync("status", "--json")).Json["runId"]!;
        Assert.DoesNotContain("unread", (await cli.RunAsync("status")).Output, StringComparison.Ordinal);

        Assert.Equal(0, (await cli.RunAsync("send", $"{id}/b", $"Use key={Secret}\nand the second line")).ExitCode);
        Assert.Equal(0, (await cli.RunAsync("broadcast", id, "No new packages.")).ExitCode);
        var waiting = await cli.RunAsync("status", "--json");
        var (table, show, whole) = (await cli.RunAsync("status"), await cli.RunAsync("show", $"{id}/b"), await cli.RunAsync("show"));
        var shown = (await cli.RunAsync("show", $"{id}/a", "--json")).Json;
        var (events, told) = (await cli.RunAsync("events", "--json"), await cli.RunAsync("events"));
        await cli.RunAsync("retry", "a", "--guidance", "this");
        var resumed = await cli.RunAsync("resume");

        Assert.Equal([("a", 1), ("b", 2)], waiting.Json["tasks"]!.AsArray().Select(t => ((string)t!["id"]!, (int)t["unreadMail"]!)));
        Assert.Contains("(1 unread message)", table.Output, StringComparison.Ordinal);
        Assert.Contains("(2 unread messages)", table.Output, StringComparison.Ordinal);
        Assert.Contains("b: pending, 2 unread messages", whole.Output, StringComparison.Ordinal);
        Assert.Contains("mail      2 unread messages", show.Output, StringComparison.Ordinal);
        Assert.Contains("to b (", show.Output, StringComparison.Ordinal);
        Assert.Contains("to all (16 characters): No new packages.", show.Output, StringComparison.Ordinal);
        Assert.Equal("No new packages.", (string)Assert.Single(shown["mail"]!.AsArray())!["text"]!);
        var lines = events.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        var mail = lines.Where(line => (string)line["state"]! == RunEventTimeline.Mail).ToList();
        Assert.Equal(lines.Count, told.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Matches(@"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d  b: mail  \(.*to b", told.Output);
        Assert.Equal(["b", null], mail.Select(line => (string?)line["task"]));
        Assert.Equal((1, 1), ((int)mail[0]["schemaVersion"]!, (int)mail[0]["mail"]!["number"]!));
        Assert.All(mail, line => Assert.True((bool)line["mail"]!["person"]!));
        Assert.StartsWith("Use key=[redacted", (string)mail[0]["mail"]!["text"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("second line", events.Output, StringComparison.Ordinal);
        Assert.All(
            (string[])[events.Output, show.Output, table.Output],
            text => Assert.DoesNotContain(Secret, text, StringComparison.Ordinal)
        );
        Assert.True(resumed.ExitCode == 0, resumed.People);
        Assert.Contains("No new packages.", File.ReadAllText(Path.Combine(cli.Home, "prompt-a")), StringComparison.Ordinal);
        Assert.Contains("and the second line", File.ReadAllText(Path.Combine(cli.Home, "prompt-b")), StringComparison.Ordinal);
        Assert.DoesNotContain("unreadMail", (await cli.RunAsync("status", "--json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_TwoListsByTime_KeepsEachListsOrder()
    {
        var begin = DateTimeOffset.UnixEpoch;

        var merged = RunEventTimeline.Merge(
            [(begin.AddSeconds(1), "1"), (begin.AddSeconds(3), "3"), (begin.AddSeconds(2), "late"), (begin.AddSeconds(5), "5")],
            [(begin, "a"), (begin.AddSeconds(3), "b"), (begin.AddSeconds(9), "c")]
        );

        Assert.Equal(["a", "1", "3", "late", "b", "5", "c"], merged);
    }
}
