using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Descriptors that the program inherits, as from <c>flock DIR orchestrate run</c> in a crontab.</summary>
public sealed class InheritedDescriptorTests
{
    private const string Look = "if [ -e /proc/$$/fd/9 ]; then echo inherited; else echo none; fi";

    [Fact]
    public async Task Run_StartedWithAnOpenFolder_GivesItToNoAgentGateOrSetUp()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, -c, '{Look} > a.txt']}}}}\ndisk: {{reserve: 1}}\n"
                + $"worktrees: {{setup: ['{Look} >> {cli.Home}/seen']}}\n"
        );
        cli.Write(
            "tasks.yaml",
            $"tasks:\n  - {{id: a, description: A, files_write: [a.txt], verification: [{{command: '{Look} >> {cli.Home}/seen'}}]}}\n"
        );
        var program = new ChildProcessOptions(
            "/bin/sh",
            "-c",
            "exec 9<\"$0\"; exec \"$@\"",
            cli.Home,
            OrchestrateProgram.Path,
            "run",
            "--yes"
        )
        {
            WorkingDirectory = cli.Folder,
            Environment = cli.Environment.ToDictionary(variable => variable.Key, string? (variable) => variable.Value),
            Timeout = TimeSpan.FromMinutes(3),
        };

        var run = await new ProcessRunner().RunAsync(program);

        Assert.True(run.Succeeded, run.StandardOutput.Text + run.StandardError.Text);
        Assert.Equal("none\n", cli.Git("show", "main:a.txt"));
        Assert.Equal(["none"], File.ReadAllLines(Path.Combine(cli.Home, "seen")).Distinct());
    }
}
