using System.Text.Json.Nodes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Tasks of one run on several hosts: each has a home and a clone of its own, and all share a server and a git remote.</summary>
public class SpreadRunTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [SharingFact]
    public async Task Run_WithTwoHosts_HasATaskDoneOnEachAtOnceAndLandsBoth()
    {
        await using var hosts = await SpreadHosts.CreateAsync(tasks: 2, others: 2);
        await using var first = await hosts.Others[0].ServeAsync("worker", "--yes", "--slots", "1");
        await using var second = await hosts.Others[1].ServeAsync("worker", "--yes", "--slots", "1");
        await using var run = await hosts.Home.ServeAsync("run", "--yes", "--run-id", "night");

        // Each agent waits until the other one is at work.
        await hosts.UntilCompletedAsync();

        Assert.All(hosts.Others, host => Assert.Single(host.Prompts()));
        Assert.Empty(hosts.Home.Prompts());
        Assert.Equal("work of t1", await hosts.Home.ReadAsync("main:t1.txt"));
        Assert.Equal("work of t2", await hosts.Home.ReadAsync("main:t2.txt"));
        // What people look at is on the run's machine.
        Assert.Contains("work of t1", (await hosts.Home.CallAsync("diff", "night/t1")).Output, StringComparison.Ordinal);
        var shown = (await hosts.Home.CallAsync("show", "night/t2")).Output;
        Assert.Contains("fake-model", shown, StringComparison.Ordinal);
        Assert.Contains("host      ", shown, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(hosts.Home.Folder, ".orchestrator/runs/night/tasks/t2/1/stdout")));
    }

    [SharingFact]
    public async Task Task_WhoseHostIsEnded_GoesHomeAtOnceWithAllThatItsAgentHasMade()
    {
        await using var hosts = await SpreadHosts.CreateAsync(tasks: 1, others: 1, slots: 0);
        var one = hosts.Others[0];
        hosts.Home.Play(
            "t1",
            new JsonObject { ["touch"] = hosts.Home.Beside("working") },
            new JsonObject { ["waitFor"] = hosts.Home.Beside("more"), ["seconds"] = 60 },
            new JsonObject { ["write"] = "t1.txt", ["text"] = "first half\n" },
            new JsonObject { ["touch"] = hosts.Home.Beside("wrote") },
            new JsonObject { ["waitFor"] = hosts.Home.Beside("go"), ["seconds"] = 60 }
        );
        await using var run = await hosts.Home.ServeAsync("run", "--yes", "--run-id", "night");
        await hosts.Home.UntilAsync(
            "night",
            status => Reason(status).Contains("waits for a host with a free place", StringComparison.Ordinal)
        );
        await using var worker = await one.ServeAsync("worker", "--yes", "--slots", "1");
        await Eventually.TrueAsync(() => File.Exists(hosts.Home.Beside("working")) && hosts.HasConversationOf("t1"), Limit);
        Assert.Contains(
            $"(on {Environment.MachineName} (",
            (await hosts.Home.CallAsync("status", "night")).Output,
            StringComparison.Ordinal
        );
        await File.WriteAllTextAsync(hosts.Home.Beside("more"), "");
        await Eventually.TrueAsync(() => File.Exists(hosts.Home.Beside("wrote")), Limit);

        await worker.SignalAsync("INT");
        await Eventually.TrueAsync(() => !one.IsAgentAtWork(), TimeSpan.FromSeconds(30));
        await File.WriteAllTextAsync(hosts.Home.Beside("go"), "");
        await using var other = await one.ServeAsync("worker", "--yes", "--slots", "1");
        await hosts.UntilCompletedAsync();

        Assert.Equal("first half", await hosts.Home.ReadAsync("main:t1.txt"));

        static string Reason(JsonNode status) => (string?)status["tasks"]?[0]?["reason"] ?? "";
    }

    [SharingFact]
    public async Task Task_ThatItsGatesRefuseOnAHost_IsRepairedThereAndMerged()
    {
        await using var hosts = await SpreadHosts.CreateAsync(
            tasks: 2,
            others: 1,
            plan: n => ", verification: [{name: right, command: grep -q right t" + n + ".txt}]"
        );
        hosts.Home.PlayStarts(
            Enumerable
                .Range(1, 2)
                .ToDictionary(
                    n => $"t{n}",
                    JsonNode[][] (n) =>
                        [
                            [new JsonObject { ["write"] = $"t{n}.txt", ["text"] = "wrong\n" }],
                            [new JsonObject { ["write"] = $"t{n}.txt", ["text"] = "right\n" }],
                        ]
                )
        );
        await using var worker = await hosts.Others[0].ServeAsync("worker", "--yes", "--slots", "2");
        await using var run = await hosts.Home.ServeAsync("run", "--yes", "--run-id", "night");
        await hosts.UntilCompletedAsync();

        Assert.Equal("right", await hosts.Home.ReadAsync("main:t1.txt"));
        Assert.Equal("right", await hosts.Home.ReadAsync("main:t2.txt"));
        Assert.Equal(4, hosts.Others[0].Prompts().Count());
        Assert.Empty(Directory.GetDirectories(Path.Combine(hosts.Others[0].Folder, ".worktrees"), "t?", SearchOption.AllDirectories));
    }

    [SharingFact]
    public async Task Task_WhoseHostIsKilled_GoesOnOnAnotherInItsConversationAndTheHostThatComesBackEndsItsAgent()
    {
        await using var hosts = await SpreadHosts.CreateAsync(tasks: 1, others: 2);
        var (one, other) = (hosts.Others[0], hosts.Others[1]);
        hosts.Home.Play(
            "t1",
            new JsonObject { ["write"] = "t1.txt", ["text"] = "first half\n" },
            new JsonObject { ["touch"] = hosts.Home.Beside("working") },
            new JsonObject { ["waitFor"] = hosts.Home.Beside("go"), ["seconds"] = 120 },
            new JsonObject { ["write"] = "t1.txt", ["text"] = "whole\n" }
        );
        await using var first = await one.ServeAsync("worker", "--yes", "--slots", "1");
        await using var run = await hosts.Home.ServeAsync("run", "--yes", "--run-id", "night");
        await Eventually.TrueAsync(() => File.Exists(hosts.Home.Beside("working")) && hosts.HasConversationOf("t1"), Limit);

        await first.SignalAsync("KILL");
        await using var second = await other.ServeAsync("worker", "--yes", "--slots", "1");
        await other.UntilPromptsAsync(2);
        // The agent has outlived its worker, and the host is there again.
        Assert.True(one.IsAgentAtWork());
        await using var back = await one.ServeAsync("worker", "--yes", "--slots", "1");
        await Eventually.TrueAsync(() => !one.IsAgentAtWork(), TimeSpan.FromSeconds(30));
        await File.WriteAllTextAsync(hosts.Home.Beside("go"), "");
        await hosts.UntilCompletedAsync();

        Assert.StartsWith("You were interrupted.", other.Prompts().Last(), StringComparison.Ordinal);
        Assert.Single(one.Prompts());
        Assert.Equal("whole", await hosts.Home.ReadAsync("main:t1.txt"));
        Assert.Single(
            (await hosts.Home.GitAsync("log", "--format=%h", "main", "--", "t1.txt")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        );
        var told = JsonNode.Parse((await hosts.Home.CallAsync("status", "night", "--json")).Output)!;
        Assert.Equal(2, (int?)told["agentStarts"]);
    }
}

