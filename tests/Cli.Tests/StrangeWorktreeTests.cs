using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>
/// Agents that leave strange things in their worktrees: each lands at once or after a repair instruction, and nothing outside is touched.
/// </summary>
public class StrangeWorktreeTests
{
    private const string Repository = "git -c user.name=x -c user.email=x@y";

    /// <summary>Commands of each agent at its first and its second start.</summary>
    private static readonly (string Id, string Owned, string First, string Second)[] Agents =
    [
        ("link", "link.txt", "rm Cargo.lock; ln -s \"$PRECIOUS\" Cargo.lock; echo 1 > link.txt", ""),
        ("removed", "removed.txt", "rm -rf pkg; echo 1 > removed.txt", ""),
        (
            "nested",
            "nested.txt",
            $"mkdir -p node_modules/x; git init -q node_modules/x; {Repository} -C node_modules/x commit -q --allow-empty -m x; echo 1 > "
                + "nested.txt",
            ""
        ),
        ("pipes", "pipes.txt", "mkfifo .task-status.json pipe; echo 1 > pipes.txt", ""),
        ("ignored", "build/out.txt", "mkdir -p build; echo 1 > build/out.txt", ""),
        (
            "stray",
            "stray.txt",
            "mkdir stray; i=0; while [ $i -lt 2000 ]; do : > stray/$i; i=$((i+1)); done; echo 1 > stray.txt",
            "rm -rf stray"
        ),
        ("chain", "chain*", "ln -s chain2 chain; ln -s .. chain2; echo 1 > chain.txt", "rm chain chain2"),
        ("bytes", "bytes*", "echo 1 > bytes.txt; : > \"$(printf 'bytes\\374')\"", "rm \"$(printf 'bytes\\374')\""),
    ];

    [Fact]
    public async Task Run_AgentsThatLeaveStrangeThings_AllLandAndNothingOutsideIsTouched()
    {
        using var cli = new CliFixture().WithRepository();
        var precious = Path.Combine(cli.Home, "precious");
        File.WriteAllText(precious, "precious\n");
        var agent = Path.Combine(cli.Home, "agent.sh");
        File.WriteAllText(
            agent,
            $$"""
            PRECIOUS='{{precious}}'
            done="$PRECIOUS.$ORCHESTRATOR_TASK"
            case $ORCHESTRATOR_TASK in
            {{string.Concat(
                Agents.Select(a => $"{a.Id}) if [ -f \"$done\" ]; then {(a.Second.Length > 0 ? a.Second : ":")}; else {a.First}; fi ;;\n")
            )}}
            esac
            : > "$done"
            exit 0
            """
        );
        cli.Write(".gitignore", "build/\n");
        cli.Write("Cargo.lock", "lock\n");
        cli.Write("pkg/package-lock.json", "lock\n");
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "base");
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\nworktrees: {{setup: "
                + $"[]}}\npermissions: {{sandbox: off}}\n"
        );
        cli.Write(
            "tasks.yaml",
            "tasks:\n"
                + string.Concat(
                    Agents.Select(a =>
                        $"  - {{id: {a.Id}, description: Work, files_write: [\"{a.Owned}\"], max_retries: 1, verification: [{{command: "
                        + $"test -f {a.Owned.Replace("*", ".txt", StringComparison.Ordinal)}}}]}}\n"
                    )
                )
        );
        cli.Environment["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache");

        var run = await cli.RunAsync("run", "--yes", "--workers", "4");

        Assert.True(run.ExitCode == 0, run.People);
        var tasks = (await cli.RunAsync("status", "--json")).Json["tasks"]!.AsArray();
        Assert.All(tasks, task => Assert.Equal("merged", (string?)task!["state"]));
        Assert.All(
            Agents,
            a => Assert.Equal(a.Second.Length > 0 ? 2 : 1, (int)tasks.Single(task => (string?)task!["id"] == a.Id)!["starts"]!)
        );
        Assert.Equal("precious\n", File.ReadAllText(precious));
        Assert.StartsWith("100644", cli.Git("ls-tree", "main", "Cargo.lock"), StringComparison.Ordinal);
        Assert.Equal("1\n", cli.Git("show", "main:build/out.txt"));
        Assert.DoesNotContain("120000", cli.Git("ls-tree", "-r", "main"), StringComparison.Ordinal);
        Assert.Contains(
            "refs/orchestrator/kept/",
            (await cli.RunAsync("show", $"{(string?)(await cli.RunAsync("status", "--json")).Json["runId"]}/link")).People,
            StringComparison.Ordinal
        );
    }
}
