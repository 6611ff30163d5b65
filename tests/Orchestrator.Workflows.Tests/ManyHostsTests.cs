using System.Collections.Concurrent;
using System.Diagnostics;
using Orchestrator.Messages;
using Temporalio.Client;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Workflows.Tests;

/// <summary>A hundred hosts, each with a connection and workers of its own, take the tasks of one large run from one server.</summary>
public sealed class ManyHostsTests(ITestOutputHelper output)
{
    private const int Hosts = 100;
    private const int Slots = 5;
    private const int Tasks = 5000;

    [Fact]
    [Trait("Category", "Full")]
    public async Task Run_OfFiveThousandTasks_IsDoneByAHundredHostsAndNothingTwice()
    {
        var (spread, waits) = await PlayAsync(Hosts);
        var (alone, _) = await PlayAsync(hosts: 0);

        output.WriteLine($"{Tasks} tasks on {Hosts} hosts: {spread}; on the run's machine: {alone}; {spread.Cpu / alone.Cpu:0.0} times");
        output.WriteLine(
            $"from wanting a place to having it: p50 {waits[waits.Count / 2].TotalMilliseconds:0} ms, "
                + $"p95 {waits[waits.Count * 95 / 100].TotalMilliseconds:0} ms, longest {waits[^1].TotalMilliseconds:0} ms"
        );
    }

    private static async Task<(Played Played, IReadOnlyList<TimeSpan> Waits)> PlayAsync(int hosts)
    {
        await using var run = await ScriptedRun.CreateAsync(
            [.. Enumerable.Range(0, Tasks).Select(i => RunTests.Task($"t{i}"))],
            activities => activities.PageSize = 200,
            new RunWorkflowSettings { Workers = Hosts * Slots / 2, Places = hosts > 0 ? ScriptedHost.Places : null }
        );
        var chance = new ConcurrentDictionary<string, TimeSpan>(
            Enumerable.Range(0, Tasks).Select(i => KeyValuePair.Create($"t{i}", TimeSpan.FromMilliseconds(new Random(i).Next(200, 3000))))
        );
        run.Activities.Agent = WorkAsync;
        List<ScriptedHost> others = [];
        foreach (var number in Enumerable.Range(0, hosts))
        {
            // A host has a connection of its own.
            var server = run.Client.Connection.Options;
            var client = PayloadJsonOptions.Speaking(
                await TemporalClient.ConnectAsync(new(server.TargetHost!) { HttpConnectProxy = server.HttpConnectProxy })
            );
            others.Add(new ScriptedHost(run, $"orchestrator@host{number}/key", slots: Slots, client: client));
            others[^1].Activities.Agent = WorkAsync;
        }
        var (began, used) = (Stopwatch.GetTimestamp(), Process.GetCurrentProcess().TotalProcessorTime);

        await run.BeginAsync();
        var result = await run.Run.GetResultAsync();

        var played = new Played(Stopwatch.GetElapsedTime(began), Process.GetCurrentProcess().TotalProcessorTime - used);
        Assert.Equal((RunStateNames.Completed, Tasks), (result.State, result.AgentStarts));
        var starts = others.Select(host => host.Activities).Prepend(run.Activities).Select(activities => activities.Starts).ToList();
        Assert.Equal(Tasks, starts.SelectMany(own => own).Select(start => start.Task.Task.Id).Distinct().Count());
        Assert.Equal(Tasks, starts.Sum(own => own.Count));
        Assert.Equal(Tasks, run.Activities.Merged.Distinct().Count());
        Assert.All(starts.Skip(1), own => Assert.NotEmpty(own));
        foreach (var host in others)
        {
            await host.DisposeAsync();
        }
        return (played, [.. others.SelectMany(host => host.Activities.PlaceWaits).Order()]);

        async Task<AgentRunResult> WorkAsync(RunAgentInput input, CancellationToken stop)
        {
            await Task.Delay(chance[input.Task.Task.Id], stop);
            return new AgentRunResult
            {
                FailureClass = FailureClass.None,
                Session = "s",
                ClaimedDone = true,
            };
        }
    }

    private sealed record Played(TimeSpan Time, TimeSpan Cpu)
    {
        public override string ToString() => $"{Time.TotalSeconds:0} s, {Cpu.TotalSeconds:0} s of processor";
    }
}
