using System.Text.Json.Nodes;
using Orchestrator.Messages;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Rpc;
using Temporalio.Client;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>A server, a shared remote, the machine of a run and other hosts.</summary>
internal sealed class SpreadHosts : IAsyncDisposable
{
    private readonly ServerUnderTest _server;
    private readonly Dictionary<MachinePlace, PlaceNetwork> _networks = [];
    private readonly List<MachinePlace> _others;

    private readonly string _interval;
    private readonly string? _deployment;

    private SpreadHosts(
        ServerUnderTest server,
        MachinePlace home,
        List<MachinePlace> others,
        string remote,
        string interval,
        string? deployment
    ) => (_server, Home, _others, Remote, _interval, _deployment) = (server, home, others, remote, interval, deployment);

    /// <summary>The way of a host to the server and the remote.</summary>
    public PlaceNetwork NetworkOf(MachinePlace place) => _networks[place];

    /// <summary>All machines.</summary>
    public IEnumerable<MachinePlace> All => Others.Prepend(Home);

    /// <summary>The machine of the run, which does none of its tasks.</summary>
    public MachinePlace Home { get; }

    public IReadOnlyList<MachinePlace> Others => _others;

    public string Remote { get; }

    /// <summary>Of the server itself, which no network parts.</summary>
    public string Address => _server.Address;

    /// <summary>A run of independent tasks <c>t1</c>, <c>t2</c> ..., each of which waits until all are at work.</summary>
    /// <param name="tasks">Number of tasks.</param>
    /// <param name="others">Number of other hosts.</param>
    /// <param name="slots">Places on the machine of the run.</param>
    /// <param name="plan">Members of a task beside its files.</param>
    /// <param name="areShallow">The clones of the others have the newest commit alone.</param>
    /// <param name="interval">Interval between pushes of work in progress.</param>
    /// <param name="deployment">The worker deployment of all machines, or null for none.</param>
    /// <param name="settings">More settings of the run.</param>
    public static async Task<SpreadHosts> CreateAsync(
        int tasks,
        int others,
        int slots = 0,
        Func<int, string>? plan = null,
        bool areShallow = false,
        string interval = "1s",
        string? deployment = null,
        string settings = ""
    )
    {
        var home = await MachinePlace.CreateAsync("home");
        var all = Enumerable.Range(1, tasks).ToList();
        await home.CommitAsync(
            "tasks.yaml",
            "tasks:\n"
                + string.Concat(
                    all.Select(n => $"  - {{id: t{n}, description: Task {n}, files_write: [t{n}.txt, half{n}.txt]{plan?.Invoke(n)}}}\n")
                )
        );
        home.Play(
            all.ToDictionary(
                n => $"t{n}",
                JsonNode[] (n) =>
                    [
                        new JsonObject { ["touch"] = home.Beside($"at-work-{n}") },
                        .. all.Select(other => new JsonObject { ["waitFor"] = home.Beside($"at-work-{other}"), ["seconds"] = 90 }),
                        new JsonObject { ["write"] = $"t{n}.txt", ["text"] = $"work of t{n}\n" },
                    ]
            )
        );
        var hosts = new List<MachinePlace>();
        for (var other = 1; other <= others; other++)
        {
            hosts.Add(await home.CloneAsync($"host{other}", areShallow));
        }
        var remote = await home.ShareAsync();
        var server = await ServerUnderTest.StartAsync(RunSearchAttributes.Types);
        var made = new SpreadHosts(server, home, hosts, remote, interval, deployment);
        foreach (var place in made.All)
        {
            var spread = $"hosts:\n  spread: true\n  slots: {slots}\nworkers: {tasks}\n{settings}";
            await made.JoinAsync(place, place == home ? spread : "");
        }
        return made;
    }

    /// <summary>Adds a machine with the same state as the others.</summary>
    public async Task<MachinePlace> AddAsync(string name)
    {
        var place = await Home.CloneAsync(name);
        await JoinAsync(place, "");
        _others.Add(place);
        return place;
    }

    private async Task JoinAsync(MachinePlace place, string more)
    {
        var network = await PlaceNetwork.StartAsync(place, Address, Remote);
        _networks.Add(place, network);
        var deployment = _deployment is null ? "" : $"  deployment: {_deployment}\n";
        place.Set($"temporal:\n  address: {network.Address}\n{deployment}wip:\n  remote: {Remote}\n  interval: {_interval}\n{more}");
    }

    /// <summary>Waits until the run has landed.</summary>
    /// <param name="keeper">The owner host of the run, or null for the host that started it.</param>
    /// <exception cref="TimeoutException">It has not; with what there is to know of it.</exception>
    public Task UntilCompletedAsync(MachinePlace? keeper = null) =>
        UntilAsync(keeper ?? Home, status => (string?)status["state"] == "completed");

    /// <summary>Waits until the record of the run on a machine says so.</summary>
    /// <exception cref="TimeoutException">It does not; with what there is to know of the run.</exception>
    public async Task UntilAsync(MachinePlace keeper, Func<JsonNode, bool> holds)
    {
        try
        {
            await keeper.UntilAsync("night", holds);
        }
        catch (TimeoutException late)
        {
            var told = new List<string>();
            foreach (var place in new[] { keeper, Home }.Distinct())
            {
                told.Add((await place.CallAsync("status", "night")).Output);
            }
            told.Add((await keeper.CallAsync("events", "night")).Output);
            told.Add(await Home.RefsOfAsync(Remote, "refs"));
            told.AddRange(await ListStepsAsync("night"));
            throw new TimeoutException(string.Join('\n', told.Concat(All.Select(host => $"-- {host.Folder}\n{host.Said()}"))), late);
        }
    }

    /// <summary>Pending and running activities of a run, as the server reports them.</summary>
    private async Task<IReadOnlyList<string>> ListStepsAsync(string run)
    {
        var client = await TemporalClient.ConnectAsync(new TemporalClientConnectOptions(Address));
        var steps = new List<string>();
        await foreach (var execution in client.ListWorkflowsAsync(RunIds.OpenFamilyQuery(run)))
        {
            var known = await client.WorkflowService.DescribeWorkflowExecutionAsync(
                new()
                {
                    Namespace = client.Options.Namespace,
                    Execution = new() { WorkflowId = execution.Id, RunId = execution.RunId },
                }
            );
            steps.Add($"{execution.Id} {known.PendingWorkflowTask}");
            steps.AddRange(known.PendingActivities.Select(step => $"  {step}"));
        }
        return steps;
    }

    /// <summary>True if the remote has the conversation of a task's agent.</summary>
    public bool HasConversationOf(string task) =>
        Home.RefsOfAsync(Remote, $"refs/orchestrator/placed/night/{task}").GetAwaiter().GetResult().Length > 0
        && Home.GitInAsync(Remote, "ls-tree", "-r", "--name-only", $"refs/orchestrator/placed/night/{task}")
            .GetAwaiter()
            .GetResult()
            .Contains("/conversations/", StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        foreach (var other in Others)
        {
            other.Dispose();
        }
        Home.Dispose();
        foreach (var network in _networks.Values)
        {
            await network.DisposeAsync();
        }
        await _server.DisposeAsync();
    }
}
