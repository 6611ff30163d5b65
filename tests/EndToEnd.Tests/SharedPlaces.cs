using System.Text.Json.Nodes;
using Orchestrator.Messages;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>A server, a shared remote and two machines.</summary>
internal sealed class SharedPlaces : IAsyncDisposable
{
    private readonly ServerUnderTest _server;
    private readonly PlaceNetwork _network;
    private readonly string _settings;
    private MachinePlace? _third;

    private SharedPlaces(ServerUnderTest server, PlaceNetwork network, string settings) =>
        (_server, _network, _settings) = (server, network, settings);

    public required MachinePlace Here { get; init; }

    public required MachinePlace There { get; init; }

    public required string Remote { get; init; }

    /// <summary>All machines.</summary>
    public IEnumerable<MachinePlace> All => _third is null ? [Here, There] : [Here, There, _third];

    /// <summary>The agent works, and its changes and its conversation are on the remote.</summary>
    public bool IsShared() =>
        File.Exists(Here.Beside("working"))
        && Here.RefsOfAsync(Remote, "refs/orchestrator/wip").GetAwaiter().GetResult().Length > 0
        && Here.GitInAsync(Remote, "ls-tree", "-r", "--name-only", "refs/orchestrator/runs/night")
            .GetAwaiter()
            .GetResult()
            .Contains("/conversations/", StringComparison.Ordinal)
        && Directory.GetLastWriteTimeUtc(Path.Combine(Remote, "refs", "orchestrator", "runs"))
            > File.GetLastWriteTimeUtc(Here.Beside("working")).AddSeconds(2);

    /// <summary>Begins all of it.</summary>
    /// <param name="shares">The machines share their runs by the remote.</param>
    /// <param name="hasSmallDisk">The first machine's runs are on a disk of their own (needs root).</param>
    public static async Task<SharedPlaces> CreateAsync(bool shares = true, bool hasSmallDisk = false)
    {
        var here = await MachinePlace.CreateAsync("here");
        if (hasSmallDisk)
        {
            await here.MountAsync();
        }
        here.Play(
            "one",
            new JsonObject { ["write"] = "half.txt", ["text"] = "first half\n" },
            new JsonObject { ["touch"] = here.Beside("working") },
            new JsonObject { ["waitFor"] = here.Beside("go"), ["seconds"] = 600 },
            new JsonObject { ["write"] = "one.txt", ["text"] = "whole\n" }
        );
        var there = await here.CloneAsync("there");
        var remote = await here.ShareAsync();
        var server = await ServerUnderTest.StartAsync(RunSearchAttributes.Types);
        var network = await PlaceNetwork.StartAsync(here, server.Address, remote);
        var sharing = shares ? $"wip:\n  remote: {remote}\n  interval: 1s\n" : "";
        here.Set($"temporal:\n  address: {network.Address}\n{sharing}");
        var settings = $"temporal:\n  address: {server.Address}\n{sharing}";
        there.Set(settings);
        return new SharedPlaces(server, network, settings)
        {
            Here = here,
            There = there,
            Remote = remote,
        };
    }

    /// <summary>Adds a machine with the same state as the others.</summary>
    public async Task<MachinePlace> AddThirdAsync()
    {
        _third = await Here.CloneAsync("third");
        _third.Set(_settings);
        return _third;
    }

    public async ValueTask DisposeAsync()
    {
        _third?.Dispose();
        There.Dispose();
        Here.Dispose();
        await _network.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>Cuts the first machine off from the server and from the remote, both ways, or joins it again.</summary>
    public void Part(bool isApart) => _network.Part(server: isApart, remote: isApart);

    /// <summary>Lets the remote refuse pushes, or accept them again.</summary>
    public void Refuse(bool refuses) => PlaceNetwork.Refuse(Remote, refuses);

    /// <summary>Lets the remote have an older state of the run, and waits until it has the present one again.</summary>
    public async Task RewindAsync()
    {
        const string Runs = "refs/orchestrator/runs";
        var (tree, name) = ((await Here.RefsOfAsync(Remote, Runs)).Split(' ')[0] + "^{tree}", Runs + "/night");
        string[] asTest = ["-c", "user.name=T", "-c", "user.email=t@localhost"];
        var old = (await Here.GitInAsync(Remote, [.. asTest, "commit-tree", "-m", "An older state", tree])).Trim();
        await Here.GitInAsync(Remote, "update-ref", name, old);
        await Eventually.AskAsync(async () => (await Here.RefsOfAsync(Remote, name)).Contains(old, StringComparison.Ordinal) ? null : name);
    }

    /// <summary>True if an agent works on the first machine.</summary>
    public bool IsAgentAtWorkHere() => Here.IsAgentAtWork();

    /// <summary>Waits until no agent works on the first machine.</summary>
    /// <exception cref="TimeoutException">One does; with what the programs there have said.</exception>
    public Task UntilNoAgentIsAtWorkHereAsync() => Here.UntilAsync(() => !IsAgentAtWorkHere(), "an agent is at work there");
}
