using Orchestrator.Agents.Tests;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>An agent that wants to say yes to what a user is asked, and hides that it is one.</summary>
public sealed class AgentApprovalTests
{
    /// <summary>Shell function that removes the agent's variables, changes to the user's checkout and acts as the user there.</summary>
    private const string AsPerson =
        "as_person() { (cd \"$ORCHESTRATOR_REPOSITORY\" && env -u ORCHESTRATOR_START -u ORCHESTRATOR_TASK -u ORCHESTRATOR_RUN "
        + "-u ORCHESTRATOR_REPOSITORY \"$@\"); }\n";

    /// <summary>An agent is recognized by the environment of its parent processes, which it can't change.</summary>
    [Fact]
    public async Task Agent_WithoutItsVariables_ApprovesAndCancelsNothing()
    {
        using var cli = Begin(
            "off",
            $"{AsPerson}for way in 'approve b' 'retry b' 'skip b' cancel 'release --all'; do\n"
                + $"as_person '{OrchestrateProgram.Path}' $way >>a.txt 2>&1; echo \"$way: $?\" >>a.txt; done\n"
        );

        await cli.RunAsync("run", "--yes");

        var status = (await cli.RunAsync("status", "--json")).Json;
        var said = cli.Git("show", $"orchestrator/{(string)status["runId"]!}/staging:a.txt");
        Assert.Equal(["merged", "awaiting-approval"], status["tasks"]!.AsArray().Select(t => (string)t!["state"]!));
        Assert.Equal(["approve b: 2", "retry b: 2", "skip b: 2", "cancel: 2", "release --all: 2"], said.Split('\n').Where(IsExitCode));
        Assert.Contains("can't use 'approve'", said, StringComparison.Ordinal);
        Assert.DoesNotContain("\"by\"", (await cli.RunAsync("events", "--json")).Output, StringComparison.Ordinal);

        await cli.RunAsync("approve", "b");
        await cli.RunAsync("resume", "--yes");
        Assert.Contains("\"by\":\"", (await cli.RunAsync("events", "--json")).Output, StringComparison.Ordinal);
    }

    /// <summary>
    /// Also one that leaves its parents reaches nothing that could be told: no socket, no file of the engine, no settings.
    /// </summary>
    [BubblewrapFact]
    public async Task Agent_Confined_ReachesNeitherTheEngineNorWhatThePersonHasSaid()
    {
        using var cli = Begin(
            "on",
            $$"""
            {{AsPerson}}
            ls "$ORCHESTRATOR_REPOSITORY/.orchestrator" | grep '^engine' >>a.txt
            ls -d "$ORCHESTRATOR_REPOSITORY/.orchestrator/runs" >>a.txt
            (as_person setsid sh -c '"{{OrchestrateProgram.Path}}" approve b >"$1/away.txt" 2>&1; echo "approve: $?" >>"$1/away.txt"
              mv "$1/away.txt" "$1/there.txt"' - "$PWD" </dev/null >/dev/null 2>&1 &)
            while [ ! -e there.txt ]; do sleep 0.05; done
            cat there.txt >>a.txt; rm there.txt
            (echo '{}' >"$HOME/.config/orchestrator/trust.json") 2>>a.txt || echo 'trust: refused' >>a.txt
            """
        );

        await cli.RunAsync("run", "--yes");

        var status = (await cli.RunAsync("status", "--json")).Json;
        Assert.Equal(["merged", "awaiting-approval"], status["tasks"]!.AsArray().Select(t => (string)t!["state"]!));
        var said = cli.Git("show", $"orchestrator/{(string)status["runId"]!}/staging:a.txt");
        Assert.DoesNotContain(said.Split('\n'), line => line.StartsWith("engine", StringComparison.Ordinal));
        Assert.Contains("/.orchestrator/runs", said, StringComparison.Ordinal);
        Assert.DoesNotContain("approve: 0", said, StringComparison.Ordinal);
        Assert.Contains("approve: ", said, StringComparison.Ordinal);
        Assert.Contains("trust: refused", said, StringComparison.Ordinal);
        Assert.DoesNotContain("\"by\"", (await cli.RunAsync("events", "--json")).Output, StringComparison.Ordinal);
    }

    private static bool IsExitCode(string line) => line.Length > 3 && line[^3..^1] == ": " && char.IsAsciiDigit(line[^1]);

    private static CliFixture Begin(string sandbox, string script)
    {
        var cli = new CliFixture().WithRepository();
        cli.Environment.Remove(Unconfined.Variable);
        Directory.CreateDirectory(Path.Combine(cli.Home, ".config/orchestrator"));
        var agent = Path.Combine(cli.Home, "agent.sh");
        File.WriteAllText(agent, $"case $ORCHESTRATOR_TASK in b) echo b > b.txt; exit 0;; esac\necho a > a.txt\n{script}");
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\npermissions: {{sandbox: "
                + $"{sandbox}}}\n"
        );
        cli.Write(
            "tasks.yaml",
            """
            tasks:
              - {id: a, description: A, files_write: [a.txt], verification: [{command: test -f a.txt}]}
              - {id: b, description: B, files_write: [b.txt], requires_approval: true, verification: [{command: test -f b.txt}]}
            """
        );
        cli.Environment["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache");
        return cli;
    }
}
