using System.Text.Json.Nodes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Notices about whole runs, received by a user's program that stores its input.</summary>
public class NoticeTests
{
    private const string Keep = "cat >> \"$HOME/notices\"";

    [Fact]
    public async Task Run_ThatEscalates_SendsOneNoticeWithTheCommandThatAnswers()
    {
        using var cli = await RepositoryAsync("echo 'out of ideas' >&2; exit 3", Keep);

        var run = await cli.RunAsync("run", "--yes", "--run-id", "night");

        Assert.Equal(1, run.ExitCode);
        var notice = Assert.Single(Notices(cli));
        Assert.Equal(("notice", "work: night needs attention (2 things)"), ((string?)notice["event"], (string?)notice["title"]));
        var items = notice["items"]!.AsArray();
        Assert.Equal(["needs_person", "needs_person"], items.Select(item => (string?)item!["kind"]));
        Assert.Equal("orchestrate retry night/a --guidance TEXT", (string?)items[0]!["commands"]![0]);
        Assert.Contains("orchestrate resolve night manual-fix", items[1]!["commands"]!.AsArray().Select(command => (string?)command));

        await cli.RunAsync("cancel", "night");

        Assert.Equal(["notice", "withdrawn"], Notices(cli).Select(told => (string?)told["event"]));
        Assert.Single(Notices(cli).Select(told => (string?)told["id"]).Distinct());
    }

    [Fact]
    public async Task Run_ThatIsCompleted_SendsItsEnd()
    {
        using var cli = await RepositoryAsync("cat > /dev/null; echo x > a.txt", Keep);

        var run = await cli.RunAsync("run", "--yes", "--run-id", "night");

        Assert.True(run.ExitCode == 0, run.People);
        var notice = Assert.Single(Notices(cli));
        Assert.Equal("work: night has ended", (string?)notice["title"]);
        Assert.Equal("run_done", (string?)notice["items"]![0]!["kind"]);
    }

    [Fact]
    public async Task Run_TargetFails_EndsAsWithoutItAndSaysSo()
    {
        using var cli = await RepositoryAsync("echo 'out of ideas' >&2; exit 3", "echo 'no line' >&2; exit 1", "end_wait: 1s, ");

        var run = await cli.RunAsync("run", "--yes", "--run-id", "night");

        Assert.Equal(1, run.ExitCode);
        const string Sentence = "The notice \"work: night needs attention (2 things)\" has not reached";
        Assert.Contains(Sentence, run.People, StringComparison.Ordinal);
        Assert.Contains("ended with exit code 1: no line", run.People, StringComparison.Ordinal);
        var unsent = (string)(await cli.RunAsync("status", "--json")).Json["unsent"]![0]!;
        Assert.StartsWith(Sentence, unsent, StringComparison.Ordinal);
    }

    /// <summary>The program that takes the first notice kills the process that sent it, before it can note that it was sent.</summary>
    [Fact]
    public async Task Run_KilledBetweenSendingAndNoting_SendsTheSameIdAgainAndThenNothing()
    {
        using var cli = await RepositoryAsync(
            "echo 'out of ideas' >&2; exit 3",
            Keep + "; if [ ! -e \"$HOME/killed\" ]; then echo $PPID > \"$HOME/killed\"; kill -9 $PPID; fi"
        );

        var killed = await OutputStreamTests.Program(cli).RunAsync("run", "--yes", "--run-id", "night");
        await cli.RunAsync("resume", "night", "--yes");
        await cli.RunAsync("resume", "night", "--yes");

        Assert.NotEqual(1, killed.ExitCode);
        Assert.True(File.Exists(Path.Combine(cli.Home, "killed")));
        Assert.Equal(["notice", "notice"], Notices(cli).Select(told => (string?)told["event"]));
        Assert.Single(Notices(cli).Select(told => (string?)told["id"]).Distinct());
    }

    [Fact]
    public async Task NotifyTest_Targets_AreTriedAndCheckSendsNothing()
    {
        using var cli = await RepositoryAsync("true", Keep);

        var check = await cli.RunAsync("check", "--json");
        var isQuiet = !File.Exists(Path.Combine(cli.Home, "notices"));
        var test = await cli.RunAsync("notify", "test");
        var one = await cli.RunAsync("notify", "test", "comm", "--json");
        var unknown = await cli.RunAsync("notify", "test", "phone");

        Assert.True(isQuiet);
        Assert.Equal(
            "ok",
            check.Json["checks"]!.AsArray().Single(entry => (string?)entry!["name"] == "notifications")!["status"]!.ToString()
        );
        Assert.Equal((0, 0, 2), (test.ExitCode, one.ExitCode, unknown.ExitCode));
        Assert.Contains("accepted the test", test.Output, StringComparison.Ordinal);
        Assert.Equal("ok", (string?)one.Json["status"]);
        Assert.Equal(2, Notices(cli).Count);
    }

    [Fact]
    public async Task NotifyTest_NothingIsSet_SaysHow()
    {
        using var cli = new CliFixture().WithRepository();

        var test = await cli.RunAsync("notify", "test");

        Assert.Equal(2, test.ExitCode);
        Assert.Contains("config set --user notifications.provider desktop", test.People, StringComparison.Ordinal);
    }

    private static async Task<CliFixture> RepositoryAsync(string agent, string notifier, string settings = "")
    {
        var cli = RunCommandTests.Repository(agent);
        var program = Path.Combine(cli.Home, "notify.sh");
        await File.WriteAllTextAsync(program, notifier + "\n");
        cli.WriteUser($"notifications: {{{settings}provider: command, command: [/bin/sh, {program}]}}\n");
        File.AppendAllText(Path.Combine(cli.Folder, ".orchestrator", "config.yaml"), "max_remediations: 0\n");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");
        return cli;
    }

    private static IReadOnlyList<JsonNode> Notices(CliFixture cli)
    {
        var file = Path.Combine(cli.Home, "notices");
        return File.Exists(file) ? [.. File.ReadAllLines(file).Select(line => JsonNode.Parse(line)!)] : [];
    }
}
