using System.Diagnostics;
using System.Globalization;
using Orchestrator.Cli.Console;
using Temporalio.Client;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Steering while nobody works on the run, from a second terminal, and of runs that another tool has ended.</summary>
public class SteeringTests
{
    private const string Waiting =
        "touch \"$HOME/started\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.1; done; echo x > $ORCHESTRATOR_TASK.txt";

    /// <summary>
    /// A task that can't be paused is refused at once, by the run's record; the run lives on. A pause of the run counts until the resume
    /// after it.
    /// </summary>
    [Fact]
    public async Task Pause_WithoutAnEngine_OfNoTaskAtWorkAndOfTheRun_ResumeFinishesIt()
    {
        using var cli = RunCommandTests.Repository(Waiting);
        cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n  - {id: b, description: B, files_write: [b.txt], depends_on: "
                + "[a]}\n"
        );
        await InterruptAsync(cli);

        var ofTask = await cli.RunAsync("pause", "/b");
        var ofRun = await cli.RunAsync("pause");
        File.WriteAllText(Path.Combine(cli.Home, "go"), "");
        var resumed = await cli.RunAsync("resume", "--yes");

        Assert.Equal((2, 0), (ofTask.ExitCode, ofRun.ExitCode));
        Assert.True(resumed.ExitCode == 0, resumed.People);
        Assert.Contains("b is pending; only a running task can be paused", ofTask.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pause_OfTheOnlyTaskAtWork_EndsTheRunCommandAndResumingItGoesOn()
    {
        using var cli = RunCommandTests.Repository(Waiting);
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");
        var running = cli.RunAsync("run", "--yes");
        await Wait.UntilAsync(() => File.Exists(Path.Combine(cli.Home, "started")));

        var pause = await cli.RunAsync("pause", "/a");
        var paused = await running;
        var whole = await cli.RunAsync("resume", "--yes");
        File.WriteAllText(Path.Combine(cli.Home, "go"), "");
        var resumed = await cli.RunAsync("resume", "/a", "--yes");

        Assert.Equal((0, 4, 4), (pause.ExitCode, paused.ExitCode, whole.ExitCode));
        Assert.Contains("/a' continues it", paused.People, StringComparison.Ordinal);
        Assert.True(resumed.ExitCode == 0, resumed.People);
    }

    /// <summary>
    /// A hold before the run and without an engine. The agent waits, the cause is shown, and the agent starts once after the release.
    /// </summary>
    [Fact]
    public async Task Hold_OfAllRuns_KeepsAgentsFromStartingUntilTheRelease()
    {
        using var cli = RunCommandTests.Repository("echo x >> \"$HOME/starts\"; echo x > $ORCHESTRATOR_TASK.txt");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");
        Assert.Equal(2, (await cli.RunAsync("hold", "--reason", "x")).ExitCode);
        Assert.Equal(2, (await cli.RunAsync("hold", "--all", "--reason", " ")).ExitCode);

        var hold = await cli.RunAsync("hold", "--all", "--reason", "tests on main are red", "--json");
        var running = cli.RunAsync("run", "--yes");
        await Wait.UntilAsync(() => running.IsCompleted || Events().Contains("tests on main are red", StringComparison.Ordinal));
        var events = await cli.RunAsync("events");
        var status = await cli.RunAsync("status", "--json");
        var shown = await cli.RunAsync("status");
        var ofRun = await cli.RunAsync("hold", "--reason", "also this one");
        var notAll = await cli.RunAsync("release", (string)status.Json["runId"]!);
        Assert.False(running.IsCompleted);
        var released = await cli.RunAsync("release", "--json");
        var ended = await running;

        Assert.Equal("tests on main are red", (string?)hold.Json["holds"]![0]!["reason"]);
        Assert.Contains("since", events.Output, StringComparison.Ordinal);
        Assert.Contains("tests on main are red", events.Output, StringComparison.Ordinal);
        Assert.Equal("tests on main are red", (string?)status.Json["held"]![0]!["reason"]);
        Assert.Contains("tests on main are red ('orchestrate release --all' ends it)", shown.Output, StringComparison.Ordinal);
        Assert.Equal((0, 0), (ofRun.ExitCode, notAll.ExitCode));
        Assert.Contains("This machine is still held by", notAll.People, StringComparison.Ordinal);
        Assert.Empty(released.Json["holds"]!.AsArray());
        Assert.True(ended.ExitCode == 0, ended.People);
        Assert.Equal("x\n", File.ReadAllText(Path.Combine(cli.Home, "starts")));
        Assert.Equal(1, (int)(await cli.RunAsync("status", "--json")).Json["agentStarts"]!);

        string Events() =>
            Directory.Exists(Path.Combine(cli.Folder, ".orchestrator", "runs"))
                ? string.Concat(
                    Directory
                        .GetFiles(Path.Combine(cli.Folder, ".orchestrator", "runs"), "events.jsonl", SearchOption.AllDirectories)
                        .Select(File.ReadAllText)
                )
                : "";
    }

    /// <summary>The engine alone answers nothing; there is nobody to wait for, so the command itself works on the run.</summary>
    [Fact]
    public async Task Cancel_OnlyAServerRuns_EndsTheRun()
    {
        using var cli = RunCommandTests.Repository(Waiting);
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");
        await InterruptAsync(cli);
        using var interrupts = new InterruptHandler();
        var terminal = new RecordingTerminal();
        var serving = cli.RunAsync(terminal, interrupts, "server", "--port", "0");
        await Wait.UntilAsync(() => terminal.People.Contains("localhost:8233", StringComparison.Ordinal));

        var ofTask = await cli.RunAsync("pause", "/a");
        var cancel = await cli.RunAsync("cancel");
        interrupts.Raise();
        await serving;

        Assert.Equal(4, ofTask.ExitCode);
        Assert.StartsWith("No process is working on run-", ofTask.People, StringComparison.Ordinal);
        Assert.True(cancel.ExitCode == 0, cancel.People);
        Assert.Equal("cancelled", (string?)(await cli.RunAsync("status", "--json")).Json["state"]);
    }

    /// <summary>Nobody has to know that a run needs somebody who works on it.</summary>
    [Fact]
    public async Task Steering_NobodyWorksOnTheRun_IsCarriedOutByTheCommand()
    {
        using var cli = RunCommandTests.Repository("mkdir -p auth; echo x > auth/login.txt");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [auth/login.txt]}\n");
        await cli.TrustAsync();
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");
        string[] ids = ["rejected", "cancelled", "approved"];
        foreach (var id in ids)
        {
            Assert.Equal(3, (await cli.RunAsync("run", "--run-id", id)).ExitCode);
        }

        var reject = await cli.RunAsync("reject", "rejected/plan", "--reason", "not now");
        var early = await cli.RunAsync("land", "cancelled");
        var cancel = await cli.RunAsync("cancel", "cancelled");
        var kept = await cli.RunAsync("approve", "approved/plan", "--no-resume");
        var waiting = await cli.RunAsync("status", "approved");
        var approve = await cli.RunAsync(new RecordingTerminal { Answer = true }, "approve", "approved/plan");

        Assert.Equal((0, 0, 4, 0), (reject.ExitCode, cancel.ExitCode, kept.ExitCode, approve.ExitCode));
        Assert.Contains("Continue it now?", approve.People, StringComparison.Ordinal);
        Assert.Contains("stored until the run continues: approve approved/plan\n", waiting.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("kept for", (await cli.RunAsync("status", "approved")).Output, StringComparison.Ordinal);
        Assert.Equal(2, early.ExitCode);
        Assert.Contains("only a run that is awaiting-promotion can be promoted", early.People, StringComparison.Ordinal);
        var listed = (await cli.RunAsync("history", "--json", "--limit", "2")).Json;
        Assert.Equal((3, 2), ((int)listed["count"]!, listed["runs"]!.AsArray().Count));
        var history = (await cli.RunAsync("history")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, history.Length);
        Assert.Matches("approved +completed +1/1 merged  tasks.yaml$", history[0]);
        string?[] states =
        [
            .. await Task.WhenAll(ids.Select(async id => (string?)(await cli.RunAsync("status", id, "--json")).Json["state"])),
        ];
        Assert.Equal("cancelled cancelled completed", string.Join(' ', states));
    }

    /// <summary>The worker is there, but stands still.</summary>
    [Fact]
    public async Task Pause_InterruptedWhileItWaitsForAnAnswer_EndsWithoutAnError()
    {
        using var cli = RunCommandTests.Repository(Waiting);
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");
        using var serverEnds = new InterruptHandler();
        var terminal = new RecordingTerminal();
        var serving = cli.RunAsync(terminal, serverEnds, "server", "--port", "0");
        await Wait.UntilAsync(() => terminal.People.Contains("localhost:8233", StringComparison.Ordinal));
        using var worker = EngineTakeOverTests.StartProcess(cli, "run", "--yes", "--no-progress");
        await Wait.UntilAsync(() => File.Exists(Path.Combine(cli.Home, "started")));
        using (var stop = Process.Start("kill", ["-STOP", worker.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await stop.WaitForExitAsync();
        }

        using var interrupts = new InterruptHandler();
        var people = new RecordingTerminal();
        var pausing = cli.RunAsync(people, interrupts, "pause");
        await Task.Delay(TimeSpan.FromSeconds(1));
        interrupts.Raise();
        var pause = await pausing;
        worker.Kill();
        File.WriteAllText(Path.Combine(cli.Home, "go"), "");
        serverEnds.Raise();
        await serving;

        Assert.Equal((130, ""), (pause.ExitCode, pause.People));
    }

    /// <summary>
    /// Doing it twice is harmless, and a yes to a task that waits for something else takes its question away from nobody.
    /// </summary>
    [Fact]
    public async Task Approve_TwiceAndOfABlockedTask_ChangesNothingMore()
    {
        using var cli = RunCommandTests.Repository(
            "[ $ORCHESTRATOR_TASK = b ] || echo '{\"status\": \"blocked\", \"reason\": \"a decision\"}' > .task-status.json; echo x > "
                + "$ORCHESTRATOR_TASK.txt"
        );
        cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n  - {id: b, description: B, files_write: [b.txt], "
                + "requires_approval: true}\n"
        );
        Assert.Equal(3, (await cli.RunAsync("run", "--yes")).ExitCode);

        string[][] commands =
        [
            ["approve", "b"],
            ["approve", "b"],
            ["approve", "a"],
            ["pause", "/a"],
            ["retry", "/a", "--guidance", "decided"],
        ];
        foreach (var command in commands)
        {
            Assert.Equal(4, (await cli.RunAsync(command)).ExitCode);
        }
        var resumed = await cli.RunAsync("resume", "--yes");

        // Its agent blocks again.
        Assert.True(resumed.ExitCode == 3, resumed.People);
        Assert.Contains("a asks", resumed.People, StringComparison.Ordinal);
        var status = (await cli.RunAsync("status", "--json")).Json;
        Assert.Equal((2, "merged"), ((int)status["tasks"]![0]!["starts"]!, (string?)status["tasks"]![1]!["state"]));
    }

    /// <summary>A termination by 'temporal workflow terminate', with and without a watching process.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_TerminatedByAnotherTool_HasEndedForEveryCommand(bool isWatched)
    {
        using var cli = RunCommandTests.Repository(Waiting);
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");
        using var interrupts = new InterruptHandler();
        var running = cli.RunAsync(new RecordingTerminal(), interrupts, "run", "--yes");
        await Wait.UntilAsync(() => File.Exists(Path.Combine(cli.Home, "started")));
        if (!isWatched)
        {
            interrupts.Raise();
            await running;
            using var serving = new InterruptHandler();
            var server = cli.RunAsync(new RecordingTerminal(), serving, "server", "--port", "0");
            await TerminateAsync(cli);
            serving.Raise();
            await server;
        }
        else
        {
            await TerminateAsync(cli);
            Assert.Equal(1, (await running).ExitCode);
        }

        var resume = await cli.RunAsync("resume", "run-tasks", "--yes");
        var pause = await cli.RunAsync("pause", "run-tasks");

        Assert.Equal((2, 2), (resume.ExitCode, pause.ExitCode));
        Assert.Contains("has ended: terminated", resume.People, StringComparison.Ordinal);
        Assert.Contains("has ended: terminated", pause.People, StringComparison.Ordinal);
        var status = (await cli.RunAsync("status", "--json")).Json;
        Assert.Equal(("terminated", "cancelled"), ((string?)status["state"], (string?)status["tasks"]![0]!["state"]));
        Assert.Matches("^terminated by [0-9]+@.*: by another tool$", (string?)status["reason"]);
        await cli.RunAsync("stop", "--all");
    }

    [Fact]
    public async Task Resume_EngineFileGone_SaysSo()
    {
        using var cli = RunCommandTests.Repository(Waiting);
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");
        await InterruptAsync(cli);
        foreach (var file in Directory.GetFiles(Path.Combine(cli.Folder, ".orchestrator"), "engine.db*"))
        {
            File.Delete(file);
        }

        var resume = await cli.RunAsync("resume", "--yes");
        var cancel = await cli.RunAsync("cancel");

        Assert.Equal((2, 2), (resume.ExitCode, cancel.ExitCode));
        Assert.Contains("has no record of run-tasks", resume.People, StringComparison.Ordinal);
        Assert.Contains("has no record of run-tasks", cancel.People, StringComparison.Ordinal);
    }

    /// <summary>The run's worktrees and its queue contain the old path, so no worker would ever take a step.</summary>
    [Fact]
    public async Task Resume_RepositoryWasMoved_SaysWhereTheRunIsAtHomeAndGoesOnThere()
    {
        using var cli = RunCommandTests.Repository(Waiting);
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");
        await InterruptAsync(cli);
        File.WriteAllText(Path.Combine(cli.Home, "go"), "");
        var moved = cli.Folder + " moved";
        Directory.Move(cli.Folder, moved);

        var resume = await cli.RunAsync("resume", "--yes", "-C", moved);
        var cancel = await cli.RunAsync("cancel", "-C", moved);
        var status = await cli.RunAsync("status", "-C", moved);
        Directory.Move(moved, cli.Folder);
        var back = await cli.RunAsync("resume", "--yes");

        Assert.Equal((2, 2, 0, 0), (resume.ExitCode, cancel.ExitCode, status.ExitCode, back.ExitCode));
        Assert.Contains($"belongs to the repository at {cli.Folder}", resume.People, StringComparison.Ordinal);
        Assert.Contains("move the repository back", resume.People, StringComparison.Ordinal);
    }

    private static async Task InterruptAsync(CliFixture cli)
    {
        using var interrupts = new InterruptHandler();
        var running = cli.RunAsync(new RecordingTerminal(), interrupts, "run", "--yes");
        await Wait.UntilAsync(() => File.Exists(Path.Combine(cli.Home, "started")));
        interrupts.Raise();
        Assert.Equal(4, (await running).ExitCode);
    }

    private static async Task TerminateAsync(CliFixture cli)
    {
        var socket = Path.Combine(cli.Folder, ".orchestrator", "engine.sock");
        await Wait.UntilAsync(() => File.Exists(socket));
        var client = await TemporalClient.ConnectAsync(EngineAddress.ClientOptions("unix:" + socket));
        var run = Path.GetFileName(Assert.Single(Directory.GetDirectories(Path.Combine(cli.Folder, ".orchestrator", "runs"))));
        await client.GetWorkflowHandle(run).TerminateAsync("by another tool");
    }
}
