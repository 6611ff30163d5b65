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
            // A run that only waits for people has no process: the answer is kept, and carried out when it goes on.
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
                // What was found last is told below.
            }
            Assert.Equal((asked, asked, asked), found);
        }
    }

    private static string Task(string id, string more = "max_retries: 0") =>
        $"  - {{id: {id}, description: {id}, files_write: [{id}.txt], verification: [test -f {id}.txt], {more}}}\n";

    /// <summary>The tasks that commands of a text are about by which a person answers.</summary>
    private static string Of(string text) =>
        string.Join(' ', Answers().Matches(text).Select(match => match.Groups["task"].Value).Distinct().Order(StringComparer.Ordinal));

    [GeneratedRegex("(approve|reject|retry|skip|waive) night/(?<task>[a-d])\\b")]
    private static partial Regex Answers();
}
