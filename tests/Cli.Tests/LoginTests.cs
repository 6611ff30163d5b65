using System.Text.Json.Nodes;
using Orchestrator.Agents.Tests;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Logins of agent programs whose tokens rotate: the scripted service takes each refresh token once, and ends the login when one
/// is used again.</summary>
public sealed class LoginTests
{
    private const int Agents = 10;

    private const string Ended =
        """{"login":{"access":"a0","refresh":"r0","expires":1000000000000,"id":"me"},"settings":{"theme":"dark"}}""";

    [BubblewrapFact]
    public async Task Run_TenAgentsWithATokenThatHasEnded_ReplaceItOnceAndTheUserStaysLoggedIn()
    {
        using var cli = Begin(Agents, "me");

        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal(["r0"], Directory.GetDirectories(Path.Combine(cli.Home, "service")).Select(Path.GetFileName));
        Assert.False(File.Exists(Path.Combine(cli.Home, "service/revoked")));
        var login = JsonNode.Parse(await File.ReadAllTextAsync(FileOf(cli)))!;
        Assert.Equal(("a1", "r1"), ((string?)login["login"]!["access"], (string?)login["login"]!["refresh"]));
        Assert.Equal("dark", (string?)login["settings"]!["theme"]);
        Assert.Null(login["planted"]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FileOf(cli)));
        Assert.Empty(CopiesOf(cli));
    }

    [BubblewrapFact]
    public async Task Run_AgentThatPutsInAnotherAccount_ChangesNothingAndIsNamed()
    {
        using var cli = Begin(1, "somebody");

        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal(Ended, await File.ReadAllTextAsync(FileOf(cli)));
        Assert.Contains("names another account", (await cli.RunAsync("events")).Output, StringComparison.Ordinal);
        Assert.Empty(CopiesOf(cli));
    }

    private static string FileOf(CliFixture cli) => Path.Combine(cli.Home, ".mine/auth.json");

    private static IEnumerable<string> CopiesOf(CliFixture cli) =>
        Directory.EnumerateFiles(Path.Combine(cli.Home, ".local/state"), "copy", SearchOption.AllDirectories);

    private static CliFixture Begin(int tasks, string account)
    {
        var cli = new CliFixture().WithRepository();
        cli.Environment.Remove(Unconfined.Variable);
        Directory.CreateDirectory(Path.Combine(cli.Home, "service"));
        Directory.CreateDirectory(Path.Combine(cli.Home, ".mine"));
        File.WriteAllText(FileOf(cli), Ended);
        File.SetUnixFileMode(FileOf(cli), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var program = Path.Combine(cli.Home, "mine");
        File.WriteAllText(
            program,
            $$"""
            #!/bin/sh
            case "$*" in *--version*) echo 1.0.0; exit ;; esac
            file=$HOME/.mine/auth.json service=$HOME/service
            field() { sed -n "s/.*\"$1\": *\"\{0,1\}\([^\",}]*\).*/\1/p" "$file"; }
            if [ "$(field expires)" -lt "$(date +%s)000" ]; then
              mkdir "$service/$(field refresh)" || { touch "$service/revoked"; echo "used twice" >&2; exit 1; }
              echo '{"login":{"access":"a1","refresh":"r1","expires":4102444800000,"id":"{{account}}"},"planted":"x"}' >"$file"
            fi
            [ ! -e "$service/revoked" ] || exit 1
            cat >/dev/null
            echo done >"$ORCHESTRATOR_TASK.txt"
            """
        );
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        cli.Write(
            ".orchestrator/config.yaml",
            $$"""
            agent: mine
            workers: {{tasks}}
            agents:
              mine:
                description:
                  program: {{program}}
                  arguments: {start: [work]}
                  state: {folders: [.mine]}
                  login:
                    files: [.mine/auth.json]
                    tokens: [login.access, login.refresh, login.expires]
                    account: [login.id]
                    expires: login.expires
                  stream: {format: text}
            disk: {reserve: 1}
            permissions: {sandbox: on, paths: [~/service]}
            """
        );
        cli.Write(
            "tasks.yaml",
            "tasks:\n"
                + string.Concat(
                    Enumerable
                        .Range(1, tasks)
                        .Select(n =>
                            $"  - {{id: t{n}, description: T, files_write: [t{n}.txt], verification: [{{command: test -f t{n}.txt}}]}}\n"
                        )
                )
        );
        cli.Environment["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache");
        return cli;
    }
}
