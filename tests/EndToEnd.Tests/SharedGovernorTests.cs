using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Messages;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Temporalio.Client;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Worker processes with homes of their own on one server, whose agents use one account: as on two machines.</summary>
public sealed partial class SharedGovernorTests : IAsyncLifetime
{
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(4);
    private readonly TempFolder _folder = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<ProcessIdentity> _workers = [];
    private readonly List<TemporaryRepository> _repositories = [];
    private string _address = "";
    private Task _serving = Task.CompletedTask;
    private TemporalClient _client = null!;

    public async Task InitializeAsync()
    {
        TaskCompletionSource<string> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _serving = ServeAsync(listening);
        _address = await listening.Task.WaitAsync(Eventually.Limit);
        _client = await TemporalClient.ConnectAsync(new TemporalClientConnectOptions(_address));
    }

    public async Task DisposeAsync()
    {
        foreach (var worker in _workers.Where(worker => worker.IsAlive()))
        {
            await KillAsync(worker);
        }
        await _stop.CancelAsync();
        await _serving.WaitAsync(Eventually.Limit);
        _repositories.ForEach(repository => repository.Dispose());
        _folder.Dispose();
        _stop.Dispose();
    }

    /// <summary>The account has one slot. The worker that holds it is killed: its agent works on and keeps the slot. When the machine has a
    /// worker again it settles what the dead one has reserved, and the other machine continues.</summary>
    [Fact]
    public async Task Workers_OneIsKilledWhileItHoldsTheSlot_NothingStartsBesideItsAgentAndAllGoOnAfterIt()
    {
        const string Settings = """
            agents: {script: {command: [/bin/sh, agent.sh], free: true, slots: 1}}
            agent: script
            review: {enabled: false}

            """;
        const string Agent = "cat > /dev/null\nsleep 6\necho x > \"$ORCHESTRATOR_TASK.txt\"\n";
        var first = await RepositoryAsync(Settings, Plan("a", 1), Agent);
        var second = await RepositoryAsync(Settings, Plan("b", 2), Agent);
        var holder = await WorkAsync("one", first);
        var a = await StartAsync(first);
        await Eventually.AskAsync(async () =>
            (await LedgerAsync("agent-script"))?["reservations"] is JsonArray { Count: 1 } held ? held : null
        );
        await Eventually.TrueAsync(() => Directory.Exists(System.IO.Path.Combine(StartFolder(first, a.Id, "a0"), "started")));

        await KillAsync(holder);
        await WorkAsync("two", second);
        var b = await StartAsync(second);
        var folder = StartFolder(first, a.Id, "a0");
        await Eventually.TrueAsync(() => File.Exists(System.IO.Path.Combine(folder, "exit")));
        await WorkAsync("one", first);
        await ResultAsync(a);
        await ResultAsync(b);

        var (began, ended) = (Marks(first, a.Id, "a0"), Marks(second, b.Id, "b0"));
        Assert.True(ended.Began >= began.Ended, $"b0 began at {ended.Began:O}, while a0 worked until {began.Ended:O}.");
        Assert.True(Marks(second, b.Id, "b1").Began >= ended.Ended);
        var ledger = (await LedgerAsync("agent-script"))!;
        Assert.Empty(ledger["reservations"]!.AsArray());
    }

