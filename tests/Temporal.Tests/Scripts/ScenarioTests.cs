using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Temporal.Tests.Replay;
using Temporalio.Worker;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Temporal.Tests.Scripts;

/// <summary>
/// The recorded scenarios, live: our client and worker on a server (the embedded one, or TEMPORAL_ADDRESS), compared with what the official SDK did on a real server.
/// Without ORCHESTRATE_FULL=1 a sample that the seed chooses; SCENARIOS=PATTERN picks by name.
/// </summary>
public sealed class ScenarioTests(ITestOutputHelper output)
{
    private const int SampleSize = 24;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Run_RecordedScenarios_GoAsRecorded()
    {
        var allowed = AllowedDifferences.Read();
        var names = Chosen().ToList();
        await using var server = await ScriptServer.StartAsync();
        var faults = new List<string>();
        var passed = 0;
        var queue = new Queue<string>(names);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            while (true)
            {
                string name;
                lock (queue)
                {
                    if (!queue.TryDequeue(out name!))
                    {
                        return;
                    }
                }

                var fault = await RunAsync(server, name);
                lock (faults)
                {
                    if (fault is null)
                    {
                        passed++;
                    }
                    else if (!allowed.ContainsKey(name))
                    {
                        faults.Add($"{name}\n{fault}");
                    }
                }
            }
        }));

        output.WriteLine($"{passed} of {names.Count} scenarios go as recorded");
        Assert.True(faults.Count == 0, $"{faults.Count} of {names.Count} scenarios differ:\n{string.Join("\n", faults)}");
    }

    private static async Task<string?> RunAsync(ScriptServer server, string name)
    {
        using var scenario = JsonDocument.Parse(Recordings.Scenario(name));
        await using var session = new ScriptSession(server.Client, scenario.RootElement);
        try
        {
            var (recorded, raw) = await session.RunAsync().WaitAsync(Limit);
            var expected = ScriptNormaliser.Neutral(JsonNode.Parse(scenario.RootElement.GetProperty("recorded").GetRawText()));
            var differences = JsonDifferences.Between(expected, ScriptNormaliser.Neutral(recorded));
            if (Environment.GetEnvironmentVariable("SCENARIO_HISTORIES") is { Length: > 0 } folder)
            {
                await SaveAsync(folder, name, raw);
            }

            return differences.Count == 0 ? null : string.Join("\n", differences.Take(8).Select(d => $"    {d}"));
        }
        catch (Exception e)
        {
            return $"    {e}\n{await session.DescribeRunsAsync()}";
        }
    }

    private static async Task SaveAsync(string folder, string name, IEnumerable<Temporalio.Common.WorkflowHistory> histories)
    {
        var target = Directory.CreateDirectory(Path.Combine(folder, name));
        var number = 0;
        foreach (var history in histories)
        {
            var workflow = history.Id[(history.Id.IndexOf('-', StringComparison.Ordinal) + 1)..];
            await File.WriteAllTextAsync(Path.Combine(target.FullName, $"{workflow}.{++number}.json"), history.ToJson());
        }
    }

    private IEnumerable<string> Chosen()
    {
        var all = Recordings.Scenarios.Where(name => !Recordings.Scenario(name).Contains("\"sdkSpecific\": true", StringComparison.Ordinal)).ToList();
        if (Environment.GetEnvironmentVariable("SCENARIOS") is { Length: > 0 } pattern)
        {
            return all.Where(name => pattern.Split(',').Any(p => name.Contains(p, StringComparison.Ordinal)));
        }

        if (Environment.GetEnvironmentVariable("ORCHESTRATE_FULL") == "1")
        {
            return all;
        }

        var seed = int.TryParse(Environment.GetEnvironmentVariable("SCENARIO_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        output.WriteLine($"SCENARIO_SEED={seed}");
        var random = new Random(seed);
        return all.OrderBy(_ => random.Next()).Take(SampleSize).ToList();
    }
}
