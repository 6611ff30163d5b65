using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The morning's report, the inbox and the page are three ways to the same questions: what one of them asks, all ask, and what was
/// answered is asked by none.</summary>
public sealed partial class MorningAgreementTests
{
    [Fact]
    public async Task Questions_OfARun_AreTheSameInReportInboxAndPage()
    {
        using var cli = new CliFixture().WithRepository();
        var agent = cli.WriteAgent("case $ORCHESTRATOR_TASK in d) exit 1;; *) echo x > $ORCHESTRATOR_TASK.txt;; esac");
        cli.Write(".orchestrator/config.yaml", $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\n");
        var asks = "requires_approval: true";
        cli.Write("tasks.yaml", $"tasks:\n{Task("a")}{Task("b", asks)}{Task("c", asks)}{Task("d")}");
        var program = new OrchestrateProgram(cli.Folder, WebCommandTests.Variables(cli));
        var begun = await program.RunAsync("run", "--yes", "--detach", "--run-id", "night");
        Assert.True(begun.ExitCode == 0, begun.StandardError.Text);
        await using var web = await WebCommandTests.Web.StartAsync(cli);

        await AgreeAsync("b c");
        await AnswerAsync("approve", "night/b");
        await AgreeAsync("c");
        await AnswerAsync("approve", "night/c");
        // Nothing more can run, so the task that failed is asked about now.
        await AgreeAsync("d");
        await AnswerAsync("skip", "night/d");
        await AgreeAsync("");

        async Task AnswerAsync(params string[] words)
        {
            // A run that only waits for people has no process: the answer is kept, and carried out when it continues.
            await program.RunAsync(words);
            var resumed = await program.RunAsync("resume", "night", "--yes", "--detach");
            Assert.True(resumed.ExitCode == 0, resumed.StandardError.Text);
        }

        async Task AgreeAsync(string asked)
        {
            var found = ("", "", "");
            try
            {
                await Eventually.AskAsync(async () =>
                {
                    var report = (await program.RunAsync("report", "night", "--html", "-")).StandardOutput.Text;
                    var inbox = (await program.RunAsync("inbox", "--json")).StandardOutput.Text;
                    found = (Of(report), Of(inbox), Of(await web.TextAsync("inbox")));
                    return found == (asked, asked, asked) ? "" : null;
                });
            }
            catch (TimeoutException)
            {
                // The last result is reported below.
            }
            Assert.Equal((asked, asked, asked), found);
        }
    }

    /// <summary>An agent costs 0.60 USD, and the run may cost 1; all places report the same spending.</summary>
    [Fact]
    public async Task Budget_OfARunThatIsUsedUp_IsTheSameInReportInboxStatusAndPage()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(".orchestrator/config.yaml", $"agent: mine\nworkers: 1\nbudget: {{run: 1, task: 5}}\n{Costly(cli)}");
        cli.Write("tasks.yaml", $"tasks:\n{Task("a", "max_retries: 1")}{Task("b", "max_retries: 1")}{Task("c", "max_retries: 1")}");
        var program = new OrchestrateProgram(cli.Folder, WebCommandTests.Variables(cli));
        const string Spent = "1.20 of 1.00 USD are spent";

        var run = await program.RunAsync("run", "--yes", "--run-id", "night");
        Assert.True(run.ExitCode == 3, run.StandardOutput.Text + run.StandardError.Text);
        await using var web = await WebCommandTests.Web.StartAsync(cli);
        var status = (await program.RunAsync("status", "night", "--json")).StandardOutput.Text;
        var inbox = JsonNode.Parse((await program.RunAsync("inbox", "--json")).StandardOutput.Text)!["entries"]!.AsArray().Single()!;
        var budget = JsonNode.Parse(status)!["budgets"]!["budgets"]![0]!;
        var repository = (await web.GetAsync("repositories"))["repositories"]![0]!["id"]!.GetValue<string>();

        Assert.Equal(("run", 1.2m, 1m, 0m), Figures(budget));
        Assert.True(JsonNode.DeepEquals(budget, inbox["budget"]));
        Assert.True(JsonNode.DeepEquals(budget, (await web.GetAsync($"repositories/{repository}/runs/night"))["budgets"]!["budgets"]![0]));
        Assert.Contains(Spent, (string)inbox["what"]!, StringComparison.Ordinal);
        string[] told =
        [
            (await program.RunAsync("status", "night")).StandardOutput.Text,
            (await program.RunAsync("report", "night")).StandardOutput.Text,
            (await program.RunAsync("report", "night", "--html", "-")).StandardOutput.Text,
            await web.TextAsync("inbox"),
            await web.TextAsync($"r/{repository}/night"),
        ];
        Assert.All(told, text => Assert.Contains($"of the run: {Spent}; nothing is left", text, StringComparison.Ordinal));
        Assert.Equal(2, (await program.RunAsync("budget", "raise", "night", "1.2")).ExitCode);

        var raised = await program.RunAsync("budget", "raise", "night", "9", "--yes");
        Assert.True(raised.ExitCode == 0, raised.StandardOutput.Text + raised.StandardError.Text);
        Assert.Contains("of the run: 1.80 of 9.00 USD are spent", await web.TextAsync($"r/{repository}/night"), StringComparison.Ordinal);
        Assert.Empty(JsonNode.Parse((await program.RunAsync("inbox", "--json")).StandardOutput.Text)!["entries"]!.AsArray());
    }