    /// <summary>Four runs of two workers use one login: from the first block on nothing is started anywhere, and after the reset all
    /// continue. All that they may spend in a day is one budget.</summary>
    [Fact]
    [Trait("Category", "Full")]
    public async Task Workers_OneMeetsTheLimit_NothingMoreStartsAnywhereAndNoBudgetIsPassed()
    {
        string[][] names =
        [
            ["a", "b"],
            ["c", "d"],
        ];
        var all = names.SelectMany(some => some).ToList();
        await using var api = await ScriptedMessagesApi.StartAsync([
            .. all.SelectMany(name => Enumerable.Range(0, 2).Select(i => RuleOf(name, i))),
        ]);
        DateTimeOffset? reset = null;
        api.Instead = number =>
        {
            if (number == 4)
            {
                reset = DateTimeOffset.UtcNow.AddSeconds(40);
            }
            return reset is { } until && DateTimeOffset.UtcNow < until ? ApiTurn.LimitReached(until) : null;
        };
        // Each of the eight tasks costs a dollar or a little more.
        var settings = $$"""
            agents:
              claude:
                command: ["{{await ClaudeProgram.PathAsync()}}"]
            model: claude-opus-4-8
            review: {enabled: false}
            workers: 2
            budget: {day: 5}

            """;
        var runs = new List<WorkflowHandle>();
        foreach (var some in names)
        {
            var repository = await RepositoryAsync(settings, "", "", [.. some.Select(name => ($"{name}.yaml", Plan(name, 2)))]);
            await WorkAsync(some[0], repository, ClaudeProgram.CreateChanges(Home(some[0]), api.Url, asSubscription: true));
            runs.AddRange(await Task.WhenAll(some.Select(name => StartAsync(repository, $"{name}.yaml"))));
        }
        var park = await Eventually.AskAsync(
            async () => (await LedgersAsync()).Select(ledger => ledger["park"]).FirstOrDefault(one => one is not null),
            RunLimit
        );
        await Eventually.AskAsync(
            async () =>
            {
                var states = await Task.WhenAll(runs.Select(StateAsync));
                return states.All(state => state is "completed" or "paused" or "needs") ? states : null;
            },
            RunLimit
        );

        var starts = names.SelectMany(some => History(Home(some[0]))).ToList();
        var (since, opens) = (Time(park["since"]), Time(park["opensAt"]));
        Assert.Equal(0, starts.Count(start => Time(start["since"]) > since && Time(start["since"]) < opens));
        Assert.Contains(starts, start => Time(start["since"]) >= opens);
        var spent = starts.SelectMany(start => start["models"]!.AsArray()).Sum(model => (long)model!["micros"]!);
        var answers = api.Requests.Count(request => request is { Status: 200, Rule: not null });
        Assert.InRange(spent, 4_000_000, 5_000_000 + (4 * 500_000));
        Assert.True(answers >= 8, $"{answers} answers");
        var shared = (await LedgersAsync()).Single(ledger => (string)ledger["account"]! == "budgets");
        var day = shared["spent"]!.AsObject().Single(one => one.Key.StartsWith("day:", StringComparison.Ordinal)).Value!;
        Assert.Equal(spent, (long)day["micros"]!);
        var usage = await new OrchestrateProgram(_repositories[0].Path, Environment("nobody")).RunAsync(
            "usage",
            "--address",
            _address,
            "--json"
        );
        Assert.Equal(0, (int)JsonNode.Parse(usage.StandardOutput.Text)!["accounts"]![0]!["atWork"]!);
    }

    private static ApiRule RuleOf(string name, int task) =>
        new(
            $"MARK-{name}{task}\\.",
            new ApiTurn { Tools = [ApiToolUse.Write($"{name}{task}.txt", "x\n")], InputTokens = 100_000 },
            ApiTurn.Says("It is written.") with
            {
                InputTokens = 100_000,
            }
        );

    private static string Plan(string name, int tasks) =>
        "tasks:\n"
        + string.Concat(
            Enumerable
                .Range(0, tasks)
                .Select(i =>
                    $"  - {{id: {name}{i}, description: Task {i}, prompt: \"MARK-{name}{i}. Write it.\", files_write: [{name}{i}.txt], "
                    + $"verification: [{{command: test -s {name}{i}.txt}}]}}\n"
                )
        );

    private string Home(string name) => System.IO.Path.Combine(_folder.Path, name);

    private Dictionary<string, string?> Environment(string name)
    {
        var home = Directory.CreateDirectory(Home(name)).FullName;
        return new Dictionary<string, string?>
        {
            ["HOME"] = home,
            ["XDG_STATE_HOME"] = null,
            ["XDG_CONFIG_HOME"] = null,
            ["XDG_CACHE_HOME"] = null,
            ["XDG_RUNTIME_DIR"] = home,
        };
    }

    private async Task<TemporaryRepository> RepositoryAsync(
        string settings,
        string plan,
        string agent,
        params (string Name, string Text)[] plans
    )
    {
        var repository = await TemporaryRepository.CreateAsync();
        _repositories.Add(repository);
        repository.Write(".orchestrator/config.yaml", settings);
        repository.Write("agent.sh", AgentCommits.Shell() + agent);
        await repository.CommitAsync("start", plan.Length > 0 ? [("tasks.yaml", plan)] : plans);
        return repository;
    }

