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

    /// <summary>The owner host runs the gates of one lane, and a host with a free slot those of the other.</summary>
    [SharingFact]
    public async Task Gates_OfTwoLanes_RunOnTheOwnerHostAndOnAHostWithAFreeSlot()
    {
        await using var hosts = await SpreadHosts.CreateAsync(
            tasks: 2,
            others: 2,
            settings: "merge: {batch: 1, scopes: {one: [t1.txt], two: [t2.txt]}}\ngates: {integration: [sleep 8]}\n"
        );
        await using var first = await hosts.Others[0].ServeAsync("worker", "--yes", "--slots", "2");
        await using var second = await hosts.Others[1].ServeAsync("worker", "--yes", "--slots", "2");
        await using var run = await hosts.Home.ServeAsync("run", "--yes", "--run-id", "night");

        await hosts.UntilCompletedAsync();

        Assert.Equal("work of t1", await hosts.Home.ReadAsync("main:t1.txt"));
        Assert.Equal("work of t2", await hosts.Home.ReadAsync("main:t2.txt"));
        Assert.Single(GatesOn(hosts.Home));
        Assert.Single(hosts.Others.SelectMany(GatesOn));
        Assert.Contains("gates ran on ", (await hosts.Home.CallAsync("events", "night")).Output, StringComparison.Ordinal);
        Assert.Equal("", await hosts.Home.RefsOfAsync(hosts.Remote, "refs/orchestrator/placed/night/@merge-*"));

        static IEnumerable<string> GatesOn(MachinePlace host) =>
            Directory
                .EnumerateDirectories(Path.Combine(host.Folder, ".orchestrator/runs/night/tasks"))
                .Select(task => Path.Combine(task, "merge-gates-1"))
                .Where(Directory.Exists);
    }

    [SharingFact]
    public async Task Mail_BetweenAgentsOnTwoHosts_ArrivesAndIsAnswered()
    {
        await using var hosts = await SpreadHosts.CreateAsync(tasks: 2, others: 2);
        hosts.Home.Play(
            new Dictionary<string, JsonNode[]>
            {
                ["t1"] = Converses("'$o' mail send t2 'What is the name?' && " + Hears("It is Kim", "t1.txt")),
                ["t2"] = Converses(Hears("What is the name?", "t2.txt") + " && '$o' mail send t1 'It is Kim'"),
            }
        );
        await using var first = await hosts.Others[0].ServeAsync("worker", "--yes", "--slots", "1");
        await using var second = await hosts.Others[1].ServeAsync("worker", "--yes", "--slots", "1");
        await using var run = await hosts.Home.ServeAsync("run", "--yes", "--run-id", "night");

        await hosts.UntilCompletedAsync();

        Assert.All(hosts.Others, host => Assert.Single(host.Prompts()));
        Assert.Contains("What is the name?", await hosts.Home.ReadAsync("main:t2.txt"), StringComparison.Ordinal);
        Assert.Contains("It is Kim", await hosts.Home.ReadAsync("main:t1.txt"), StringComparison.Ordinal);
        Assert.Equal(2, File.ReadLines(Path.Combine(hosts.Home.Folder, ".orchestrator/runs/night/mail/messages.jsonl")).Count());

        JsonNode[] Converses(string script) =>
            [
                new JsonObject
                {
                    ["run"] = new JsonArray("sh", "-c", script.Replace("$o", OrchestrateProgram.Path, StringComparison.Ordinal)),
                },
            ];

        static string Hears(string text, string file) =>
            $"for i in $(seq 200); do '$o' mail check >{file}; grep -q '{text}' {file} && break; sleep 0.5; done";
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
            status => Reason(status).Contains("waits for a host with a free slot", StringComparison.Ordinal)
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
