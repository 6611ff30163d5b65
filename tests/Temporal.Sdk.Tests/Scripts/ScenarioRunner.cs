using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Temporal.Sdk.Tests.Replay;
using Xunit.Abstractions;

namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <summary>
/// Runs recorded scenarios live, several at a time, and compares them with what the official SDK did on a real server. What differs is run
/// once more, alone. Without ORCHESTRATE_FULL=1 a sample that a printed seed chooses; SCENARIOS=PATTERN picks by name;
/// SCENARIO_HISTORIES=FOLDER keeps the histories.
/// </summary>
internal static class ScenarioRunner
{
    private const int AtOnce = 6;

    /// <summary>The seed of this run: SCENARIO_SEED, or any. It is printed.</summary>
    public static int Seed(ITestOutputHelper output)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SCENARIO_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"SCENARIO_SEED={seed}");
        return seed;
    }

    /// <summary>Names of the scenarios to run.</summary>
    public static IReadOnlyList<string> Choose(int seed, int sampleSize)
    {
        var all = Recordings
            .Scenarios.Where(name => !Recordings.Scenario(name).Contains("\"sdkSpecific\": true", StringComparison.Ordinal))
            .ToList();
        if (Environment.GetEnvironmentVariable("SCENARIOS") is { Length: > 0 } pattern)
        {
            return [.. all.Where(name => pattern.Split(',').Any(p => name.Contains(p, StringComparison.Ordinal)))];
        }

        var random = new Random(seed);
        return Environment.GetEnvironmentVariable("ORCHESTRATE_FULL") == "1" ? all : [.. all.OrderBy(_ => random.Next()).Take(sampleSize)];
    }

    /// <summary>Runs scenarios and fails when one differs that is not allowed to.</summary>
    public static async Task RunAsync(
        ScriptServer server,
        IReadOnlyList<string> names,
        IReadOnlyDictionary<string, string> allowed,
        TimeSpan limit,
        ITestOutputHelper output
    )
    {
        var differing = new Dictionary<string, string>();
        await Parallel.ForEachAsync(
            names,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (name, _) =>
            {
                if (await RunAsync(server, name, limit) is { } fault)
                {
                    lock (differing)
                    {
                        differing.Add(name, fault);
                    }
                }
            }
        );

        // The recordings have windows of some hundred milliseconds, which a busy machine misses: what differs is run once more, alone, and
        // named.
        var faults = new List<string>();
        foreach (var (name, first) in differing.Where(one => !allowed.ContainsKey(one.Key)))
        {
            if (await RunAsync(server, name, limit) is { } again)
            {
                faults.Add($"{name}\n{again}");
            }
            else
            {
                output.WriteLine($"{name} goes as recorded when run again alone; the first time:\n{first}");
                differing.Remove(name);
            }
        }

        output.WriteLine($"{names.Count - differing.Count} of {names.Count} scenarios go as recorded");
        Assert.True(faults.Count == 0, $"{faults.Count} of {names.Count} scenarios differ:\n{string.Join("\n", faults)}");
    }

    private static async Task<string?> RunAsync(ScriptServer server, string name, TimeSpan limit)
    {
        using var scenario = JsonDocument.Parse(Recordings.Scenario(name));
        await using var session = new ScriptSession(server.Client, scenario.RootElement);
        try
        {
            var (recorded, raw) = await session.RunAsync().WaitAsync(limit);
            var expected = ScriptNormaliser.Neutral(
                JsonNode.Parse(scenario.RootElement.GetProperty("recorded").GetRawText()),
                server.IsUnkind
            );
            var differences = JsonDifferences.Between(expected, ScriptNormaliser.Neutral(recorded, server.IsUnkind));
            if (Environment.GetEnvironmentVariable("SCENARIO_HISTORIES") is { Length: > 0 } folder)
            {
                await SaveAsync(folder, name, raw);
            }

            return differences.Count == 0
                ? null
                : $"{string.Join("\n", differences.Take(8).Select(d => $"    {d}"))}\n{await session.DescribeRunsAsync()}";
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
}
