using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>A run whose tasks are on two hosts, and what befalls one of its machines while an agent works.</summary>
internal sealed class SpreadStage : IAsyncDisposable
{
    private readonly Round _round;
    private readonly Dictionary<MachinePlace, ServingProcess> _workers = [];
    private readonly List<ServingProcess> _ended = [];
    private readonly RandomSteering? _steering;

    private SpreadStage(Round round, SpreadHosts hosts)
    {
        (_round, Hosts, Keeper) = (round, hosts, hosts.Home);
        _steering = round.Steering is { } seed
            ? new RandomSteering(new SdkClient(hosts.Address, "night"), 1 + round.More, new Random(seed))
            : null;
    }

    public SpreadHosts Hosts { get; }

    /// <summary>The machine that the run belongs to.</summary>
    public MachinePlace Keeper { get; private set; }

    private MachinePlace One => Hosts.Others[0];

    private MachinePlace Other => Hosts.Others[1];

    private string Starts => Hosts.Home.Beside("starts");

    /// <summary>Begins all of it but the run.</summary>
    public static async Task<SpreadStage> CreateAsync(Round round)
    {
        var hosts = await SpreadHosts.CreateAsync(tasks: 1 + round.More, others: 2, areShallow: round.AreShallow);
        var home = hosts.Home;
        home.Play(Enumerable.Range(1, 1 + round.More).ToDictionary(n => $"t{n}", n => StepsOf(home, n)));
        if (round.Deed == Deed.FullDisk)
        {
            await hosts.Others[0].MountAsync();
        }
        if (round.Clock != TimeSpan.Zero)
        {
            hosts.Others[0].SetClock(round.Clock);
        }
        if (round.AreOneMachine)
        {
            foreach (var host in hosts.Others)
            {
                host.BeMachine("one");
            }
        }
        return new SpreadStage(round, hosts);
    }

    private static JsonNode[] StepsOf(MachinePlace home, int n) =>
        [
            new JsonObject { ["run"] = new JsonArray("/bin/sh", "-c", $"echo t{n} ${{start}} >> '{home.Beside("starts")}'") },
            new JsonObject { ["write"] = $"half{n}.txt", ["text"] = $"first half of {n}\n" },
            new JsonObject { ["touch"] = home.Beside($"working{n}") },
            .. n == 1
                ? (JsonNode[])[new JsonObject { ["waitFor"] = home.Beside("go"), ["seconds"] = 600 }]
                : [new JsonObject { ["waitFor"] = home.Beside("never"), ["seconds"] = 3 * n }],
            new JsonObject { ["write"] = $"t{n}.txt", ["text"] = $"whole {n}\n" },
        ];

    /// <summary>Begins the run, and waits for the moment.</summary>
    public async Task BeginAsync()
    {
        await ServeAsync(One);
        if (_round.After is { } after)
        {
            await ServeAsync(Other);
            await One.UntilSaidAsync("Working on");
            await Other.UntilSaidAsync("Working on");
            await RunAsync();
            await Task.Delay(after);
            return;
        }
        await RunAsync();
        // The other tasks may have the place on the first host before.
        await Hosts.UntilAsync(Keeper, _ => File.Exists(Hosts.Home.Beside("working1")) && Hosts.HasConversationOf("t1"));
        await ServeAsync(Other);
    }

