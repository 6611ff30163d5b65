using System.Diagnostics;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

public class CompletionTests
{
    private const string Plan =
        "tasks:\n  - {id: auth-api, description: A, files_write: [a]}\n  - {id: auth-ui, description: B, files_write: [b]}\n  - {id: docs, "
        + "description: C, files_write: [c]}\n";

    [Theory]
    [InlineData("validate", "val")]
    [InlineData("config\ncontext\ncontracts", "con")]
    [InlineData("--schema\n--strict", "validate", "--s")]
    [InlineData("json\nyaml", "validate", "--print", "")]
    [InlineData("get\nlist\nset\nunset", "config", "")]
    [InlineData("get\nlist\nset", "context", "")]
    [InlineData("retry.base_delay\nretry.max_attempts\nretry.max_delay", "config", "get", "retry.")]
    [InlineData("auth-api\nauth-ui", "prompt", "tasks.yaml", "auth")]
    [InlineData("docs", "run", "--only", "d")]
    [InlineData("docs", "run", "tasks.yaml", "--workers", "3", "--phase", "d")]
    [InlineData("bash\nfish\nzsh", "completion", "")]
    [InlineData("auth-rules", "context", "get", "a")]
    [InlineData("", "validate", "")]
    [InlineData("", "prompt", "missing.yaml", "")]
    [InlineData("", "status", "")]
    public async Task Complete_Words_GivesWhatMayStandThere(string expected, params string[] words)
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("tasks.yaml", Plan);
        cli.Write(".orchestrator/context.json", """{"auth-rules": "Use JWT.", "style": "Short."}""");

        var result = await cli.RunAsync(["complete", "--", .. words]);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            expected.Split('\n').Where(word => word.Length > 0).Order(StringComparer.Ordinal),
            result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        );
    }

    [Theory]
    [InlineData("1\n2\n2.1", "tasks", "show", "")]
    [InlineData("2\n2.1", "tasks", "expand", "--id", "2")]
    [InlineData("deferred\ndone", "tasks", "set-status", "1", "d")]
    [InlineData("deferred\ndone", "tasks", "list", "--status", "d")]
    [InlineData("", "approve", "")]
    public async Task Complete_Backlog_GivesItsIdsAndStatuses(string expected, params string[] words)
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(
            ".orchestrator/tasks.json",
            """{"tasks":[{"id":1,"title":"A"},{"id":2,"title":"B","subtasks":[{"id":1,"title":"C"}]}]}"""
        );

        var result = await cli.RunAsync(["complete", "--", .. words]);

        Assert.Equal(expected.Split('\n').Where(word => word.Length > 0), result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Complete_BrokenConfigurationOrPlan_SaysNothing()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("tasks.yaml", "tasks: [");
        cli.Write(".orchestrator/config.yaml", "workers: [");

        var task = await cli.RunAsync("complete", "--", "prompt", "tasks.yaml", "");
        var agent = await cli.RunAsync("complete", "--", "run", "--agent", "");

        Assert.Equal((0, "", 0, ""), (task.ExitCode, task.Output + task.People, agent.ExitCode, agent.Output));
    }

    [Fact]
    public async Task Completion_InARealBash_CompletesCommandsOptionsIdsAndFiles()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("tasks.yaml", Plan);
        var script = await cli.RunAsync("completion", "bash");
        cli.Write("completion.bash", script.Output);
        cli.Write("bin/orchestrate", $"#!/bin/sh\nexec \"{OrchestrateProgram.Path}\" \"$@\"\n");
        cli.Write(
            "try.bash",
            """
            chmod +x bin/orchestrate; PATH=$PWD/bin:$PATH; . ./completion.bash
            ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _orchestrate; echo "${COMPREPLY[*]}"; }
            ask orchestrate valid
            ask orchestrate validate --vi
            ask orchestrate validate --view ''
            ask orchestrate prompt tasks.yaml auth-u
            ask orchestrate validate ''
            complete -p orchestrate
            """
        );

        using var bash = Process.Start(
            new ProcessStartInfo("bash", ["--norc", "try.bash"])
            {
                WorkingDirectory = cli.Folder,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        var said = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();

        Assert.Equal(
            "validate\n--view\nconflicts dot graph mermaid risk\nauth-ui\n\ncomplete -o default -F _orchestrate orchestrate\n",
            said
        );
    }

    [Theory]
    [InlineData("zsh", "compadd")]
    [InlineData("fish", "complete -c orchestrate")]
    public async Task Completion_OtherShells_AskTheSameCommand(string shell, string own)
    {
        using var cli = new CliFixture();

        var result = await cli.RunAsync("completion", shell);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("orchestrate complete --", result.Output, StringComparison.Ordinal);
        Assert.Contains(own, result.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await cli.RunAsync("completion", "tcsh")).ExitCode);
    }
}
