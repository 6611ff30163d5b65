using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Cli.Console;
using Orchestrator.Processes;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Whole runs on the embedded engine, inside this process, with a shell script as agent.</summary>
public class RunCommandTests
{
    private const string Plan = """
        tasks:
          - {id: one, description: First, files_write: [one.txt], verification: [{command: test -s one.txt}]}
          - {id: two, description: Second, files_write: [two.txt], depends_on: [one],
            verification: [{command: test -s one.txt -a -s two.txt}]}
        """;

    [Fact]
    public async Task Run_TwoTasks_LandAndEveryReadingCommandTellsOfThem()
    {
        using var cli = Repository("echo \"working on $ORCHESTRATOR_TASK\"; echo done > $ORCHESTRATOR_TASK.txt");
        cli.Write("tasks.yaml", Plan);

        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("done\n", cli.Read("two.txt"));
        Assert.Contains("one: merged", run.People, StringComparison.Ordinal);
        Assert.Contains("2 of 2 tasks merged, 2 agent starts", run.People, StringComparison.Ordinal);

        var status = await cli.RunAsync("status", "--json");
        Assert.Equal(
            ("completed", 2, 1),
            ((string?)status.Json["state"], status.Json["tasks"]!.AsArray().Count, (int)status.Json["schemaVersion"]!)
        );
        var id = (string)status.Json["runId"]!;
        Assert.Equal(0, (await cli.RunAsync("status", id[..8])).ExitCode);
        var task = await cli.RunAsync("show", "/two", "--json");
        Assert.Equal(("two", "merged"), ((string?)task.Json["task"]!["id"], (string?)task.Json["task"]!["state"]));
        Assert.NotEmpty(task.Json["events"]!.AsArray());
        Assert.StartsWith("Wave 1\n", (await cli.RunAsync("show", id, "--view", "graph")).Output, StringComparison.Ordinal);
        Assert.Contains("needs a run", (await cli.RunAsync("show", "/two", "--view", "graph")).People, StringComparison.Ordinal);
        var events = (await cli.RunAsync("events", "--follow", "--json"))
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!)
            .ToList();
        Assert.All(events, line => Assert.Equal(1, (int)line["schemaVersion"]!));
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(item => (int)item["sequence"]!));
        Assert.Equal("  │ working on two\n", (await cli.RunAsync("logs", "/two")).Output);
        var log = (await cli.RunAsync("logs", "/two", "--json")).Json;
        Assert.Equal(
            (1, 1, "working on two"),
            ((int)log["schemaVersion"]!, (int)log["start"]!, (string?)Assert.Single(log["lines"]!.AsArray()))
        );
        Assert.Contains("two has no agent start 9", (await cli.RunAsync("logs", "/two", "--start", "9")).People, StringComparison.Ordinal);
        Assert.Contains("+done", (await cli.RunAsync("diff", "/two")).Output, StringComparison.Ordinal);
        Assert.Contains("+done", (string)(await cli.RunAsync("diff", "/two", "--json")).Json["patch"]!, StringComparison.Ordinal);
        Assert.Contains("has ended: completed", (await cli.RunAsync("approve", "plan", "--run", id)).People, StringComparison.Ordinal);
        Assert.Contains("two", (await cli.RunAsync("report", "--full")).Output, StringComparison.Ordinal);
        Assert.Contains(
            "present, 0 overwritten later, 0 lost (at ",
            (await cli.RunAsync("report", "--losses")).Output,
            StringComparison.Ordinal
        );
        Assert.Empty((await cli.RunAsync("report", "--losses", "--json")).Json["hunks"]!.AsArray());
        Assert.Equal(2, (await cli.RunAsync("resume", id)).ExitCode);
        Assert.Equal(2, (await cli.RunAsync("cancel")).ExitCode);
        Assert.Equal("", cli.Git("status", "--porcelain", "--untracked-files=no"));
    }

    [Fact]
    public async Task Run_TaskFails_EscalatesAndARetryWithGuidanceFinishesIt()
    {
        using var cli = Repository("grep -q 'Use the word good' \"$ORCHESTRATOR_PROMPT_FILE\" && echo good > a.txt || echo bad > a.txt");
        cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: a, description: A, files_write: [a.txt], max_retries: 0, verification: [{command: grep -q good a.txt}]}\n"
        );

        var run = await cli.RunAsync("run", "--yes");
        var blocked = await cli.RunAsync("status", "--blocked", "--json");
        var retry = await cli.RunAsync("retry", "/a", "--guidance", "Use the word good");
        var resumed = await cli.RunAsync("resume");

        Assert.True(run.ExitCode == 1, run.People);
        Assert.Contains("orchestrate retry", run.People, StringComparison.Ordinal);
        Assert.Equal("a", (string?)Assert.Single(blocked.Json["tasks"]!.AsArray())!["id"]);
        Assert.True(retry.ExitCode == 4, retry.People);
        Assert.Contains("orchestrate resume", retry.People, StringComparison.Ordinal);
        Assert.True(resumed.ExitCode == 0, resumed.People);
        Assert.Equal("good\n", cli.Read("a.txt"));
    }

    [Fact]
    public async Task Run_LandAsBranch_SaysThatNothingWasMerged()
    {
        using var cli = Repository("echo x > a.txt");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], verifcation: []}\n");
        var before = cli.Git("rev-parse", "main");

        var run = await cli.RunAsync("run", "--yes", "--land", "branch");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.DoesNotContain("Landed on main", run.People, StringComparison.Ordinal);
        Assert.Contains("nothing was merged, as set by git.land", run.People, StringComparison.Ordinal);
        var branch = (string)(await cli.RunAsync("status", "--json")).Json["landedOn"]!;
        Assert.EndsWith("/staging", branch, StringComparison.Ordinal);
        Assert.Contains($" on {branch}", (await cli.RunAsync("report", "--full")).Output, StringComparison.Ordinal);
        Assert.Equal(before, cli.Git("rev-parse", "main"));
        // A warning is called one once.
        Assert.Contains("warning: tasks.yaml:2:", run.People, StringComparison.Ordinal);
        Assert.DoesNotContain(": warning unknown", run.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WorkAddsASecret_WaitsUntilItIsPromoted()
    {
        using var cli = Repository("echo key: gh''p_qT7vR2kLm9XcP4wZb8NsY6hJd3FgA5eUoK1i > a.txt");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");

        var run = await cli.RunAsync("run", "--yes");
        var before = cli.Git("ls-files").Split('\n');
        var promoted = await cli.RunAsync("land");

        Assert.True(run.ExitCode == 3, run.People);
        Assert.Contains("a.txt:1 (GitHub token)", run.People, StringComparison.Ordinal);
        Assert.DoesNotContain("a.txt", before);
        Assert.True(promoted.ExitCode == 0, promoted.People);
        Assert.Contains(
            "accepted by a user: a.txt:1 (GitHub token)",
            (await cli.RunAsync("report", "--full")).Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Run_RequestWithoutThePlannersKey_IsExitFiveAndStartsNothing()
    {
        using var cli = Repository("exit 1");
        cli.Write(".orchestrator/config.yaml", cli.Read(".orchestrator/config.yaml") + "planner: {agent: api}\n");
        await cli.RunAsync("trust", "--yes");

        var run = await cli.RunAsync("run", "Make a thing", "--yes");
        var plan = await cli.RunAsync("plan", "Make a thing");

        Assert.Equal((5, 5), (run.ExitCode, plan.ExitCode));
        Assert.Contains("ANTHROPIC_API_KEY", run.People, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(cli.Folder, ".orchestrator", "runs")));
    }

    [Theory]
    [InlineData("mine", 0)]
    [InlineData("missing", 5)]
    public async Task Run_DefaultAgentIsNotInstalled_IsRefusedOnlyWhereATaskNeedsIt(string agent, int code)
    {
        using var cli = Repository("echo one > one.txt");
        await MissDefaultAgentAsync(cli);
        cli.Write("tasks.yaml", $"tasks:\n  - {{id: a, description: A, agent: {agent}, files_write: [one.txt]}}\n");

        var run = await cli.RunAsync("run", "tasks.yaml", "--yes");

        Assert.True(run.ExitCode == code, run.People);
        Assert.Equal(code != 0, run.People.Contains("/nowhere/at-all", StringComparison.Ordinal));
    }

    /// <summary>The default agent is one that is not installed; the other one stays.</summary>
    internal static async Task MissDefaultAgentAsync(CliFixture cli)
    {
        var config = Path.Combine(cli.Folder, ".orchestrator", "config.yaml");
        var text = await File.ReadAllTextAsync(config);
        await File.WriteAllTextAsync(
            config,
            text.Replace("agent: mine", "agent: missing", StringComparison.Ordinal)
                .Replace("agents: {", "agents: {missing: {command: [/nowhere/at-all], free: true}, ", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Run_CancelledWithoutAnEngine_EndsAtOnce()
    {
        using var cli = Repository("exit 1");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], max_retries: 0}\n");

        var run = await cli.RunAsync("run", "--yes");
        var cancel = await cli.RunAsync("cancel");
        var resumed = await cli.RunAsync("resume", "--yes");

        Assert.Equal((1, 0, 2), (run.ExitCode, cancel.ExitCode, resumed.ExitCode));
        Assert.Equal("cancelled", (string?)(await cli.RunAsync("status", "--json")).Json["state"]);
    }

    [Fact]
    public async Task Run_Interrupted_PausesAndResumeFinishesIt()
    {
        using var cli = Repository("touch \"$HOME/started\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.1; done; echo x > a.txt");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");
        using var interrupts = new InterruptHandler();

        var running = cli.RunAsync(new RecordingTerminal(), interrupts, "run", "--yes");
        await Wait.UntilAsync(() => File.Exists(Path.Combine(cli.Home, "started")));
        interrupts.Raise();
        var interrupted = await running;
        File.WriteAllText(Path.Combine(cli.Home, "go"), "");
        var resumed = await cli.RunAsync("resume", "--yes");

        Assert.True(interrupted.ExitCode == 4, interrupted.People);
        Assert.Contains("orchestrate resume", interrupted.People, StringComparison.Ordinal);
        Assert.True(resumed.ExitCode == 0, resumed.People);
        Assert.Equal("x\n", cli.Read("a.txt"));
    }

    [Fact]
    public async Task Run_InterruptedWhilePreparing_GivesThePreparationUpAndResumeBeginsItAgain()
    {
        using var cli = Repository("echo x > a.txt");
        cli.Write(
            "tasks.yaml",
            $"tasks:\n  - {{id: a, description: A, files_write: [a.txt], verification: ['echo $$ >> {cli.Home}/gates; while [ ! -e "
                + $"{cli.Home}/go ]; do sleep 0.1; done']}}\n"
        );
        using var interrupts = new InterruptHandler();

        var running = cli.RunAsync(new RecordingTerminal(), interrupts, "run", "--yes");
        await Wait.UntilAsync(() => Gates(cli).Count > 0);
        interrupts.Raise();
        var interrupted = await running;
        var gate = Gates(cli)[0];
        var isLeft = ProcessIdentity.Of(int.Parse(gate, CultureInfo.InvariantCulture)) is not null;
        File.WriteAllText(Path.Combine(cli.Home, "go"), "");
        var resumed = await cli.RunAsync("resume", "--yes");

        Assert.True(interrupted.ExitCode == 4, interrupted.People);
        Assert.Contains("preparing (paused)", interrupted.People, StringComparison.Ordinal);
        Assert.False(isLeft, $"The gate, process {gate}, was left.");
        Assert.True(resumed.ExitCode == 0, resumed.People);
    }

    [Fact]
    public async Task Run_InterruptedTwice_DoesNotWaitForAnAgentThatDoesNotListen()
    {
        using var cli = Repository(
            "trap 'touch \"$HOME/asked\"' TERM INT; echo $$ > \"$HOME/agent\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.1; done; echo x > "
                + "a.txt"
        );
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");
        using var interrupts = new InterruptHandler();

        var running = cli.RunAsync(new RecordingTerminal(), interrupts, "run", "--yes");
        await Wait.UntilAsync(() => File.Exists(Path.Combine(cli.Home, "agent")));
        interrupts.Raise();
        await Wait.UntilAsync(() => File.Exists(Path.Combine(cli.Home, "asked")));
        interrupts.Raise();
        var interrupted = await running;
        var agent = File.ReadAllText(Path.Combine(cli.Home, "agent")).Trim();
        var isLeft = ProcessIdentity.Of(int.Parse(agent, CultureInfo.InvariantCulture)) is not null;
        File.WriteAllText(Path.Combine(cli.Home, "go"), "");
        var resumed = await cli.RunAsync("resume", "--yes");

        Assert.True(interrupted.ExitCode == 4, interrupted.People);
        Assert.True(isLeft, "The agent was waited for, or killed.");
        Assert.True(resumed.ExitCode == 0, resumed.People);
        Assert.Equal("x\n", cli.Read("a.txt"));
    }

    private static IReadOnlyList<string> Gates(CliFixture cli) =>
        File.Exists(Path.Combine(cli.Home, "gates")) ? File.ReadAllLines(Path.Combine(cli.Home, "gates")) : [];

    [Fact]
    public async Task Run_IdOfARunThatHasEnded_IsRefusedInTheBackgroundToo()
    {
        using var cli = Repository("echo x > a.txt");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");

        var first = await cli.RunAsync("run", "--yes", "--run-id", "mine");
        var second = await cli.RunAsync("run", "--yes", "--run-id", "mine");
        var detached = await cli.RunAsync("run", "--yes", "--run-id", "mine", "--detach");

        Assert.True(first.ExitCode == 0, first.People);
        Assert.Equal((2, 2), (second.ExitCode, detached.ExitCode));
        Assert.Contains("A run mine already exists; it is completed.", second.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TwiceAtTheSameTime_SharesOneEngineAndBothLand()
    {
        using var cli = Repository("echo x > $ORCHESTRATOR_TASK.txt");
        cli.Write("first.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");
        cli.Write("second.yaml", "tasks:\n  - {id: b, description: B, files_write: [b.txt]}\n");

        var results = await Task.WhenAll(cli.RunAsync("run", "first.yaml", "--yes"), cli.RunAsync("run", "second.yaml", "--yes"));

        Assert.All(results, result => Assert.True(result.ExitCode == 0, result.People));
        Assert.Equal(("x\n", "x\n"), (cli.Read("a.txt"), cli.Read("b.txt")));
    }

    [Theory]
    [InlineData("--phase", "tw")]
    [InlineData("--only", "tw")]
    public async Task Run_DryRunOfAPart_SaysWhatCountsAsDone(string option, string beginning)
    {
        using var cli = Repository("exit 1");
        cli.Write("tasks.yaml", Plan);

        var result = await cli.RunAsync("run", "--dry-run", option, beginning);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("  one: First  (counts as done)\n", result.People, StringComparison.Ordinal);
        Assert.Contains("  two: Second\n", result.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_DryRun_StartsNothing()
    {
        using var cli = Repository("exit 1");
        cli.Write("tasks.yaml", Plan);

        var result = await cli.RunAsync("run", "--dry-run");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Wave 2", result.People, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(cli.Folder, ".orchestrator", "runs")));
    }

    [Fact]
    public async Task Run_UntrustedAgentCommand_IsExitThreeAndStartsNothing()
    {
        using var cli = Repository("exit 1");
        cli.Write("tasks.yaml", Plan);

        var result = await cli.RunAsync("run");

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("agents.mine.command", result.People, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(cli.Folder, ".orchestrator", "runs")));
    }

    [Fact]
    public async Task Run_UncommittedChangesAndAYes_AgentsDoNotSeeThem()
    {
        using var cli = Repository("[ ! -e extra.txt ] && ! grep -q changed README.md && echo x > $ORCHESTRATOR_TASK.txt");
        cli.Write("README.md", "as committed\n");
        cli.Write("tasks.yaml", Plan);
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");
        cli.Write("README.md", "changed\n");
        cli.Write("extra.txt", "new\n");

        var result = await cli.RunAsync("run", "--yes");

        Assert.True(result.ExitCode == 0, result.People);
        Assert.Equal("x\n", cli.Git("show", "main:two.txt"));
        Assert.Equal(("changed\n", "new\n"), (cli.Read("README.md"), cli.Read("extra.txt")));
    }

    [Fact]
    public async Task Run_UncommittedChanges_NeedAYes()
    {
        using var cli = Repository("exit 1");
        cli.Write("tasks.yaml", Plan);
        cli.Write("README.md", "changed\n");
        await cli.RunAsync("trust", "--yes");

        var result = await cli.RunAsync("run");

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("README.md", result.People, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(cli.Folder, ".orchestrator", "runs")));
    }

    [Theory]
    [InlineData(2, "The plan file taks.yaml does not exist", "run", "taks.yaml")]
    [InlineData(2, "The plan file my plan.yaml does not exist", "run", "my plan.yaml")]
    [InlineData(2, "no 'tasks.yaml'|no plan was named|No plan was named", "run")]
    [InlineData(2, "has no runs yet", "status")]
    [InlineData(2, "No run is named|has no runs yet", "report", "x")]
    [InlineData(2, "has no runs yet", "resume")]
    [InlineData(2, "whole number", "run", "good.yaml", "--workers", "zero")]
    [InlineData(2, "the agent 'mien' is unknown", "run", "good.yaml", "--agent", "mien")]
    [InlineData(2, "No task of this plan is named 'tow'", "run", "good.yaml", "--only", "tow")]
    [InlineData(2, "is not a time", "run", "good.yaml", "--until", "soon")]
    [InlineData(2, "'2001-01-01' is in the past", "run", "good.yaml", "--until", "2001-01-01")]
    [InlineData(2, "'2001-01-01T07:30' is in the past", "run", "good.yaml", "--until", "2001-01-01T07:30")]
    [InlineData(2, "--max-cost is -3; it can't be negative", "run", "good.yaml", "--max-cost", "-3")]
    [InlineData(5, "does not answer", "run", "good.yaml", "--yes", "--address", "127.0.0.1:1")]
    public async Task BadInput_AnyCommand_SaysWhatAndHowToCureIt(int exitCode, string message, params string[] arguments)
    {
        using var cli = Repository("exit 1");
        cli.Write("good.yaml", Plan);

        var result = await cli.RunAsync(arguments);

        Assert.True(exitCode == result.ExitCode, $"{result.ExitCode}: {result.People}");
        Assert.Contains(message.Split('|'), text => result.People.Contains(text, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", result.People, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("bare")]
    [InlineData("empty")]
    [InlineData("detached")]
    public async Task Run_UnusableRepository_IsExitTwoAndStartsNothing(string kind)
    {
        using var cli = new CliFixture();
        if (kind == "bare")
        {
            cli.Git("init", "-q", "--bare", ".");
        }
        if (kind == "empty")
        {
            cli.Git("init", "-q");
        }
        if (kind == "detached")
        {
            cli.WithRepository().Git("checkout", "-q", "--detach");
        }
        cli.Write("tasks.yaml", Plan);
        cli.Write(".orchestrator/config.yaml", "agent: mine\nagents: {mine: {command: [/bin/true]}}\n");

        var result = await cli.RunAsync("run", "--yes");

        Assert.True(result.ExitCode == 2, result.People);
        Assert.Contains("error: ", result.People, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(cli.Folder, ".orchestrator", "runs")));
    }

    [Fact]
    public async Task Run_AgentProgramMissing_IsExitFive()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("tasks.yaml", Plan);
        cli.Write(".orchestrator/config.yaml", "agent: mine\nagents: {mine: {command: [no-such-program-here]}}\n");

        var result = await cli.RunAsync("run", "--yes");

        Assert.Equal(5, result.ExitCode);
        Assert.Contains("no-such-program-here", result.People, StringComparison.Ordinal);
    }

    internal static CliFixture Repository(string script)
    {
        var cli = new CliFixture().WithRepository();
        var agent = cli.WriteAgent(script);
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"], free: true}}}}\ndisk: {{reserve: 1}}\n"
        );
        return cli;
    }
}
