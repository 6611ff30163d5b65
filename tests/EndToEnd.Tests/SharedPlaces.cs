using System.Text.Json.Nodes;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>A server, a shared remote and two machines.</summary>
internal sealed class SharedPlaces : IAsyncDisposable
{
    private readonly Temporal.Server.TemporalServer _server;

    private SharedPlaces(Temporal.Server.TemporalServer server, MachinePlace here, MachinePlace there, string remote) =>
        (_server, Here, There, Remote) = (server, here, there, remote);

    public MachinePlace Here { get; }

    public MachinePlace There { get; }

    public string Remote { get; }

    /// <summary>The agent works, and what it has written and its conversation are on the remote.</summary>
    public bool IsShared() =>
        File.Exists(Here.Beside("working"))
        && Here.RefsOfAsync(Remote, "refs/orchestrator/wip").GetAwaiter().GetResult().Length > 0
        && Here.GitInAsync(Remote, "ls-tree", "-r", "--name-only", "refs/orchestrator/runs/night")
            .GetAwaiter()
            .GetResult()
            .Contains("/conversations/", StringComparison.Ordinal)
        && Directory.GetLastWriteTimeUtc(Path.Combine(Remote, "refs", "orchestrator", "runs"))
            > File.GetLastWriteTimeUtc(Here.Beside("working")).AddSeconds(2);

    public static async Task<SharedPlaces> CreateAsync(bool shares = true)
    {
        var here = await MachinePlace.CreateAsync("here");
        here.Play(
            "one",
            new JsonObject { ["write"] = "half.txt", ["text"] = "first half\n" },
            new JsonObject { ["touch"] = here.Beside("working") },
            new JsonObject { ["waitFor"] = here.Beside("go"), ["seconds"] = 90 },
            new JsonObject { ["write"] = "one.txt", ["text"] = "whole\n" }
        );
        var there = await here.CloneAsync("there");
        var remote = await here.ShareAsync();
        var server = new Temporal.Server.TemporalServer(
            new Temporal.Server.TemporalServerOptions { Address = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0) }
        );
        await server.StartAsync();
        var address = server.Addresses[0].Split("//")[^1];
        foreach (var place in (MachinePlace[])[here, there])
        {
            place.Set($"temporal:\n  address: {address}\n" + (shares ? $"wip:\n  remote: {remote}\n  interval: 1s\n" : ""));
        }
        return new SharedPlaces(server, here, there, remote);
    }

    public async ValueTask DisposeAsync()
    {
        There.Dispose();
        Here.Dispose();
        await _server.StopAsync();
    }

    /// <summary>Whether the remote refuses what is pushed.</summary>
    public void Refuse(bool refuses)
    {
        var hook = Path.Combine(Directory.CreateDirectory(Path.Combine(Remote, "hooks")).FullName, "pre-receive");
        File.WriteAllText(hook, $"#!/bin/sh\nexit {(refuses ? 1 : 0)}\n");
        File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

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

    /// <summary>Whether an agent works on the first machine.</summary>
    public bool IsAgentAtWorkHere() =>
        ProcessTable.FindByEnvironment("ORCHESTRATOR_REPOSITORY", Here.Folder).Any(process => !process.IsDead);
}