    private async Task<ProcessIdentity> WorkAsync(
        string name,
        TemporaryRepository repository,
        IReadOnlyDictionary<string, string?>? changes = null
    )
    {
        var environment = Environment(name);
        foreach (var (variable, value) in changes ?? new Dictionary<string, string?>())
        {
            environment[variable] = value;
        }
        var log = System.IO.Path.Combine(_folder.Path, $"{name}-{_workers.Count}.log");
        var worker = await new DetachedProcessStarter().StartAsync(
            new DetachedProcessOptions(OrchestrateProgram.Path, ["worker", "--address", _address, "--yes"])
            {
                WorkingDirectory = repository.Path,
                Environment = environment,
                OutputFile = log,
                ErrorFile = log,
            }
        );
        _workers.Add(worker);
        return worker;
    }

    private Task<WorkflowHandle> StartAsync(TemporaryRepository repository, string plan = "tasks.yaml") =>
        _client.StartWorkflowAsync(
            "OrchestrationWorkflow",
            [
                new JsonObject
                {
                    ["repository"] = repository.Path,
                    ["planFile"] = plan,
                    ["yes"] = true,
                },
            ],
            new WorkflowOptions($"run-shared-{Guid.NewGuid():n}", QueueNames.Workflows)
        );

    private static async Task ResultAsync(WorkflowHandle run)
    {
        var result = await run.GetResultAsync<JsonNode>().WaitAsync(RunLimit);
        Assert.Equal("completed", (string)result["state"]!);
    }

    /// <summary>The state of a run; <c>needs</c> where it asks a user.</summary>
    private static async Task<string> StateAsync(WorkflowHandle run)
    {
        var status = await run.QueryAsync<JsonNode>(WorkflowMessageNames.Status, [0, 10]);
        return status["questions"] is JsonArray { Count: > 0 } ? "needs" : (string)status["state"]!;
    }

    private async Task<List<JsonNode>> LedgersAsync()
    {
        var ledgers = new List<JsonNode>();
        await foreach (var governor in _client.ListWorkflowsAsync(RunIds.GovernorsQuery))
        {
            var state = await _client.GetWorkflowHandle(governor.Id).QueryAsync<JsonNode>(WorkflowMessageNames.Status, []);
            ledgers.Add(state["ledger"]!);
        }
        return ledgers;
    }

    private async Task<JsonNode?> LedgerAsync(string account) =>
        (await LedgersAsync()).FirstOrDefault(ledger => (string)ledger["account"]! == account);

    private static string StartFolder(TemporaryRepository repository, string run, string task) =>
        System.IO.Path.Combine(repository.Path, ".orchestrator/runs", run, "tasks", task, "1");

    /// <summary>When the first agent of a task began and ended.</summary>
    private static (DateTime Began, DateTime Ended) Marks(TemporaryRepository repository, string run, string task)
    {
        var folder = StartFolder(repository, run, task);
        return (
            Directory.GetLastWriteTimeUtc(System.IO.Path.Combine(folder, "started")),
            File.GetLastWriteTimeUtc(System.IO.Path.Combine(folder, "exit"))
        );
    }

    private static IEnumerable<JsonNode> History(string home) =>
        Directory
            .GetFiles(System.IO.Path.Combine(home, ".local/state/orchestrator/usage"), "*.history.jsonl")
            .SelectMany(File.ReadAllLines)
            .Where(line => line.Length > 0)
            .Select(line => JsonNode.Parse(line)!);

    private static DateTimeOffset Time(JsonNode? node) => DateTimeOffset.Parse((string)node!, CultureInfo.InvariantCulture);

    private static async Task KillAsync(ProcessIdentity worker)
    {
        await new ProcessRunner().RunAsync(new ChildProcessOptions("/bin/sh", "-c", $"kill -KILL {worker.ProcessId}"));
        await Eventually.TrueAsync(() => !worker.IsAlive());
    }

    private async Task ServeAsync(TaskCompletionSource<string> listening)
    {
        var server = new OrchestrateProgram(_folder.Path, Environment("server")).Command("server", "start-dev", "-p", "0");
        try
        {
            await new ProcessRunner().RunAsync(
                server with
                {
                    Timeout = TimeSpan.FromMinutes(10),
                    StopSignal = PosixStopSignal.Interrupt,
                    StandardError = new ProcessOutputTargets
                    {
                        OnLine = (line, _) =>
                        {
                            if (LoopbackAddress().Match(line.Text) is { Success: true } match)
                            {
                                listening.TrySetResult(match.Value);
                            }
                            return ValueTask.CompletedTask;
                        },
                    },
                },
                _stop.Token
            );
        }
        catch (OperationCanceledException)
        {
            // Stopped, as asked.
        }
    }

    [GeneratedRegex("127\\.0\\.0\\.1:[0-9]+")]
    private static partial Regex LoopbackAddress();
}
