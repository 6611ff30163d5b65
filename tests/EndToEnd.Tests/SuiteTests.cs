using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>
/// Suites that own a port, a fixed name in the temporary folder or a server, side by side: none fails another one, and no agent pays for a
/// neighbour.
/// </summary>
public sealed class SuiteTests : IDisposable
{
    private readonly TempFolder _home = new();

    private string State => _home[".local/state/orchestrator/machines"];

    public void Dispose() => _home.Dispose();

    [Fact]
    public Task PortsNamesAndServers_OfTasksAtOnce_DoNotMeet() => SuitesOfTheirOwnAsync(2);

    [Fact]
    [Trait("Category", "Full")]
    public Task PortsNamesAndServers_OfEightTasksAtOnce_DoNotMeet() => SuitesOfTheirOwnAsync(8);

    [Fact]
    [Trait("Category", "Full")]
    public async Task FixedPort_OfEightTasksAtOnce_IsExclusive()
    {
        using var place = await SuiteWorkplace.CreateAsync(_home, 8, ", exclusive: port", $"port={FreePort()} hold=100");

        var run = await place.RunAsync("run", "--yes");

        await AssertLandedAsync(place, run, 8);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [Trait("Category", "Full")]
    public async Task FixedPort_NotSaidToBeExclusive_IsTriedAloneAndChargedToNobody(int tasks)
    {
        using var place = await SuiteWorkplace.CreateAsync(_home, tasks, "", $"port={FreePort()} hold=1000");

        var run = await place.RunAsync("run", "--yes");

        await AssertLandedAsync(place, run, tasks);
        Assert.Contains(
            "run again alone it passed",
            string.Concat(
                Directory
                    .EnumerateFiles(place.Repository[".orchestrator/runs"], "gate-*", SearchOption.AllDirectories)
                    .Select(File.ReadAllText)
            )
                + string.Concat(
                    Directory
                        .EnumerateFiles(place.Repository[".orchestrator/runs"], "*.json", SearchOption.AllDirectories)
                        .Select(File.ReadAllText)
                ),
            StringComparison.Ordinal
        );
    }

    [Fact]
    [Trait("Category", "Full")]
    public async Task OneName_InTwoRepositories_OneWaitsForTheOther()
    {
        var port = FreePort();
        using var first = await SuiteWorkplace.CreateAsync(_home, 2, ", exclusive: port", $"port={port} hold=500");
        using var second = await SuiteWorkplace.CreateAsync(_home, 2, ", exclusive: port", $"port={port} hold=500");

        var firstRun = first.RunAsync("run", "--yes");
        await AssertLandedAsync(second, await second.RunAsync("run", "--yes"), 2);
        await AssertLandedAsync(first, await firstRun, 2);
    }

    [Fact]
    public async Task Orchestrator_KilledWhileItsGateHoldsTheName_TheRunThatWaitsTakesItWhenTheOrphanIsEnded()
    {
        var port = FreePort();
        using var killed = await SuiteWorkplace.CreateAsync(_home, 1, ", exclusive: port", $"port={port} begun=killed until=go");
        using var other = await SuiteWorkplace.CreateAsync(_home, 1, ", exclusive: port", $"port={port} begun=other");
        var mayBeKilled = false;
        var killing = killed.Orchestrate.KillWhenAsync(_home["killed.log"], () => mayBeKilled, "run", "--yes");
        await Eventually.TrueAsync(() => File.Exists(_home["killed"]) || killing.IsCompleted, TimeSpan.FromMinutes(2));

        var next = other.RunAsync("run", "--yes");
        var queue = Path.Combine(Assert.Single(Directory.GetDirectories(State)), "exclusive", "port");
        await Eventually.TrueAsync(
            () => Directory.EnumerateFiles(queue, "*.json").Count(file => Path.GetFileName(file) != "turns.json") == 2 || next.IsCompleted,
            TimeSpan.FromMinutes(2)
        );
        var shown = await other.RunAsync("status");
        var waiting = (await other.StatusAsync())["waiting"]!.AsArray().FirstOrDefault();
        var isBeside = File.Exists(_home["other"]);
        mayBeKilled = true;
        await killing;

        await AssertLandedAsync(other, await next, 1);
        Assert.Equal(("port", false), ((string?)waiting?["exclusive"], isBeside));
        Assert.Equal((string?)(await killed.StatusAsync())["runId"], (string?)waiting!["holderRun"]);
        Assert.Contains("waits for 'port'", shown.StandardOutput.Text + shown.StandardError.Text, StringComparison.Ordinal);
        _home.Write("go", "");
        await AssertLandedAsync(killed, await killed.RunAsync("resume", "--yes"), 1);
    }

    private async Task SuitesOfTheirOwnAsync(int tasks)
    {
        using var place = await SuiteWorkplace.CreateAsync(_home, tasks, "", "own hold=300", byAgent: "own");

        var run = await place.RunAsync("run", "--yes");

        await AssertLandedAsync(place, run, tasks);
        Assert.All(place.Seen, seen => Assert.Equal($"{(int)seen["port"]! + 2} {seen["name"]} {seen["tmp"]}", (string?)seen["config"]));
        Assert.All(place.Seen, seen => Assert.Matches("^[a-z][a-z0-9_]{0,19}$", (string?)seen["name"]));
        Assert.All(place.Seen, seen => Assert.False(Directory.Exists((string)seen["tmp"]!), $"{seen["tmp"]} is still there."));
        Assert.All(place.Seen, seen => AssertFree((int)seen["port"]! + 1));
        Assert.Empty(Directory.EnumerateFiles(State, "*.json", SearchOption.AllDirectories));
    }

    private static async Task AssertLandedAsync(SuiteWorkplace place, ProcessResult run, int tasks)
    {
        var status = await place.StatusAsync();
        Assert.True(run.ExitCode == 0, run.StandardOutput.Text + run.StandardError.Text + status);
        Assert.True(
            ((string?)status["state"], (int)status["agentStarts"]!) == ("completed", tasks),
            $"{tasks} tasks\n{run.StandardError.Text}\n{(await place.RunAsync("events")).StandardOutput.Text}\n{status}"
        );
        for (var task = 1; task <= tasks; task++)
        {
            Assert.Equal($"t{task}", await place.Repository.GitAsync("show", $"main:t{task}.txt"));
        }
    }

    private static void AssertFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
    }

    private static string FreePort()
    {
        // Below those that the system gives away by itself, so that nobody is given it meanwhile.
        for (var port = Random.Shared.Next(12000, 19000); ; port++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Any, port));
                return $"{port}";
            }
            catch (SocketException)
            {
                continue;
            }
        }
    }
}
