using System.Diagnostics;
using System.Globalization;
using Orchestrator.Cli.Console;
using Orchestrator.Processes;
using Temporal.Server;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Terminate and Reset, as the buttons of the Web UI do it, at runs of two tasks through the real program.</summary>
public class TerminateAndResetTests
{
    private const string Plan = """
        tasks:
          - {id: a, description: A, files_write: [a.txt], max_retries: 0, verification: ['GATE']}
          - {id: b, description: B, files_write: [b.txt]}
        """;

    // Tells of each start; what it does then is the state that the run is to stand still in, until it is told to continue.
    private const string Agent = """
        echo start >> "$HOME/starts-$ORCHESTRATOR_TASK"
        echo $$ > "$HOME/pid-$ORCHESTRATOR_TASK"
        echo half > "$ORCHESTRATOR_TASK.txt"
        case "$(cat "$HOME/state")" in
          executing|paused) while [ ! -e "$HOME/go" ]; do sleep 0.1; done ;;
          blocked) [ -e "$HOME/go" ] || { echo '{"status": "blocked", "reason": "a decision"}' > .task-status.json; exit 0; } ;;
        esac
        echo x > "$ORCHESTRATOR_TASK.txt"
        """;

    private static readonly string[] AllStates = ["executing", "verifying", "blocked", "escalated", "awaiting-promotion", "paused"];

    public static TheoryData<string> States => [.. AllStates];

    public static TheoryData<string, bool> Resets
    {
        get
        {
            var resets = new TheoryData<string, bool>();
            foreach (var state in AllStates)
            {
                resets.Add(state, true);
                resets.Add(state, false);
            }
            return resets;
        }
    }

    [Fact]
    public async Task Terminate_WhileAgentsWork_EndsThemKeepsTheirWorkAndTheNextRunBegins()
    {
        using var cli = Repository("executing");
        using var run = EngineTakeOverTests.StartProcess(cli, "run", "--yes", "--no-progress", "--run-id", "first");
        await Wait.UntilAsync(() => Starts(cli, "a") + Starts(cli, "b") == 2);

        await (await ConnectAsync(cli)).GetWorkflowHandle("first").TerminateAsync("pressed by mistake");
        await run.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(1, run.ExitCode);
        AssertNothingIsLeft(cli);
        var status = await cli.RunAsync("status", "first");
        Assert.Contains("first  terminated", status.People, StringComparison.Ordinal);
        Assert.Contains(": pressed by mistake", status.People, StringComparison.Ordinal);
        Assert.DoesNotContain("resume", status.People, StringComparison.Ordinal);
        Assert.Contains("\"terminated\"", (await cli.RunAsync("events", "first", "--json")).Output, StringComparison.Ordinal);
        Assert.Equal(
            2,
            cli.Git("for-each-ref", "--format=%(refname)", "refs/orchestrator/wip/first")
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Length
        );
        File.WriteAllText(Path.Combine(cli.Home, "go"), "");
        var next = await cli.RunAsync("run", "--yes", "--run-id", "second");
        Assert.True(next.ExitCode == 0, next.People);
    }

    [Fact]
    public async Task Reset_WhileAgentsWork_TheyGoOnForTheNewExecution()
    {
        using var cli = Repository("executing");
        using var run = EngineTakeOverTests.StartProcess(cli, "run", "--yes", "--no-progress", "--run-id", "first");
        await Wait.UntilAsync(() => Starts(cli, "a") + Starts(cli, "b") == 2);

        await ResetAsync(await ConnectAsync(cli), toFirst: true);
        File.WriteAllText(Path.Combine(cli.Home, "go"), "");
        await run.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(100));

