using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Limits of memory and cores, from the settings and from the plan, in whole runs.</summary>
public sealed class AgentLimitTests
{
    /// <summary>Holds 67 MB, as long as the prompt does not tell it that this was too much.</summary>
    private const string Holder = """
        echo "start of $ORCHESTRATOR_TASK"; cp "$ORCHESTRATOR_PROMPT_FILE" "$HOME/prompt-$ORCHESTRATOR_TASK"
        if ! grep -q 'ended by a limit' "$ORCHESTRATOR_PROMPT_FILE"; then
          x=0123456789abcdef; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22; do x=$x$x; done
          i=0; while [ $i -lt 20 ]; do i=$((i + 1)); sleep 0.1; done
        fi
        echo done > $ORCHESTRATOR_TASK.txt
        """;

    [Fact]
    public async Task MemoryLimit_OfTheSettings_FailsTheTaskNamesTheFiguresAndTheNextPromptSaysSo()
    {
        using var cli = Repository("limits: {memory: 40MB}");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [test -s a.txt]}\n");

        var run = await cli.RunAsync("run", "--yes");
        var retry = await cli.RunAsync("retry", "/a");
        var resumed = await cli.RunAsync("resume");

        Assert.True(run.ExitCode == 1, run.People);
        Assert.Matches(@"a: failed.* used \d+(\.\d)? MB of memory; its limit is 40 MB\. .*limits\.memory", run.People);
        Assert.Equal(4, retry.ExitCode);
        Assert.True(resumed.ExitCode == 0, resumed.People);
        Assert.Matches(
            @"Your last attempt was ended by a limit: Stopped because it and its processes used \d+(\.\d)? MB",
            File.ReadAllText(Path.Combine(cli.Home, "prompt-a"))
        );
        Assert.Equal("done\n", cli.Read("a.txt"));
    }

    [Fact]
    public async Task MemoryLimit_OfATaskInThePlan_WinsOverTheSettings()
    {
        using var cli = Repository("limits: {memory: 40MB}");
        cli.Write(
            "tasks.yaml",
            """
            defaults: {limits: {memory: 2GB}}
            tasks:
              - {id: more, description: A, files_write: [more.txt], verification: [test -s more.txt]}
              - {id: none, description: B, files_write: [none.txt], verification: [test -s none.txt], limits: {memory: off}}
              - {id: less, description: C, files_write: [less.txt], verification: [test -s less.txt], limits: {memory: 50MB}}
            """
        );

        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 1, run.People);
        Assert.Contains("more: merged", run.People, StringComparison.Ordinal);
        Assert.Contains("none: merged", run.People, StringComparison.Ordinal);
        Assert.Contains("its limit is 50 MB", run.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CoreLimit_AgentsThatLoop_StillFinish()
    {
        using var cli = Repository(
            "limits: {cpu: 2}",
            "i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done; test -e \"$ORCHESTRATOR_START/throttled\" && echo done > "
                + "$ORCHESTRATOR_TASK.txt"
        );
        cli.Write(
            "tasks.yaml",
            """
            tasks:
              - {id: held, description: A, files_write: [held.txt], verification: [test -s held.txt], limits: {cpu: 0.5}}
              - {id: settings, description: B, files_write: [settings.txt], verification: [test -s settings.txt]}
            """
        );

        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
    }

    [Fact]
    public async Task Check_LimitsSet_SaysHowTheyAreHeld()
    {
        using var cli = Repository("limits: {memory: 800MB, cpu: 0.4}");

        var check = await cli.RunAsync("check");

        Assert.Contains(
            "limits: An agent is stopped if it and its processes use more than 800MB of memory; an agent is slowed down by short "
                + "pauses if it and its processes use more than 0.4 cores "
                + "on average",
            check.People,
            StringComparison.Ordinal
        );
    }

    private static CliFixture Repository(string settings, string script = Holder)
    {
        var cli = new CliFixture().WithRepository();
        var agent = cli.WriteAgent(script);
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\n{settings}\n"
        );
        return cli;
    }
}
