using Orchestrator.Agents.Tests;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Variables of agents, gates and set-up, each with a list of its own.</summary>
public sealed class RoleEnvironmentTests
{
    private const string Names = "DATABASE_URL GEMINI_API_KEY NAMED_TOKEN NPM_TOKEN OPENAI_API_KEY";

    /// <summary>A variable reaches the kind of program that it is named for, and a key the program of its service alone.</summary>
    [BubblewrapFact]
    public async Task Run_VariablesOfEachRole_ReachThatRoleAlone()
    {
        using var cli = Begin("gates: {environment: [DATABASE_URL]}, setup: {environment: [NPM_TOKEN]}, environment: [NAMED_TOKEN]");

        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("NAMED_TOKEN OPENAI_API_KEY", cli.Git("show", "HEAD:a.txt").Trim());
    }

    /// <summary>A plain program declares no service, so that it gets only the keys that the settings name for it.</summary>
    [BubblewrapFact]
    public async Task Run_PlainProgram_GetsTheKeysThatSettingsNameForIt()
    {
        using var cli = Begin("environment: [NAMED_TOKEN]", "command: [PROGRAM], environment: [GEMINI_API_KEY]");

        await cli.TrustAsync();
        var check = await cli.RunAsync("check");
        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("GEMINI_API_KEY NAMED_TOKEN", cli.Git("show", "HEAD:a.txt").Trim());
        Assert.Contains("GEMINI_API_KEY of mine", check.Output + check.People, StringComparison.Ordinal);
        Assert.DoesNotContain("OPENAI_API_KEY", check.Output + check.People, StringComparison.Ordinal);
    }

    [BubblewrapFact]
    public async Task Check_PlainProgramWithoutKeys_SaysHowToNameThem()
    {
        using var cli = Begin("", "command: [PROGRAM]");

        await cli.TrustAsync();
        var check = await cli.RunAsync("check");

        Assert.Contains(
            "mine is a plain program and gets no model API keys; list those that it needs in agents.mine.environment.",
            string.Join(' ', (check.Output + check.People).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
            StringComparison.Ordinal
        );
    }

    /// <summary>A verdict is known for the values that its gate had.</summary>
    [Fact]
    public async Task Verify_OtherValueOfAVariableOfGates_RunsTheGateAgain()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(".orchestrator/config.yaml", "permissions: {gates: {environment: [DATABASE_URL]}}\n");
        cli.Write("tasks.yaml", "tasks: [{id: a, description: A, verification: [{command: 'test \"$DATABASE_URL\" = there'}]}]\n");
        cli.Environment["DATABASE_URL"] = "there";
        string[] verify = ["verify", "tasks.yaml", "a", "--yes", "--commit", "HEAD"];

        var passed = await cli.RunAsync(verify);
        cli.Environment["DATABASE_URL"] = "elsewhere";
        var failed = await cli.RunAsync(verify);

        Assert.True(passed.ExitCode == 0, passed.Output + passed.People);
        Assert.NotEqual(0, failed.ExitCode);
    }

    private static CliFixture Begin(string permissions, string agent = "description: {like: codex}, command: [PROGRAM]")
    {
        var cli = new CliFixture().WithRepository();
        cli.Environment.Remove(Unconfined.Variable);
        foreach (var name in Names.Split(' '))
        {
            cli.Environment[name] = "x";
        }
        var program = Path.Combine(cli.Home, "agent-program");
        File.WriteAllText(
            program,
            $$$"""
            #!/bin/sh
            case "$*" in *--version*) echo 'codex-cli 0.169.0'; exit ;; esac
            cat >/dev/null
            set --
            for name in {{{Names}}}; do eval "value=\${$name-}"; [ -z "$value" ] || set -- "$@" $name; done
            echo "$*" >a.txt
            echo '{"type":"thread.started","thread_id":"01"}'
            echo '{"type":"turn.completed","usage":{"input_tokens":1,"cached_input_tokens":0,"output_tokens":1}}'
            """
        );
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var npm = permissions.Contains("NPM_TOKEN", StringComparison.Ordinal) ? "x" : "";
        var database = permissions.Contains("DATABASE_URL", StringComparison.Ordinal) ? "x" : "";
        cli.Write(
            ".orchestrator/config.yaml",
            $$$"""
            agent: mine
            agents: {mine: {{{{agent.Replace("PROGRAM", program, StringComparison.Ordinal)}}}, free: true}}
            disk: {reserve: 1}
            worktrees: {setup: ['test "$NPM_TOKEN" = "{{{npm}}}" && test -z "$DATABASE_URL$OPENAI_API_KEY$NAMED_TOKEN"']}
            permissions: {sandbox: on{{{(permissions.Length > 0 ? ", " : "")}}}{{{permissions}}}}
            """
        );
        cli.Write(
            "tasks.yaml",
            $$"""
            tasks:
              - id: a
                description: A
                files_write: [a.txt]
                verification: [{command: 'test "$DATABASE_URL" = "{{database}}" && test -z "$NPM_TOKEN$OPENAI_API_KEY$NAMED_TOKEN"'}]
            """
        );
        cli.Environment["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache");
        return cli;
    }
}
