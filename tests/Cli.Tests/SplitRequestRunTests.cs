using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A task that is too big and one that needs another's file, on the embedded engine, with a shell script as agent.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public class SplitRequestRunTests
{
    [Fact]
    public async Task Run_TaskIsTooBig_PartsAreWorkedOnAfterAYesAndTheWholeIsJudgedByItsOwnGate()
    {
        using var cli = Repository(
            """
            case "$ORCHESTRATOR_TASK" in
              a-1) echo parser >> a.txt ;;
              a-2) echo printer >> a.txt ;;
              b) cp a.txt b.txt ;;
              a) if grep -q printer a.txt 2>/dev/null; then cat > "$HOME/prompt"; echo whole >> a.txt
                 else printf '{"schemaVersion":1,"task":"a","status":"blocked","split":["the parser","the printer"]}' \
                   > "$ORCHESTRATOR_START/out/claim.json"; fi ;;
            esac
            """,
            """
            tasks:
              - {id: a, description: A, files_write: [a.txt], verification: [{command: grep -q whole a.txt}]}
              - {id: b, description: B, files_write: [b.txt], depends_on: [a], verification: [{command: grep -q whole b.txt}]}
            """
        );

        var run = await cli.RunAsync("run", "--yes");
        var status = await cli.RunAsync("status");
        var approved = await cli.RunAsync("approve", "a");
        var resumed = await cli.RunAsync("resume");

        Assert.True(run.ExitCode == 3, run.People);
        Assert.Contains(
            "May a be divided into 2 tasks, one after the other: (1) the parser (2) the printer",
            status.Output,
            StringComparison.Ordinal
        );
        Assert.True(approved.ExitCode is 0 or 4, approved.People);
        Assert.True(resumed.ExitCode == 0, resumed.People);
        Assert.Equal("parser\nprinter\nwhole\n", cli.Read("b.txt"));
        Assert.Contains(
            "a-1 (the parser) is merged; a-2 (the printer) is merged",
            File.ReadAllText(Path.Combine(cli.Home, "prompt")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Run_TaskNeedsAFileThatNobodyHolds_IsLentItAndLandsWithIt()
    {
        using var cli = Repository(
            """
            case "$ORCHESTRATOR_TASK" in
              b) echo b > b.txt ;;
              a) if [ -f "$HOME/asked" ]; then cat > "$HOME/prompt"; echo a > a.txt; echo '# more' >> README.md
                 else touch "$HOME/asked"; printf '{"schemaVersion":1,"task":"a","status":"blocked","files":["README.md","b.txt"]}' \
                   > "$ORCHESTRATOR_START/out/claim.json"; fi ;;
            esac
            """,
            """
            tasks:
              - {id: a, description: A, files_write: [a.txt], max_retries: 0, verification: [{command: test -s a.txt}]}
              - {id: b, description: B, files_write: [b.txt], depends_on: [a], verification: [{command: test -s b.txt}]}
            """
        );

        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.EndsWith("# more\n", cli.Read("README.md"), StringComparison.Ordinal);
        var prompt = File.ReadAllText(Path.Combine(cli.Home, "prompt"));
        Assert.Contains("README.md is granted to you", prompt, StringComparison.Ordinal);
        Assert.Contains("b.txt belongs to b (pending). Your task may not write this file.", prompt, StringComparison.Ordinal);
        var tasks = (await cli.RunAsync("status", "--json")).Json["tasks"]!.AsArray();
        Assert.Equal("README.md", (string?)tasks.Single(task => (string?)task!["id"] == "a")!["lent"]![0]);
    }

    private static CliFixture Repository(string script, string plan)
    {
        var cli = new CliFixture().WithRepository();
        var agent = cli.WriteAgent(script);
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\ngates: {{task: []}}\nworkers: 1\n"
        );
        cli.Write("tasks.yaml", plan);
        return cli;
    }
}
