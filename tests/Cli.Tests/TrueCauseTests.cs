using System.Text.Json.Nodes;
using Orchestrator.Agents.ClaudeCli;
using Orchestrator.Cli.Console;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A run that waits names the true cause, in every screen.</summary>
public sealed class TrueCauseTests
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Fact]
    public async Task Run_PlannerIsParked_SaysWhyAndGoesOnByTheCommandOfTheInbox()
    {
        using var cli = new CliFixture().WithRepository();
        var planner = Program(cli, "planner", "cat > /dev/null; rm -- \"$0\"; echo no plan");
        cli.WriteUser($"agent: p\nplanner: {{agent: p}}\nagents: {{p: {{command: ['{planner}'], free: true}}}}\ndisk: {{reserve: 1}}\n");

        var (status, screen, inbox) = await ParkedAsync(
            cli,
            "planner",
            () =>
                Program(
                    cli,
                    "planner",
                    """
                    [ "$ORCHESTRATOR_TASK" = planner ] || { cat > /dev/null; echo x > one.txt; exit 0; }
                    cat > /dev/null
                    echo '{"tasks": [{"id": "one", "description": "First", "prompt": "Write it",
                      "files_write": ["one.txt"], "verification": ["test -s one.txt"]}]}'
                    """
                ),
            "run",
            "Write one file, and its test",
            "--yes"
        );

        var cause = $"The agent program {planner} does not exist or is not executable";
        Assert.Contains(cause, (string)status["tasks"]![0]!["reason"]!, StringComparison.Ordinal);
        Assert.Contains(
            cause,
            string.Join(' ', screen.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)),
            StringComparison.Ordinal
        );
        Assert.Contains(cause, inbox, StringComparison.Ordinal);
        Assert.Contains("the account of agent 'p' does not work, so the planner waits", inbox, StringComparison.Ordinal);
        Assert.Equal("x\n", cli.Git("show", "main:one.txt"));
    }

    /// <summary>A sandbox that passes its check but can't be built for the agent is not a transient fault.</summary>
    [Agents.Tests.BubblewrapFact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task Run_PlannersSandboxCanNotBeBuilt_EndsWithTheCauseAndTheCure()
    {
        using var cli = new CliFixture().WithRepository();
        var programs = Directory.CreateDirectory(Path.Combine(cli.Home, "programs")).FullName;
        var real = (await new Bubblewrap().CheckAsync()).Program;
        var fake = Path.Combine(programs, "bwrap");
        File.WriteAllText(
            fake,
            $"#!/bin/sh\ncase \"$*\" in *orchestrate-bwrap-* | *.try-downloads-*) exec {real} \"$@\" ;; esac\n"
                + "echo \"bwrap: Can't mount proc\" >&2; exit 1\n"
        );
        File.SetUnixFileMode(fake, Executable);
        cli.WriteUser("agent: p\nplanner: {agent: p}\nagents: {p: {command: [/bin/cat], free: true}}\ndisk: {reserve: 1}\n");

        var run = await new OrchestrateProgram(
            cli.Folder,
            new Dictionary<string, string?>
            {
                ["HOME"] = cli.Home,
                ["PATH"] = $"{programs}:{cli.Environment["PATH"]}",
                ["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache"),
                [Unconfined.Variable] = null,
            }
        ).RunAsync("run", "Write one file, and its test", "--yes");

        var told = string.Join(' ', run.StandardError.Text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        Assert.True(run.ExitCode == 3, run.StandardError.Text);
        Assert.Contains("The sandbox for agents can't be created on this machine", told, StringComparison.Ordinal);
        Assert.Contains("bwrap: Can't mount proc", told, StringComparison.Ordinal);
        Assert.Contains("'orchestrate check' tests the sandbox", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_KeyOfAnUntrustedFile_SaysThatTheFileDoesNotCount()
    {
        using var cli = new CliFixture().WithRepository();
        var claude = Program(cli, "claude", $"echo '{ClaudeCliOptions.NewestTriedVersion} (Claude Code)'");
        cli.WriteUser($"agents: {{claude: {{command: ['{claude}'], provider: api}}}}\n");
        cli.Write(".env", "ANTHROPIC_API_KEY=sk-test-0123456789\n");

        var before = await AgentCheckAsync(cli);
        await cli.TrustAsync();
        var after = await AgentCheckAsync(cli);

        Assert.Equal(
            "claude: .env sets ANTHROPIC_API_KEY, which is ignored, because this repository is not trusted on this machine.",
            (string?)before["message"]
        );
        Assert.Contains("orchestrate trust", (string)before["cure"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("has no effect", (string)after["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_IsHeld_CountsNobodyAsAtWork()
    {
        using var cli = RunCommandTests.Repository("echo x > $ORCHESTRATOR_TASK.txt");
        cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n  - {id: b, description: B, files_write: [b.txt]}\n"
        );
        await cli.RunAsync("hold", "--all", "--reason", "backup");
        using var working = new InterruptHandler();
        var running = cli.RunAsync(new RecordingTerminal(), working, "run", "--yes");
        await Wait.UntilAsync(async () =>
            running.IsCompleted
            || (
                await cli.RunAsync("status", "--json") is { ExitCode: 0 } seen
                && seen.Json["tasks"]!
                    .AsArray()
                    .All(task => ((string?)task!["reason"])?.Contains("backup", StringComparison.Ordinal) == true)
            )
        );

        var held = (await cli.RunAsync("status", "--json")).Json;
        var screen = (await cli.RunAsync("status")).Output;
        await cli.RunAsync("release", "--all");
        var run = await running;

        Assert.Equal(0, (int)held["counts"]!["atWork"]!);
        Assert.DoesNotContain("at work", screen, StringComparison.Ordinal);
        Assert.True(run.ExitCode == 0, run.People);
    }

    private static async Task<JsonNode> AgentCheckAsync(CliFixture cli) =>
        (await cli.RunAsync("check", "--json")).Json["checks"]!.AsArray().Single(entry => (string?)entry!["name"] == "agent")!;

    /// <summary>Starts a run, waits until a task of it is parked, and reads all screens; then the run is paused, or the cause is repaired
    /// and the recommended command typed.</summary>
    private static async Task<(JsonNode Status, string Screen, string Inbox)> ParkedAsync(
        CliFixture cli,
        string task,
        Action? mend,
        params string[] arguments
    )
    {
        using var working = new InterruptHandler();
        var running = cli.RunAsync(new RecordingTerminal(), working, arguments);
        JsonNode? status = null;
        await Wait.UntilAsync(async () =>
        {
            var seen = await cli.RunAsync("status", "--json");
            status = seen.ExitCode == 0 ? seen.Json : null;
            return running.IsCompleted
                || status?["tasks"]!.AsArray().Any(one => (string?)one!["id"] == task && (string?)one["state"] == "parked") == true;
        });
        Assert.False(running.IsCompleted, running.IsCompleted ? (await running).People : "");
        // What is said of the run follows its task's report.
        await Wait.UntilAsync(async () => (await cli.RunAsync("inbox", "--json")).Json["entries"]!.AsArray().Count > 0);
        status = (await cli.RunAsync("status", "--json")).Json;
        var screen = (await cli.RunAsync("status")).Output;
        var inbox = (await cli.RunAsync("inbox")).Output;
        if (mend is null)
        {
            working.Raise();
        }
        else
        {
            mend();
            var command = (string)(await cli.RunAsync("inbox", "--json")).Json["entries"]![0]!["ways"]![0]!["command"]!;
            var retried = await cli.RunAsync(command.Split(' ')[1..]);
            Assert.True(retried.ExitCode == 0, retried.People);
        }
        var run = await running;
        Assert.True(mend is null || run.ExitCode == 0, run.People);
        return (status, screen, inbox);
    }

    private static string Program(CliFixture cli, string name, string script)
    {
        var folder = Directory.CreateDirectory(Path.Combine(cli.Home, "bin")).FullName;
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, Executable);
        return path;
    }
}