    /// <summary>A day's budget that nobody had set, given by a user while the run waits, holds as one of the settings does.</summary>
    [Fact]
    public async Task Budget_ThatAPersonGivesWhereNoneWas_Holds()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(".orchestrator/config.yaml", $"agent: mine\nworkers: 1\n{Costly(cli)}");
        cli.Write("tasks.yaml", $"tasks:\n{Task("a", "requires_approval: true")}{Task("b", "depends_on: [a]")}");
        var program = new OrchestrateProgram(cli.Folder, WebCommandTests.Variables(cli));
        Assert.Equal(3, (await program.RunAsync("run", "--yes", "--run-id", "night")).ExitCode);

        await program.RunAsync("budget", "raise", "night", "0.5", "--of", "day");
        await program.RunAsync("approve", "night/a", "--no-resume");
        // It waits for the next day, too, so its process stays.
        Assert.Equal(0, (await program.RunAsync("resume", "night", "--yes", "--detach")).ExitCode);

        var asked = await Eventually.AskAsync(async () =>
            JsonNode.Parse((await program.RunAsync("inbox", "--json")).StandardOutput.Text)!["entries"]!.AsArray() is [{ } only]
                ? only["budget"]
                : null
        );
        Assert.Equal(("day", 0.6m, 0.5m, 0m), Figures(asked));
        await program.RunAsync("cancel", "night", "--yes");
    }

    private static (string Kind, decimal Spent, decimal Limit, decimal Left) Figures(JsonNode budget) =>
        (
            (string)budget["budget"]!["kind"]!,
            (decimal)budget["budget"]!["spentUsd"]!,
            (decimal)budget["budget"]!["limitUsd"]!,
            (decimal)budget["leftUsd"]!
        );

    /// <summary>The settings of an agent that says that it has cost 0.60 USD.</summary>
    private static string Costly(CliFixture cli)
    {
        var program = cli.WriteAgent(
            """
            [ "$1" = --version ] && { echo 1.0.0; exit 0; }
            cat > /dev/null
            echo '{"type":"started","id":"s1","model":"m1"}'
            echo x > $ORCHESTRATOR_TASK.txt
            echo '{"type":"done","tokens":{"in":1000,"out":100},"usd":0.6}'
            """
        );
        var started = Path.Combine(cli.Home, "costly");
        File.WriteAllText(started, $"#!/bin/bash\n{File.ReadAllText(program)}");
        File.SetUnixFileMode(started, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return $$$"""
            prices: [{model: m1, input: 1, output: 1, cache_read: 1, cache_write: 1}]
            agents:
              mine:
                model: m1
                description:
                  program: {{{started}}}
                  install: nothing
                  tried: 1.0.0
                  arguments: {start: [go], resume: [go, "{session}"], free: [x], confined: [x]}
                  prompt: stdin
                  conversation: {named_by: program, file: "x/{session}.jsonl", holds: one}
                  stream:
                    format: json
                    kind: type
                    usage_of: start
                    events:
                      - {on: started, session: id, model: model}
                      - {on: done, end: done, usage: {input: tokens.in, output: tokens.out, cost: usd}}

            """;
    }

    private static string Task(string id, string more = "max_retries: 0") =>
        $"  - {{id: {id}, description: {id}, files_write: [{id}.txt], verification: [test -f {id}.txt], {more}}}\n";

    /// <summary>The tasks that commands of a text are about by which a user answers.</summary>
    private static string Of(string text) =>
        string.Join(' ', Answers().Matches(text).Select(match => match.Groups["task"].Value).Distinct().Order(StringComparer.Ordinal));

    [GeneratedRegex("(approve|reject|retry|skip|waive) night/(?<task>[a-d])\\b")]
    private static partial Regex Answers();
}