/// <summary>A server, a shared remote, the machine of a run and other hosts.</summary>
internal sealed class SpreadHosts : IAsyncDisposable
{
    private readonly Temporal.Server.TemporalServer _server;

    private SpreadHosts(Temporal.Server.TemporalServer server, MachinePlace home, IReadOnlyList<MachinePlace> others, string remote) =>
        (_server, Home, Others, Remote) = (server, home, others, remote);

    /// <summary>The machine of the run, which does none of its tasks.</summary>
    public MachinePlace Home { get; }

    public IReadOnlyList<MachinePlace> Others { get; }

    public string Remote { get; }

    /// <summary>A run of independent tasks <c>t1</c>, <c>t2</c> ..., each of which waits until all are at work.</summary>
    /// <param name="tasks">How many.</param>
    /// <param name="others">How many other hosts.</param>
    /// <param name="slots">Places on the machine of the run.</param>
    /// <param name="plan">Members of a task beside its files.</param>
    public static async Task<SpreadHosts> CreateAsync(int tasks, int others, int slots = 0, Func<int, string>? plan = null)
    {
        var home = await MachinePlace.CreateAsync("home");
        var all = Enumerable.Range(1, tasks).ToList();
        await home.CommitAsync(
            "tasks.yaml",
            "tasks:\n"
                + string.Concat(all.Select(n => $"  - {{id: t{n}, description: Task {n}, files_write: [t{n}.txt]{plan?.Invoke(n)}}}\n"))
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
            hosts.Add(await home.CloneAsync($"host{other}"));
        }
        var remote = await home.ShareAsync();
        var server = new Temporal.Server.TemporalServer(
            new Temporal.Server.TemporalServerOptions { Address = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0) }
        );
        await server.StartAsync();
        var address = server.Addresses[0].Split("//")[^1];
        foreach (var place in (MachinePlace[])[home, .. hosts])
        {
            var spread = place == home ? $"hosts:\n  spread: true\n  slots: {slots}\nworkers: {tasks}\n" : "";
            place.Set($"temporal:\n  address: {address}\nwip:\n  remote: {remote}\n  interval: 1s\n{spread}");
        }
        return new SpreadHosts(server, home, hosts, remote);
    }

    /// <summary>Waits until the run has landed.</summary>
    /// <exception cref="TimeoutException">It has not; with what there is to know of it.</exception>
    public async Task UntilCompletedAsync()
    {
        try
        {
            await Home.UntilAsync("night", status => (string?)status["state"] == "completed");
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException(
                $"{(await Home.CallAsync("status", "night")).Output}\n{(await Home.CallAsync("events", "night")).Output}\n"
                    + string.Join('\n', Others.Append(Home).Select(host => host.Said())),
                late
            );
        }
    }

    /// <summary>Whether the remote has the conversation of a task's agent.</summary>
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
        await _server.StopAsync();
    }
}