    /// <summary>Lets what was drawn befall the machines, until it is over.</summary>
    public async Task DoAsync()
    {
        switch (_round.Deed)
        {
            case Deed.Kill:
                await _workers[One].SignalAsync("KILL");
                await UntilGoneAsync(One);
                await ServeAsync(One);
                await UntilNoneIsAtWorkAsync(One);
                break;
            case Deed.EndWorker:
                await EndAsync(One);
                await UntilNoneIsAtWorkAsync(One);
                await ServeAsync(One);
                break;
            case Deed.Freeze:
                await _workers[One].SignalAsync("STOP");
                await UntilGoneAsync(One);
                await _workers[One].SignalAsync("CONT");
                await UntilNoneIsAtWorkAsync(One);
                break;
            case Deed.FreezeForAMoment:
                await _workers[One].SignalAsync("STOP");
                await Task.Delay(TimeSpan.FromSeconds(8));
                await _workers[One].SignalAsync("CONT");
                break;
            case Deed.CutServer or Deed.Cut:
                Part(One, server: true, remote: _round.Deed == Deed.Cut);
                await UntilGoneAsync(One);
                Part(One);
                await UntilNoneIsAtWorkAsync(One);
                break;
            case Deed.CutServerForAMoment or Deed.CutForAMoment or Deed.CutRemote:
                Part(One, server: _round.Deed != Deed.CutRemote, remote: _round.Deed != Deed.CutServerForAMoment);
                await GoAsync();
                await Task.Delay(TimeSpan.FromSeconds(_round.Deed == Deed.CutRemote ? 30 : 8));
                Part(One);
                break;
            case Deed.CutServerUntilItsAgentHasEnded or Deed.CutUntilItsAgentHasEnded:
                Part(One, server: true, remote: _round.Deed == Deed.CutUntilItsAgentHasEnded);
                await GoAsync();
                // What it has pushed by then may be all, and no other host begins an agent.
                await Task.Delay(TimeSpan.FromSeconds(40));
                await UntilNoneIsAtWorkAsync(One);
                Part(One);
                break;
            case Deed.Refuse:
                PlaceNetwork.Refuse(Hosts.Remote, refuses: true);
                await GoAsync();
                await Task.Delay(TimeSpan.FromSeconds(10));
                PlaceNetwork.Refuse(Hosts.Remote, refuses: false);
                break;
            case Deed.Rewind or Deed.LoseRef:
                await ChangeRemoteAsync();
                break;
            case Deed.FullDisk:
                One.Fill(isFull: true);
                await Task.Delay(TimeSpan.FromSeconds(5));
                await GoAsync();
                await Task.Delay(TimeSpan.FromSeconds(5));
                One.Fill(isFull: false);
                break;
            case Deed.KillHome:
                await _workers[Hosts.Home].SignalAsync("KILL");
                await GoAsync();
                await Task.Delay(TimeSpan.FromSeconds(10));
                _ended.Add(_workers[Hosts.Home]);
                _workers[Hosts.Home] = await Hosts.Home.ServeAsync("worker", "--yes");
                break;
            case Deed.FreezeHome:
                await _workers[Hosts.Home].SignalAsync("STOP");
                await GoAsync();
                await Task.Delay(TimeSpan.FromSeconds(25));
                await _workers[Hosts.Home].SignalAsync("CONT");
                break;
            case Deed.CutHome:
                Part(Hosts.Home, server: true, remote: true);
                await GoAsync();
                await Task.Delay(TimeSpan.FromSeconds(25));
                Part(Hosts.Home);
                break;
            case Deed.TakeOver or Deed.TakeOverByTheHost:
                await TakeOverAsync();
                break;
        }
    }

    /// <summary>The machine of the run dies, another one takes its run, and it comes back.</summary>
    private async Task TakeOverAsync()
    {
        // Before its first checks have ended no worker knows by itself which repository it is of, and its log names 'move'.
        await UntilAsync(() => Shared("base/night").Length > 0 && Shared("runs/night").Length > 0, "the run was not shared");
        Keeper = _round.Deed == Deed.TakeOver ? await Hosts.AddAsync("taker") : One;
        if (Keeper == One)
        {
            _ended.Add(_workers[One]);
            await EndAsync(One);
        }
        _workers[Keeper] = await Keeper.ServeAsync([
            "worker",
            "--yes",
            "--take-over",
            "25s",
            .. Keeper == One ? (string[])["--slots", "1"] : [],
        ]);
        await _workers[Hosts.Home].SignalAsync("KILL");
        // Until something waits for the run's machine, nobody needs it.
        await GoAsync();
        await Hosts.UntilAsync(
            Keeper,
            status => ((string?)status["repository"] ?? "").Contains(Path.GetFileName(Keeper.Folder), StringComparison.Ordinal)
        );
        if (_round.Deed == Deed.TakeOver)
        {
            await Keeper.UntilSaidAsync("whose owner host offers no slots (hosts.slots)");
        }
        _ended.Add(_workers[Hosts.Home]);
        _workers[Hosts.Home] = await Hosts.Home.ServeAsync("worker", "--yes");
    }