        Assert.Equal(0, run.ExitCode);
        await AssertLandedOnceAsync(cli, starts: 2);
    }

    [Fact]
    public async Task Reset_OfACompletedRun_IsToldAndCompletesWithoutLandingTwice()
    {
        using var cli = Repository("done");
        Assert.Equal(0, (await cli.RunAsync("run", "--yes", "--run-id", "first")).ExitCode);
        var landed = cli.Git("rev-parse", "main");
        await ServingAsync(cli, client => ResetAsync(client, toFirst: true));

        var reset = await cli.RunAsync("status", "first");
        var resumed = await cli.RunAsync("resume", "first", "--yes");

        Assert.Contains("restarted by a reset; it was completed", reset.People, StringComparison.Ordinal);
        Assert.Contains("'orchestrate resume first' continues it", reset.People, StringComparison.Ordinal);
        Assert.True(resumed.ExitCode == 0, resumed.People);
        Assert.Equal(landed, cli.Git("rev-parse", "main"));
        await AssertLandedOnceAsync(cli, starts: 2);
    }

    [Theory]
    [Trait("Category", "Full")]
    [MemberData(nameof(States))]
    public async Task Terminate_InEveryState_LeavesNothingAndIsTold(string state)
    {
        using var cli = Repository(state);
        using var worker = await StandStillAsync(cli, state);
        try
        {
            await (await ConnectAsync(cli)).GetWorkflowHandle("first").TerminateAsync("pressed by mistake");
            await Wait.UntilAsync(() =>
                EngineDatabaseReader.Find(EngineOf(cli), "first/a")?.End is not null
                && EngineDatabaseReader.Find(EngineOf(cli), "first/b")?.End is not null
            );

            AssertNothingIsLeft(cli);
            Assert.Equal("terminated", await StateAsync(cli));
            GoOn(cli);
            var next = await cli.RunAsync("run", "--yes", "--run-id", "second");
            Assert.True(next.ExitCode == 0, next.People);
        }
        finally
        {
            worker.Kill();
        }
    }

    [Theory]
    [Trait("Category", "Full")]
    [MemberData(nameof(Resets))]
    public async Task Reset_InEveryState_TheRunLandsOnce(string state, bool toFirst)
    {
        using var cli = Repository(state);
        using var worker = await StandStillAsync(cli, state);
        try
        {
            await ResetAsync(await ConnectAsync(cli), toFirst);
            GoOn(cli);
            for (
                var limit = new CancellationTokenSource(TimeSpan.FromSeconds(100)).Token;
                await StateAsync(cli) != "completed";
                await Task.Delay(500, limit)
            )
            {
                await cli.RunAsync("retry", "first/a", "--guidance", "decided");
                await cli.RunAsync("retry", "first/b", "--guidance", "decided");
                await cli.RunAsync("land", "first");
                await GoOnFromPauseAsync(cli);
            }

            await AssertLandedOnceAsync(cli, starts: null);
        }
        finally
        {
            worker.Kill();
        }
    }

    /// <summary>A worker that stays, and a run that stands still in that state.</summary>
    private static async Task<Process> StandStillAsync(CliFixture cli, string state)
    {
        var worker = EngineTakeOverTests.StartProcess(cli, "worker", "--yes");
        await Wait.UntilAsync(() => File.Exists(SocketOf(cli)));
        var run = EngineTakeOverTests.StartProcess(cli, "run", "--yes", "--no-progress", "--run-id", "first");
        await Wait.UntilAsync(() => Starts(cli, "a") + Starts(cli, "b") == 2);
        if (state == "awaiting-promotion")
        {
            cli.Write("a.txt", "a person's own\n");
        }
        if (state == "paused")
        {
            Assert.Equal(0, (await cli.RunAsync("pause", "first")).ExitCode);
        }
        if (state is "blocked" or "escalated" or "awaiting-promotion" or "paused")
        {
            await run.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        }
        else
        {
            await Wait.UntilAsync(() => state == "executing" || File.Exists(Path.Combine(cli.Home, "verifying")));
        }
        if (!run.HasExited)
        {
            run.Kill();
        }
        run.Dispose();
        return worker;
    }

    private static void GoOn(CliFixture cli)
    {
        if (File.Exists(Path.Combine(cli.Folder, "a.txt")) && cli.Read("a.txt") == "a person's own\n")
        {
            File.Delete(Path.Combine(cli.Folder, "a.txt"));
        }
        File.WriteAllText(Path.Combine(cli.Home, "go"), "");
    }

    private static async Task GoOnFromPauseAsync(CliFixture cli)
    {
        try
        {
            await (await ConnectAsync(cli)).GetWorkflowHandle("first").SignalAsync("resume", []);
        }
        catch (RpcException ended) when (ended.Code == RpcException.StatusCode.NotFound)
        {
            // It has come to its end meanwhile.
        }
    }

    private static void AssertNothingIsLeft(CliFixture cli)
    {
        foreach (var task in (string[])["a", "b"])
        {
            Assert.NotNull(EngineDatabaseReader.Find(EngineOf(cli), $"first/{task}")?.End);
            var agent = int.Parse(File.ReadAllText(Path.Combine(cli.Home, $"pid-{task}")), CultureInfo.InvariantCulture);
            Assert.False(ProcessIdentity.Of(agent) is { } living && living.IsAlive(), $"The agent of {task} still works.");
        }
    }

    private static async Task AssertLandedOnceAsync(CliFixture cli, int? starts)
    {
        Assert.Equal("completed", await StateAsync(cli));
        Assert.Equal(("x\n", "x\n"), (cli.Git("show", "main:a.txt"), cli.Git("show", "main:b.txt")));
        var merges = cli.Git("log", "--format=%s", "main").Split('\n');
        Assert.Equal((1, 1), (merges.Count(m => m == "Merge a"), merges.Count(m => m == "Merge b")));
        if (starts is { } expected)
        {
            Assert.Equal(expected, Starts(cli, "a") + Starts(cli, "b"));
        }
    }

    private static async Task ResetAsync(ITemporalClient client, bool toFirst)
    {
        var history = await client.GetWorkflowHandle("first").FetchHistoryAsync();
        var completed = history.Events.Where(e => e.EventType == EventType.WorkflowTaskCompleted).Select(e => e.EventId).ToList();
        await client.WorkflowService.ResetWorkflowExecutionAsync(
            new ResetWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new() { WorkflowId = "first" },
                Reason = "a test",
                RequestId = Guid.NewGuid().ToString(),
                WorkflowTaskFinishEventId = toFirst ? completed[0] : completed[^1],
            }
        );
    }

    private static async Task ServingAsync(CliFixture cli, Func<ITemporalClient, Task> act)
    {
        using var interrupts = new InterruptHandler();
        var server = cli.RunAsync(new RecordingTerminal(), interrupts, "server", "--port", "0");
        await act(await ConnectAsync(cli));
        interrupts.Raise();
        await server;
    }

    private static async Task<ITemporalClient> ConnectAsync(CliFixture cli)
    {
        await Wait.UntilAsync(() => File.Exists(SocketOf(cli)));
        return await TemporalClient.ConnectAsync(EngineAddress.ClientOptions("unix:" + SocketOf(cli)));
    }

    private static CliFixture Repository(string state)
    {
        var cli = RunCommandTests.Repository(Agent);
        File.WriteAllText(Path.Combine(cli.Home, "state"), state);
        var gate = state switch
        {
            "verifying" => $"test -e a.txt || exit 1; echo x > {cli.Home}/verifying; while [ ! -e {cli.Home}/go ]; do sleep 0.1; done",
            "escalated" => $"test -e a.txt && test -e {cli.Home}/go",
            _ => "test -e a.txt",
        };
        cli.Write("tasks.yaml", Plan.Replace("GATE", gate, StringComparison.Ordinal));
        return cli;
    }

    private static string SocketOf(CliFixture cli) => Path.Combine(cli.Folder, ".orchestrator", "engine.sock");

    private static string EngineOf(CliFixture cli) => Path.Combine(cli.Folder, ".orchestrator", "engine.db");

    private static int Starts(CliFixture cli, string task)
    {
        var file = Path.Combine(cli.Home, $"starts-{task}");
        return File.Exists(file) ? File.ReadAllLines(file).Length : 0;
    }

    private static async Task<string?> StateAsync(CliFixture cli) =>
        (string?)(await cli.RunAsync("status", "first", "--json")).Json["state"];
}
