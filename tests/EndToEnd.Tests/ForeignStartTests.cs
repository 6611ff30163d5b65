using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Client;
using Orchestrator.Messages;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Temporalio.Client;
using Temporalio.Exceptions;
using Xunit;
using YamlDotNet.Serialization;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>A run that nobody started with our command: a server, a worker, and a client that knows nothing but Temporal.</summary>
public sealed partial class ForeignStartTests
{
    private const string Plan = """
        request: Two files
        tasks:
          - {id: a, prompt: write a, files_write: [a.txt], verification: [test -s a.txt]}
          - {id: b, prompt: write b, files_write: [b.txt], depends_on: [a], verification: [test -s a.txt -a -s b.txt]}
        """;

    /// <summary>The same plan in other words of the grammar, as a program would send it.</summary>
    private const string PlanAsData = """
        {"goal": "Two files", "tasks": {
          "a": {"prompt": "write a", "files_write": "a.txt", "verify": "test -s a.txt", "timeout": "10m"},
          "b": {"instructions": "write b", "filesWrite": ["b.txt"], "dependencies": "a", "verify": ["test -s a.txt -a -s b.txt"]}}}
        """;

    /// <summary>Plans that are shown to people, each with the tasks that it has.</summary>
    private static readonly (string File, string[] Tasks)[] Samples =
    [
        ("samples/plans/login/tasks.yaml", ["auth-service", "auth-routes", "login-docs"]),
        ("samples/plans/todo-app/tasks.json", ["store", "api", "page"]),
        ("samples/greeter/repository/tasks.yaml", ["words", "hello", "goodbye", "command", "tests"]),
        ("tests/EndToEnd.Tests/Seeds/task-graph/tasks.yaml", ["task-auth-service", "task-auth-routes"]),
    ];

    [Theory]
    [InlineData("planFile", "\"tasks.yaml\"")]
    [InlineData("plan", PlanAsData)]
    public async Task Start_ByWorkflowTypeAndJson_RunsOnAWorkerOfTheRepository(string member, string plan)
    {
        await using var place = await Workplace.CreateAsync(Plan);

        var handle = await place.StartAsync(member, JsonNode.Parse(plan)!);
        var result = await handle.GetResultAsync<JsonElement>().WaitAsync(TimeSpan.FromMinutes(2));

        Assert.Equal("completed", result.GetProperty("state").GetString());
        Assert.Equal("done\n", await File.ReadAllTextAsync(place.Repository["b.txt"]));
        var listed = await handle.Client.CountWorkflowsAsync($"OrchestrateState = 'completed' AND WorkflowId = '{handle.Id}'");
        Assert.Equal(1, listed.Count);
    }

    [Fact]
    public async Task Start_WithEverySamplePlanInIt_HasTheTasksOfItsFile()
    {
        await using var place = await Workplace.CreateAsync(Plan);

        foreach (var (file, tasks) in Samples)
        {
            var handle = await place.StartAsync("plan", DataOf(file), new WorkflowOptions { StartSignal = "pause", StartSignalArgs = [] });
            var run = new RunClient(handle.Client).Get(handle.Id);
            RunStatus? status = null;
            await foreach (var _ in run.ChangesAsync(Eventually.Timeout()))
            {
                status = await run.StatusAsync();
                if (status.TaskCount > 0)
                {
                    break;
                }
            }
            await handle.SignalAsync("cancel", []);

            Assert.Equal(tasks, status!.Tasks.Select(task => task.Id));
        }
    }

    [Fact]
    public async Task Start_WithAFaultInItsPlan_FailsWithTheFieldAndTheCure()
    {
        await using var place = await Workplace.CreateAsync(Plan);

        var handle = await place.StartAsync("plan", JsonNode.Parse("""[{"id": "a", "description": "A", "depends_on": ["bb"]}]""")!);
        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() =>
            handle.GetResultAsync<JsonElement>().WaitAsync(Eventually.Limit)
        );