    private async Task ChangeRemoteAsync()
    {
        const string Name = "refs/orchestrator/placed/night/t1";
        if (Shared("placed/night/t1") is not { Length: > 0 } known)
        {
            return;
        }
        if (_round.Deed == Deed.LoseRef)
        {
            await Hosts.Home.GitInAsync(Hosts.Remote, "update-ref", "-d", Name);
            return;
        }
        string[] asTest = ["-c", "user.name=T", "-c", "user.email=t@localhost"];
        var tree = known.Split(' ')[0] + "^{tree}";
        var old = (await Hosts.Home.GitInAsync(Hosts.Remote, [.. asTest, "commit-tree", "-m", "An older state", tree])).Trim();
        await Hosts.Home.GitInAsync(Hosts.Remote, "update-ref", Name, old);
    }

    private string Shared(string name) => Hosts.Home.RefsOfAsync(Hosts.Remote, $"refs/orchestrator/{name}").GetAwaiter().GetResult();

    /// <summary>Lets the agents finish their work.</summary>
    public async Task LetAgentsEndAsync()
    {
        await (_steering?.EndAsync() ?? Task.CompletedTask);
        await GoAsync();
    }

    /// <summary>All is as without any disturbance.</summary>
    public async Task CheckAsync()
    {
        var numbers = Enumerable.Range(1, 1 + _round.More).ToList();
        var found = (await Keeper.GitAsync("ls-tree", "-r", "--format=%(objectname) %(path)", "main")).Trim().Split('\n');
        var wanted = numbers
            .SelectMany(n => (string[])[$"{BlobOf($"first half of {n}\n")} half{n}.txt", $"{BlobOf($"whole {n}\n")} t{n}.txt"])
            .ToList();
        Assert.Equal(
            wanted.Order(),
            found
                .Where(line =>
                    line.Contains("half", StringComparison.Ordinal)
                    || line.Contains(" t", StringComparison.Ordinal) && !line.EndsWith("tasks.yaml", StringComparison.Ordinal)
                )
                .Order()
        );
        foreach (var n in numbers)
        {
            Assert.Single(
                (await Keeper.GitAsync("log", "--format=%h", "main", "--", $"t{n}.txt")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            );
        }
        foreach (var place in Hosts.All)
        {
            await place.UntilAsync(() => !place.IsAgentAtWork(), "an agent is at work at the end");
            Assert.True(place == Keeper || (await place.GitAsync("log", "-1", "--format=%s", "main")).Trim() == "tasks.yaml");
        }
        var told = JsonNode.Parse((await Keeper.CallAsync("status", "night", "--json")).Output)!;
        var starts = await File.ReadAllLinesAsync(Starts);
        // A start counts from the moment that the task has heard of it. Where a host is lost before it has the answer, nobody can know
        // whether the agent has begun; one that is paused at once has done nothing yet.
        var unheard = (_round.After is null ? 0 : 1) + (_steering is null ? 0 : 1);
        Assert.True(
            (int)told["agentStarts"]! - starts.Length is var more
                && more >= 0
                && more <= unheard
                && starts.Distinct().Count() == starts.Length,
            $"told {told["agentStarts"]}, were {string.Join(", ", starts)}, steered by {_steering?.Done}\n"
                + (await Keeper.CallAsync("events", "night")).Output
        );
        Assert.InRange(starts.Length, numbers.Count, numbers.Count + MostAgain + (_steering?.Interrupts ?? 0));
    }

    /// <summary>Keeps all that its machines have, and what they have said, below a folder.</summary>
    public async Task KeepAsync(string folder)
    {
        var kept = Directory.CreateDirectory(Path.Combine(folder, Path.GetRandomFileName())).FullName;
        using var copy = System.Diagnostics.Process.Start("cp", ["-a", Path.GetDirectoryName(Hosts.Home.Beside("x"))!, kept]);
        await copy.WaitForExitAsync();
        await File.WriteAllLinesAsync(Path.Combine(kept, "round"), [_round.ToString(), _steering?.Done ?? ""]);
        foreach (var (place, n) in Hosts.All.Select((place, n) => (place, n)))
        {
            await File.WriteAllTextAsync(Path.Combine(kept, $"said-{n}"), $"{place.Folder}\n{place.Said()}");
        }
    }

    /// <summary>Highest number of agent starts that the event may cost.</summary>
    private int MostAgain =>
        _round.Deed switch
        {
            Deed.None or Deed.FreezeForAMoment or Deed.CutServerForAMoment or Deed.CutForAMoment or Deed.CutRemote or Deed.Refuse => 0,
            Deed.Rewind or Deed.LoseRef or Deed.KillHome or Deed.FreezeHome or Deed.CutHome => 0,
            _ => _round.More + 1,
        };

    private static string BlobOf(string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        var header = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {content.Length}\0"));
#pragma warning disable CA5350 // Git names objects so.
        return Convert.ToHexStringLower(SHA1.HashData([.. header, .. content]));
#pragma warning restore CA5350
    }

    private void Part(MachinePlace place, bool server = false, bool remote = false) => Hosts.NetworkOf(place).Part(server, remote);

    private Task GoAsync() => File.WriteAllTextAsync(Hosts.Home.Beside("go"), "");

    /// <summary>Starts the run: a user at its machine does, or another service that steers it from then on.</summary>
    private async Task RunAsync()
    {
        if (_steering is not null)
        {
            _workers[Hosts.Home] = await Hosts.Home.ServeAsync("worker", "--yes");
            await _steering.StartAsync(Hosts.Home.Folder);
            return;
        }
        _workers[Hosts.Home] = await Hosts.Home.ServeAsync("run", "--yes", "--run-id", "night");
        await Hosts.Home.UntilSaidAsync("night has started");
    }

    private async Task ServeAsync(MachinePlace host)
    {
        if (_workers.TryGetValue(host, out var before))
        {
            _ended.Add(before);
        }
        _workers[host] = await host.ServeAsync("worker", "--yes", "--slots", "1");
    }

    /// <summary>Waits until the server has given what a host had to others, or the host had nothing.</summary>
    private Task UntilGoneAsync(MachinePlace host) =>
        _round.After is null ? Other.UntilAsync(() => Other.Prompts().Any(), "no other host has it") : Task.Delay(TimeSpan.FromSeconds(30));

    /// <summary>Waits until no agent works on a host. Where it was none's turn to be placed there, another task may be by now.</summary>
    private Task UntilNoneIsAtWorkAsync(MachinePlace host) =>
        _round is { After: null, More: 0, Steering: null }
            ? host.UntilAsync(() => !host.IsAgentAtWork(), "an agent is at work there")
            : Task.CompletedTask;

    /// <summary>Ends the worker of a host as a system does that goes down: what was begun in the background of a shell ignores
    /// Ctrl-C.</summary>
    private async Task EndAsync(MachinePlace host)
    {
        await _workers[host].SignalAsync("TERM");
        await UntilAsync(() => !_workers[host].IsAlive, "its worker has not ended");
    }

    private Task UntilAsync(Func<bool> holds, string otherwise) => Hosts.Home.UntilAsync(holds, otherwise);

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers.Values.Concat(_ended))
        {
            await worker.DisposeAsync();
        }
        await (_steering?.DisposeAsync() ?? ValueTask.CompletedTask);
        await Hosts.DisposeAsync();
    }
}
