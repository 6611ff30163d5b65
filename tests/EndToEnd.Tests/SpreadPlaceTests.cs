using System.Text.Json.Nodes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Slots on hosts, given to hosts that could execute the task and held by tasks that are running.</summary>
public class SpreadPlaceTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [SharingFact]
    public async Task Task_ThatIsPaused_LeavesItsPlaceAndGoesOnThereInItsConversationWithItsFiles()
    {
        await using var hosts = await SpreadHosts.CreateAsync(tasks: 2, others: 1);
        var host = hosts.Others[0];
        hosts.Home.Play(
            Enumerable
                .Range(1, 2)
                .ToDictionary(
                    n => $"t{n}",
                    JsonNode[] (n) =>
                        [
                            new JsonObject { ["write"] = $"t{n}.txt", ["text"] = "first half\n" },
                            new JsonObject { ["touch"] = Working(n) },
                            new JsonObject { ["waitFor"] = hosts.Home.Beside($"go-{n}"), ["seconds"] = 120 },
                            new JsonObject { ["write"] = $"t{n}.txt", ["text"] = $"whole {n}\n" },
                        ]
                )
        );
        await using var worker = await host.ServeAsync("worker", "--yes", "--slots", "1");
        await using var run = await hosts.Home.ServeAsync("run", "--yes", "--run-id", "night");
        await Eventually.TrueAsync(() => File.Exists(Working(1)) || File.Exists(Working(2)), Limit);
        var (first, other) = File.Exists(Working(1)) ? (1, 2) : (2, 1);

        // The host has an old copy of the run's record, and the run's machine nothing of the task yet.
        await host.UntilAsync("night", status => (string?)status["tasks"]?[first - 1]?["state"] == "executing");
        var exported = await hosts.Home.CallAsync("move", "export", $"night/t{first}", hosts.Home.Beside("task.bundle"));
        await hosts.Home.CallAsync("pause", $"night/t{first}");
        // There is one place, and the other task needs it.
        await Eventually.TrueAsync(() => File.Exists(Working(other)), Limit);
        var kept = await hosts.Home.GitAsync("for-each-ref", $"refs/orchestrator/wip/night/t{first}");
        await File.WriteAllTextAsync(hosts.Home.Beside($"go-{other}"), "");
        await hosts.Home.UntilAsync("night", status => (string?)status["tasks"]?[other - 1]?["state"] == "merged");
        await File.WriteAllTextAsync(hosts.Home.Beside($"go-{first}"), "");
        await using var resumed = await hosts.Home.ServeAsync("resume", $"night/t{first}");
        await hosts.UntilCompletedAsync();

        Assert.Equal(2, exported.ExitCode);
        Assert.Contains($"t{first} is running on ", exported.Error, StringComparison.Ordinal);
        Assert.NotEqual("", kept);
        Assert.Equal("whole 1", await hosts.Home.ReadAsync("main:t1.txt"));
        Assert.Equal("whole 2", await hosts.Home.ReadAsync("main:t2.txt"));
        Assert.Equal(3, host.Prompts().Count());
        Assert.Single(host.Prompts(), prompt => prompt.StartsWith("You were interrupted.", StringComparison.Ordinal));
        Assert.False(host.IsAgentAtWork());

        string Working(int task) => hosts.Home.Beside($"working-{task}");
    }

    [SharingFact]
    public async Task Host_WithoutTheMemoryThatItsSettingsDemand_TakesNoTaskAndTheRunSaysWhy()
    {
        await using var hosts = await SpreadHosts.CreateAsync(tasks: 1, others: 2);
        var (small, large) = (hosts.Others[0], hosts.Others[1]);
        small.Add("hosts:\n  memory: 900TB\n");
        await using var first = await small.ServeAsync("worker", "--yes", "--slots", "1");
        await using var run = await hosts.Home.ServeAsync("run", "--yes", "--run-id", "night");

        await hosts.Home.UntilAsync(
            "night",
            status => ((string?)status["tasks"]?[0]?["reason"])?.Contains("hosts.memory requires", StringComparison.Ordinal) == true
        );
        await using var second = await large.ServeAsync("worker", "--yes", "--slots", "1");
        await hosts.UntilCompletedAsync();

        Assert.Empty(small.Prompts());
        Assert.Single(large.Prompts());
    }

    [SharingFact]
    [Trait("Category", "Full")]
    public async Task Tasks_GoOnlyWhereLabelAndPlacesAllowAndSayUntilThenWhatIsMissing()
    {
        await using var hosts = await SpreadHosts.CreateAsync(tasks: 4, others: 2, plan: n => n % 2 == 1 ? ", host: gpu" : "");
        var (labelled, plain) = (hosts.Others[0], hosts.Others[1]);
        // A second agent of the same host at the same moment is refused by mkdir.
        hosts.Home.Play(
            Enumerable
                .Range(1, 4)
                .ToDictionary(
                    n => $"t{n}",
                    JsonNode[] (n) =>
                        [
                            new JsonObject
                            {
                                ["run"] = new JsonArray(
                                    "sh",
                                    "-c",
                                    $"if mkdir ~/busy; then echo alone >t{n}.txt; sleep 1; rmdir ~/busy; else echo beside >t{n}.txt; fi"
                                ),
                            },
                        ]
                )
        );
        await using var run = await hosts.Home.ServeAsync("run", "--yes", "--run-id", "night");

        await hosts.UntilAsync(hosts.Home, status => Reasons(status).All(reason => reason.Contains("no host", StringComparison.Ordinal)));
        foreach (
            var command in (string[][])
                [
                    ["status", "night"],
                    ["show", "night/t1"],
                    ["events", "night"],
                ]
        )
        {
            Assert.Contains(
                "orchestrate worker --slots 1 --label gpu",
                string.Join(' ', (await hosts.Home.CallAsync(command)).Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
                StringComparison.Ordinal
            );
        }
        await using var second = await plain.ServeAsync("worker", "--yes", "--slots", "1");
        await hosts.UntilAsync(hosts.Home, status => Enumerable.Range(1, 2).All(n => IsMerged(status, n * 2)));
        var waiting = JsonNode.Parse((await hosts.Home.CallAsync("status", "night", "--json")).Output)!;
        await using var first = await labelled.ServeAsync("worker", "--yes", "--slots", "1", "--label", "gpu");
        await hosts.UntilCompletedAsync();

        Assert.Equal([0, 2], Enumerable.Range(0, 4).Where(n => !IsMerged(waiting, n + 1)));
        Assert.All((int[])[0, 2], n => Assert.Contains("no connected host has that label", Reasons(waiting)[n], StringComparison.Ordinal));
        Assert.Equal((2, 2), (labelled.Prompts().Count(), plain.Prompts().Count()));
        for (var n = 1; n <= 4; n++)
        {
            Assert.Equal("alone", await hosts.Home.ReadAsync($"main:t{n}.txt"));
        }

        static string[] Reasons(JsonNode status) => [.. status["tasks"]!.AsArray().Select(task => (string?)task!["reason"] ?? "")];

        static bool IsMerged(JsonNode status, int task) => (string?)status["tasks"]?[task - 1]?["state"] == "merged";
    }
}
