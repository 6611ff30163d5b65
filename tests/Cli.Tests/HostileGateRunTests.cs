using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>
/// Three agents whose code runs in gates, in one run: one rewrites the script of the next gate, one lays a link where a gate's log will be
/// written, one changes what a gate means. The first is refused, the second lands and writes nowhere else, the third waits for a user.
/// </summary>
public sealed class HostileGateRunTests
{
    [Fact]
    public async Task Run_AgentsThatAttackTheirGates_LandNothingThatNoGateSaw()
    {
        using var cli = new CliFixture().WithRepository();
        var precious = Path.Combine(cli.Home, "precious");
        File.WriteAllText(precious, "precious\n");
        var agent = cli.WriteAgent(
            $"""
            case $ORCHESTRATOR_TASK in
            rewrites) echo bad > rewrites.txt; echo 'echo true > check.sh; touch -r README.md check.sh' > helper.sh ;;
            links)
              echo good > links.txt
              task=$(dirname "$ORCHESTRATOR_START"); mkdir -p "$task/gates-1"
              for log in "$task"/../../preflight/gate-*.log; do ln -s '{precious}' "$task/gates-1/$(basename "$log")"; done ;;
            guts) echo good > guts.txt; printf 'check:\n\ttrue\n' > GNUmakefile ;;
            esac
            exit 0
            """
        );
        cli.Write("helper.sh", "true\n");
        cli.Write("build.sh", ". ./helper.sh\n");
        cli.Write("check.sh", "! grep -q bad *.txt\n");
        cli.Write("Makefile", "check:\n\ttrue\n");
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "base");
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\nworktrees: {{setup: []}}\n"
                + "permissions: {sandbox: off}\nmax_remediations: 0\napprovals: {timeout: 2s}\n"
                + "gates: {task: [sh build.sh, sh check.sh, make -s check], integration: [sh check.sh]}\n"
        );
        cli.Write(
            "tasks.yaml",
            """
            tasks:
              - {id: rewrites, description: Work, files_write: [rewrites.txt, helper.sh]}
              - {id: links, description: Work, files_write: [links.txt]}
              - {id: guts, description: Work, files_write: [guts.txt, "GNU*"]}

            """
        );
        cli.Environment["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache");

        var run = await cli.RunAsync("run", "--yes");

        var tasks = (await cli.RunAsync("status", "--json")).Json["tasks"]!.AsArray().ToDictionary(task => (string)task!["id"]!);
        Assert.True(run.ExitCode != 0, run.People);
        Assert.Equal("precious\n", File.ReadAllText(precious));
        Assert.Equal("merged", (string?)tasks["links"]!["state"]);
        Assert.NotEqual("merged", (string?)tasks["rewrites"]!["state"]);
        Assert.NotEqual("merged", (string?)tasks["guts"]!["state"]);
        Assert.Contains("sh check.sh", tasks["rewrites"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("GNUmakefile", tasks["guts"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("a symbolic link to", tasks["links"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("rewrites.txt", cli.Git("ls-tree", "-r", "--name-only", "main"), StringComparison.Ordinal);
        Assert.DoesNotContain("GNUmakefile", cli.Git("ls-tree", "-r", "--name-only", "main"), StringComparison.Ordinal);
    }
}
