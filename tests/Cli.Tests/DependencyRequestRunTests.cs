using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>An agent asks for a package, on the embedded engine, with a shell script as agent and one as package manager.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public class DependencyRequestRunTests
{
    private const string Pip = """
        echo "$*" >> "$HOME/pip.log"
        case "$*" in *no-such*) echo 'ERROR: No matching distribution found' >&2; exit 1 ;; esac
        """;

    // Without the package it asks, as the older agents do; the second time it writes down what it is told, and uses it.
    private const string Agent = """
        cat > "$HOME/prompt-$ORCHESTRATOR_TASK-$(ls "$HOME" | grep -c prompt)"
        case "$ORCHESTRATOR_TASK" in
          b) echo b > b.txt; exit ;;
        esac
        if grep -q pandas requirements.txt; then grep -h . half.txt requirements.txt > a.txt && rm half.txt
        elif grep -q 'The request was rejected' "$HOME"/prompt-a-*; then echo without > a.txt; rm -f half.txt
        else echo half > half.txt; echo "{\"status\": \"blocked\", \"needs_dependency\": \"NEEDS\"}" > .task-status.json
        fi
        """;

    [Fact]
    public async Task Run_AgentNeedsAnAllowedPackage_GetsItOnStagingAndLandsWithIt()
    {
        using var cli = Repository("pandas>=2.0", "dependencies: {allow: [pypi:pandas]}\n");

        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("numpy==1.26\npandas>=2.0\n", cli.Read("requirements.txt"));
        Assert.Equal("half\nnumpy==1.26\npandas>=2.0\n", cli.Read("a.txt"));
        Assert.Contains("pandas>=2.0 is installed (requirements.txt)", Prompts(cli), StringComparison.Ordinal);
        var events = (await cli.RunAsync("events")).Output;
        Assert.Contains(": allowed by dependencies.allow", events, StringComparison.Ordinal);
        Assert.Contains("Install pandas>=2.0", cli.Git("log", "--format=%s"), StringComparison.Ordinal);
        var report = (await cli.RunAsync("report", "--full")).Output;
        Assert.Contains("- a: pandas\\>=2.0 (pypi, requirements.txt): installed\n", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NobodySaysWhoMayHaveIt_APersonIsAskedWhileOthersWorkAndTheRunGoesOnWithTheAnswer()
    {
        using var cli = Repository("pandas>=2.0", "");

        var run = await cli.RunAsync("run", "--yes");
        var inbox = await cli.RunAsync("status");
        var status = (await cli.RunAsync("status", "--json")).Json["tasks"]!.AsArray();
        var approved = await cli.RunAsync("approve", "a");
        var resumed = await cli.RunAsync("resume");

        Assert.True(run.ExitCode == 3, run.People);
        Assert.Contains("May a use pandas>=2.0 (PyPI, requirements.txt)?", inbox.Output, StringComparison.Ordinal);
        Assert.Equal("merged", (string?)status.Single(task => (string?)task!["id"] == "b")!["state"]);
        Assert.Equal("dependency", (string?)status.Single(task => (string?)task!["id"] == "a")!["asks"]);
        Assert.True(approved.ExitCode is 0 or 4, approved.People);
        Assert.True(resumed.ExitCode == 0, resumed.People);
        Assert.Contains("pandas>=2.0", cli.Read("a.txt"), StringComparison.Ordinal);
        Assert.Contains("=2.0: approved by", (await cli.RunAsync("events")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-such-package", "no-such-package does not exist (PyPI)")]
    [InlineData("; rm -rf /", "is not a valid package name for PyPI, so nothing was installed")]
    public async Task Run_PackageThatCanNotBe_TheAgentIsToldWhyAndWorksWithout(string needs, string reason)
    {
        using var cli = Repository(needs, "dependencies: {allow: ['*']}\n");

        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("without\n", cli.Read("a.txt"));
        Assert.Contains(reason, Prompts(cli), StringComparison.Ordinal);
        Assert.Equal("numpy==1.26\n", cli.Read("requirements.txt"));
    }

    private static CliFixture Repository(string needs, string settings)
    {
        var cli = new CliFixture().WithRepository();
        var programs = Directory.CreateDirectory(Path.Combine(cli.Home, "bin")).FullName;
        var pip = Path.Combine(programs, "pip");
        File.WriteAllText(pip, "#!/bin/sh\n" + Pip);
        File.SetUnixFileMode(pip, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        cli.Environment["PATH"] = $"{programs}:{cli.Environment["PATH"]}";
        var agent = cli.WriteAgent(Agent.Replace("NEEDS", needs, StringComparison.Ordinal));
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\ngates: {{task: []}}\n{settings}"
        );
        cli.Write("requirements.txt", "numpy==1.26\n");
        cli.Git("add", "requirements.txt");
        cli.Git("-c", "user.name=N", "-c", "user.email=n@example.com", "commit", "-qm", "requirements");
        cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: a, description: A, files_write: [a.txt], max_retries: 0, verification: [{command: test -s a.txt}]}\n"
                + "  - {id: b, description: B, files_write: [b.txt], verification: [{command: test -s b.txt}]}\n"
        );
        return cli;
    }

    private static string Prompts(CliFixture cli) => string.Concat(Directory.GetFiles(cli.Home, "prompt-a-*").Select(File.ReadAllText));
}
