using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Temporal.Sdk.Tests.Replay;
using Orchestrator.Temporal.Sdk.Tests.Scripts;
using Temporalio.Api.Enums.V1;
using Temporalio.Common;
using Xunit.Abstractions;

namespace Orchestrator.Temporal.Sdk.Tests.Peers;

/// <summary>
/// In the middle of a scenario the worker of one SDK is stopped and that of the other goes on with the same runs: it comes out as recorded.
/// </summary>
public sealed class HandOverTests(TestServer server, ITestOutputHelper output) : IClassFixture<TestServer>
{
    private const int AtOnce = 4;
    private const int Wanted = 50;

    // These start and stop workers themselves, want tasks to fail, or rest on what an SDK does to attempts that run when it stops.
    private static readonly string[] Unsuitable =
    [
        "restart/",
        "nondeterminism/",
        "schedules/",
        "cron/",
        "reset/",
        "failures/",
        "start/",
        "races/",
        "timeouts/",
        "local/unknown-type",
        // Act while the first task or activity is under way: it has ended when the other worker is there.
        "signals/buffered-before-completion",
        "signals/during-activity",
        // Cancel what must be running already: the other worker may not have taken it, which the server says in the cancellation
        // (ACTIVITY_ID_NOT_STARTED),
        // or the first one, which is being stopped, still has it and fails it.
        "activities/cancel-wait-completes",
        "cancellation/during-activity",
        // The token is known in the process that ran the activity.
        "activities/async-cancel-by-token",
        "activities/async-complete-by-token",
    ];

    [Theory]
    [Trait("Category", "Full")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Scenarios_HandedOverInTheMiddle_EndAsRecorded(bool oursFirst)
    {
        await using var workers = await TypeScriptWorkers.StartAsync(server.Address);
        await ScriptServer.AddSearchAttributesAsync(server.Client);
        var (shared, faults) = (new List<string>(), new Dictionary<string, string>(StringComparer.Ordinal));
        await Parallel.ForEachAsync(
            Suitable(),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (name, _) =>
            {
                var (both, fault) = await RunAsync(name, workers, oursFirst);
                lock (shared)
                {
                    if (both)
                    {
                        shared.Add(name);
                    }

                    if (fault is not null)
                    {
                        faults[name] = fault;
                    }
                }
            }
        );
        var again = faults.Keys.ToArray();
        foreach (var name in again)
        {
            // Scenarios with limits of a second or two in them fail on a busy machine: once more, alone.
            if ((await RunAsync(name, workers, oursFirst)).Fault is null)
            {
                faults.Remove(name);
            }
        }

        output.WriteLine($"{again.Length} were run once more, alone: {string.Join(", ", again)}");
        output.WriteLine(
            $"{shared.Count} scenarios had runs that both SDKs worked on: {string.Join(", ", shared.Order(StringComparer.Ordinal))}"
        );
        Assert.True(
            faults.Count == 0,
            $"{faults.Count} differ:\n{string.Join('\n', faults.Select(fault => $"{fault.Key}: {fault.Value}"))}"
        );
        Assert.True(shared.Count >= Wanted, $"only {shared.Count} scenarios were handed over");
    }

    private static IEnumerable<string> Suitable() =>
        Recordings.Scenarios.Where(name =>
        {
            var text = Recordings.Scenario(name);
            using var scenario = JsonDocument.Parse(text);
            return !Unsuitable.Any(area => name.StartsWith(area, StringComparison.Ordinal))
                && !text.Contains("\"sdkSpecific\": true", StringComparison.Ordinal)
                && !text.Contains("\"stopWorker\"", StringComparison.Ordinal)
                && !text.Contains("\"startWorker\"", StringComparison.Ordinal)
                && !scenario.RootElement.TryGetProperty("worker", out var _);
        });

    private async Task<(bool Both, string? Fault)> RunAsync(string name, TypeScriptWorkers workers, bool oursFirst)
    {
        using var scenario = JsonDocument.Parse(Recordings.Scenario(name));
        await using var session = new ScriptSession(server.Client, scenario.RootElement);
        session.HandOver = new(workers, oursFirst);
        try
        {
            var (recorded, histories) = await session.RunAsync().WaitAsync(TimeSpan.FromMinutes(2));
            var expected = ScriptNormaliser.Neutral(JsonNode.Parse(scenario.RootElement.GetProperty("recorded").GetRawText()))!["outcomes"];
            var differences = JsonDifferences.Between(expected, ScriptNormaliser.Neutral(recorded)!["outcomes"]);
            var failed = histories
                .SelectMany(history => history.Events)
                .FirstOrDefault(e => e.WorkflowTaskFailedEventAttributes is { Cause: WorkflowTaskFailedCause.NonDeterministicError });
            return (
                histories.Any(IsShared),
                failed is not null ? $"event {failed.EventId}: {failed.WorkflowTaskFailedEventAttributes.Failure.Message}"
                : differences.Count > 0 ? string.Join("; ", differences.Take(4))
                : null
            );
        }
        catch (Exception error)
        {
            return (false, $"{error.Message}\n{await session.DescribeRunsAsync()}");
        }
    }

    // The name of an SDK is written with its first task of a run.
    private static bool IsShared(WorkflowHistory history) =>
        history
            .Events.Select(e => e.WorkflowTaskCompletedEventAttributes?.SdkMetadata?.SdkName)
            .Where(sdk => !string.IsNullOrEmpty(sdk))
            .Distinct(StringComparer.Ordinal)
            .Count() > 1;
}
