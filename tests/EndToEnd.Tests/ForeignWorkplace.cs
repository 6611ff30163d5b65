using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Messages;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Temporalio.Client;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>A repository with a scripted agent, its server and its worker, each a process of the program, and a client.</summary>
internal sealed partial class ForeignWorkplace : IAsyncDisposable
{
    private readonly TempFolder _home = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _served = Task.CompletedTask;

    private ForeignWorkplace(TemporaryRepository repository) => Repository = repository;

    public TemporaryRepository Repository { get; }

    /// <summary>Address of the server.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Client of the server.</summary>
    public TemporalClient Client { get; private set; } = null!;

    /// <summary>Environment of the program.</summary>
    public IReadOnlyDictionary<string, string?> Variables =>
        new Dictionary<string, string?>
        {
            ["HOME"] = _home.Path,
            ["XDG_CONFIG_HOME"] = null,
            ["XDG_CACHE_HOME"] = null,
            ["XDG_RUNTIME_DIR"] = _home.Path,
        };

    /// <summary>Creates the repository and starts the processes.</summary>
    /// <param name="plan">Content of <c>tasks.yaml</c>.</param>
    /// <param name="hasWorker">False for a server without a worker, in a repository that is trusted.</param>
    public static async Task<ForeignWorkplace> CreateAsync(string plan, bool hasWorker = true)
    {
        var place = new ForeignWorkplace(await TemporaryRepository.CreateAsync());
        place.Repository.Write("agent.sh", AgentCommits.Shell() + "cat > /dev/null\necho done > \"$ORCHESTRATOR_TASK.txt\"\n");
        place.Repository.Write(".orchestrator/config.yaml", "agent: script\nagents: {script: {command: [/bin/sh, agent.sh]}}\n");
        await place.Repository.CommitAsync("start", ("tasks.yaml", plan));
        await place.ServeAsync(hasWorker);
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
        return Client.StartWorkflowAsync("OrchestrationWorkflow", [input], options);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _served.WaitAsync(Eventually.Limit);
        Repository.Dispose();
        _home.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync(bool hasWorker)
    {
        OrchestrateProgram orchestrate = new(Repository.Path, Variables);
        TaskCompletionSource<string> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var address = Environment.GetEnvironmentVariable("TEMPORAL_ADDRESS");
        var server = address is null
            ? RunUntilStoppedAsync(orchestrate.Command("server", "--port", "0"), line => Listening(line, listening), _stop.Token)
            : Task.CompletedTask;
        address ??= await listening.Task.WaitAsync(Eventually.Limit);
        var worker = hasWorker
            ? RunUntilStoppedAsync(orchestrate.Command("worker", "--address", address, "--yes"), _ => { }, _stop.Token)
            : orchestrate.RunAsync("trust", "--yes");
        _served = Task.WhenAll(server, worker);
        Address = address;
        Client = await TemporalClient.ConnectAsync(new TemporalClientConnectOptions(address));
    }

    /// <summary>Runs a program until the token is canceled, then interrupts it.</summary>
    /// <param name="command">The program.</param>
    /// <param name="onLine">Called with each line of its output and its errors.</param>
    /// <param name="stop">Interrupts the program.</param>
    public static async Task RunUntilStoppedAsync(ChildProcessOptions command, Action<string> onLine, CancellationToken stop)
    {
        var output = new ProcessOutputTargets
        {
            OnLine = (line, _) =>
            {
                onLine(line.Text);
                return ValueTask.CompletedTask;
            },
        };
        try
        {
            await new ProcessRunner().RunAsync(
                command with
                {
                    StandardOutput = output,
                    StandardError = output,
                    StopSignal = PosixStopSignal.Interrupt,
                },
                stop
            );
        }
        catch (OperationCanceledException)
        {
            // Stopped, as asked.
        }
    }

    /// <summary>Completes a task with the first loopback address in a line.</summary>
    public static void Listening(string line, TaskCompletionSource<string> found)
    {
        if (LoopbackAddress().Match(line) is { Success: true } match)
        {
            found.TrySetResult(match.Value);
        }
    }

    [GeneratedRegex("127\\.0\\.0\\.1:[0-9]+")]
    private static partial Regex LoopbackAddress();
}
