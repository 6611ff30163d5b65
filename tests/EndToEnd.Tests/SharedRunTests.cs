using System.Text.Json.Nodes;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Runs that machines share by a git remote, on one server: each machine has a home and a clone of its own. Homes make machines
/// where this machine is a container.</summary>
public class SharedRunTests
{
    [SharingFact]
    public async Task Run_WhoseMachineDies_GoesOnElsewhereInItsConversationAndTheStartIsCounted()
    {
        await using var places = await Places.CreateAsync();
        await places.Here.KillWhenAsync(places.IsShared, "run", "--yes", "--run-id", "night");
        await File.WriteAllTextAsync(places.Here.Beside("go"), "");

        // A machine that has gone counts as such after 90 seconds; the person knows it before.
        var moved = await places.There.CallAsync("move", "night", "--yes", "--force");

        Assert.True(moved.ExitCode == 0, moved.Error);
        Assert.Contains("2 agent starts", moved.Error, StringComparison.Ordinal);
        Assert.Contains("was left on another machine", moved.Error, StringComparison.Ordinal);
        Assert.Equal("first half", await places.There.ReadAsync("main:half.txt"));
        Assert.Equal("whole", await places.There.ReadAsync("main:one.txt"));
        var prompts = places.There.Prompts().ToList();
        Assert.Equal(2, prompts.Count);
        Assert.StartsWith("You were interrupted.", prompts[1], StringComparison.Ordinal);
    }

    [SharingFact]
    public async Task Move_OfARunThatWasNotShared_NamesWhatIsMissingAndChangesNothing()
    {
        await using var places = await Places.CreateAsync(shares: false);
        await places.Here.KillWhenAsync(() => File.Exists(places.Here.Beside("working")), "run", "--yes", "--run-id", "night");

        var moved = await places.There.CallAsync("move", "night", "--yes", "--force");
        var byRemote = await places.There.CallAsync("move", "night", "--yes", "--force", "--remote", places.Remote);
        await File.WriteAllTextAsync(places.Here.Beside("go"), "");
        var resumed = await places.Here.CallAsync("resume", "night", "--yes");

        Assert.Equal((2, 2), (moved.ExitCode, byRemote.ExitCode));
        Assert.Contains("its files are missing (.orchestrator/runs/night)", moved.Error, StringComparison.Ordinal);
        Assert.Contains("does not have it", byRemote.Error, StringComparison.Ordinal);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
    }

    /// <summary>A server, a shared remote and two machines.</summary>
    private sealed class Places : IAsyncDisposable
    {
        private readonly Temporal.Server.TemporalServer _server;

        private Places(Temporal.Server.TemporalServer server, MachinePlace here, MachinePlace there, string remote) =>
            (_server, Here, There, Remote) = (server, here, there, remote);

        public MachinePlace Here { get; }

        public MachinePlace There { get; }

        public string Remote { get; }

        /// <summary>The agent works, and what it has written is on the remote.</summary>
        public bool IsShared() =>
            File.Exists(Here.Beside("working"))
            && Here.RefsOfAsync(Remote, "refs/orchestrator/wip").GetAwaiter().GetResult().Length > 0
            && Directory.GetLastWriteTimeUtc(Path.Combine(Remote, "refs", "orchestrator", "runs"))
                > File.GetLastWriteTimeUtc(Here.Beside("working")).AddSeconds(2);

        public static async Task<Places> CreateAsync(bool shares = true)
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
            return new Places(server, here, there, remote);
        }

        public async ValueTask DisposeAsync()
        {
            There.Dispose();
            Here.Dispose();
            await _server.StopAsync();
        }
    }
}

/// <summary>Needs a container, where a home of its own makes a machine (<c>tests/allowed-skips.txt</c>).</summary>
internal sealed class SharingFactAttribute : FactAttribute
{
    public SharingFactAttribute() =>
        Skip = MachineFacts.Read(new Dictionary<string, string>()).IsContainer
            ? null
            : "This machine has an id of its own, whatever the home.";
}
