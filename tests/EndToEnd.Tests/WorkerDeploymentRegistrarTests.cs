using System.Text.Json.Nodes;
using Orchestrator.TestKit;
using Temporalio.Client;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Workers of two versions on one server, in a worker deployment: runs are continued by the current version alone.</summary>
public class WorkerDeploymentRegistrarTests
{
    [SharingFact]
    public async Task Runs_OfADeployment_GoOverToTheVersionThatIsMadeCurrent()
    {
        await using var hosts = await SpreadHosts.CreateAsync(tasks: 1, others: 0, slots: 1, deployment: "nightly");
        var home = hosts.Home;
        home.Play(
            "t1",
            new JsonObject { ["touch"] = home.Beside("working") },
            new JsonObject { ["waitFor"] = home.Beside("go"), ["seconds"] = 300 },
            new JsonObject { ["write"] = "t1.txt", ["text"] = "work of t1\n" }
        );
        await BeAsync(home, "old");
        await using var old = await home.ServeAsync("worker", "--yes");
        await home.UntilSaidAsync("old is the current version of the worker deployment nightly");
        await StartAsync("night");
        await home.UntilAsync(() => File.Exists(home.Beside("working")), "no agent is at work");
        await old.SignalAsync("KILL");

        await BeAsync(home, "new");
        await using (var other = await home.ServeAsync("worker", "--yes"))
        {
            await home.UntilSaidAsync("The current version of the worker deployment nightly is old, and this worker is new");
            await File.WriteAllTextAsync(home.Beside("go"), "");
            await StartAsync("later");
            // The step of this machine is done here; what comes of it waits for a worker of the current version.
            await home.UntilAsync(() => !home.IsAgentAtWork(), "the agent is at work still");
            await Task.Delay(TimeSpan.FromSeconds(3));
            Assert.Equal("", (await home.GitAsync("log", "--format=%h", "main", "--", "t1.txt")).Trim());
            Assert.Equal(2, await EventsOfAsync("later"));
        }
        await using var current = await home.ServeAsync("worker", "--yes", "--make-current");

        await home.UntilSaidAsync(
            "new is the current version of the worker deployment nightly, so its workers continue runs, and workers of old"
        );
        await home.UntilAsync("night", status => (string?)status["state"] == "completed");
        await home.UntilAsync("later", status => (string?)status["state"] == "completed");
        Assert.Equal("work of t1", await home.ReadAsync("main:t1.txt"));
        Assert.Equal(1, (int?)JsonNode.Parse((await home.CallAsync("status", "night", "--json")).Output)!["agentStarts"]);

        Task StartAsync(string run) => new SdkClient(hosts.Address, run).StartPlanAsync(home.Folder);

        async Task<int> EventsOfAsync(string run)
        {
            var client = await TemporalClient.ConnectAsync(new TemporalClientConnectOptions(hosts.Address));
            return (await client.GetWorkflowHandle(run).FetchHistoryAsync()).Events.Count;
        }
    }

    private static async Task BeAsync(MachinePlace place, string version)
    {
        var set = await place.CallAsync("config", "set", "--user", "temporal.build_id", version);
        Assert.True(set.ExitCode == 0, set.Error);
    }
}