        Assert.Contains(
            "plan: error unknown-dependency: [tasks[0].depends_on[0]]",
            failed.InnerException!.Message,
            StringComparison.Ordinal
        );
    }

    // What a program sends that has read the file with any library.
    private static JsonNode DataOf(string file)
    {
        var text = File.ReadAllText(RepositoryFiles.Path(file));
        return JsonNode.Parse(
            file.EndsWith(".json", StringComparison.Ordinal)
                ? text
                : new SerializerBuilder().JsonCompatible().Build().Serialize(new DeserializerBuilder().Build().Deserialize(text))
        )!;
    }

    /// <summary>A repository, a server and a worker of it, by the program; and a client.</summary>
    private sealed class Workplace : IAsyncDisposable
    {
        private readonly TempFolder _home = new();
        private readonly CancellationTokenSource _stop = new();
        private Task _served = Task.CompletedTask;
        private TemporalClient _client = null!;

        private Workplace(TemporaryRepository repository) => Repository = repository;

        public TemporaryRepository Repository { get; }

        public static async Task<Workplace> CreateAsync(string plan)
        {
            var place = new Workplace(await TemporaryRepository.CreateAsync());
            place.Repository.Write("agent.sh", AgentCommits.Shell() + "cat > /dev/null\necho done > \"$ORCHESTRATOR_TASK.txt\"\n");
            place.Repository.Write(".orchestrator/config.yaml", "agents: {script: {command: [/bin/sh, agent.sh]}}\n");
            await place.Repository.CommitAsync("start", ("tasks.yaml", plan));
            await place.ServeAsync();
            return place;
        }

        public Task<WorkflowHandle> StartAsync(string member, JsonNode plan, WorkflowOptions? options = null)
        {
            var input = new JsonObject
            {
                ["repository"] = Repository.Path,
                [member] = plan,
                ["agent"] = "script",
            };
            options ??= new WorkflowOptions();
            options.Id = $"run-foreign-{Guid.NewGuid():n}";
            options.TaskQueue = QueueNames.Workflows;
            return _client.StartWorkflowAsync("OrchestrationWorkflow", [input], options);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _served.WaitAsync(Eventually.Limit);
            Repository.Dispose();
            _home.Dispose();
            _stop.Dispose();
        }

        private async Task ServeAsync()
        {
            OrchestrateProgram orchestrate = new(
                Repository.Path,
                new Dictionary<string, string?>
                {
                    ["HOME"] = _home.Path,
                    ["XDG_CONFIG_HOME"] = null,
                    ["XDG_CACHE_HOME"] = null,
                    ["XDG_RUNTIME_DIR"] = _home.Path,
                }
            );
            TaskCompletionSource<string> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
            var address = Environment.GetEnvironmentVariable("TEMPORAL_ADDRESS");
            var server = address is null
                ? RunUntilStoppedAsync(orchestrate, line => Listening(line, listening), _stop.Token, "server", "--port", "0")
                : Task.CompletedTask;
            address ??= await listening.Task.WaitAsync(Eventually.Limit);
            var worker = RunUntilStoppedAsync(orchestrate, _ => { }, _stop.Token, "worker", "--address", address, "--yes");
            _served = Task.WhenAll(server, worker);
            _client = await TemporalClient.ConnectAsync(new TemporalClientConnectOptions(address));
        }
    }

    private static async Task RunUntilStoppedAsync(
        OrchestrateProgram orchestrate,
        Action<string> onLine,
        CancellationToken stop,
        params string[] arguments
    )
    {
        try
        {
            await new ProcessRunner().RunAsync(
                orchestrate.Command(arguments) with
                {
                    StandardError = new ProcessOutput
                    {
                        OnLine = (line, _) =>
                        {
                            onLine(line.Text);
                            return ValueTask.CompletedTask;
                        },
                    },
                    StopSignal = StopSignal.Interrupt,
                },
                stop
            );
        }
        catch (OperationCanceledException)
        {
            // Stopped, as asked.
        }
    }

    private static void Listening(string line, TaskCompletionSource<string> found)
    {
        if (LoopbackAddress().Match(line) is { Success: true } match)
        {
            found.TrySetResult(match.Value);
        }
    }

    [GeneratedRegex("127\\.0\\.0\\.1:[0-9]+")]
    private static partial Regex LoopbackAddress();
}
