using System.Text.Json;
using Orchestrator.Temporal.Sdk.Tests.Scripts;
using Temporalio.Common;
using Temporalio.Worker;
using Xunit;

namespace Orchestrator.Temporal.Sdk.Tests.Replay;

/// <summary>Histories that the official SDK wrote on a real server, replayed with ours.</summary>
public sealed class ReplayTests
{
    [Fact]
    public async Task Replay_AllRecordedHistories_GoAsRecorded()
    {
        var faults = new List<string>();
        var count = 0;
        foreach (var name in Recordings.Histories)
        {
            var parts = name.Split('/');
            using var scenario = JsonDocument.Parse(Recordings.Scenario($"{parts[0]}/{parts[1]}"));
            var history = WorkflowHistory.FromJson(parts[2], Recordings.History(name));
            foreach (var (variant, fails) in Expectations(scenario.RootElement, parts[2]))
            {
                count++;
                var result = await Replayer(variant, ScriptWorker.FailureTypes(scenario.RootElement))
                    .ReplayWorkflowAsync(history, throwOnReplayFailure: false);
                if (result.ReplayFailure is not null != fails)
                {
                    faults.Add($"{name} ({variant}): {(fails ? "should fail, did not" : result.ReplayFailure!.Message)}");
                }
            }
        }

        Assert.True(faults.Count == 0, $"{faults.Count} of {count}:\n{string.Join("\n", faults)}");
    }

    [Theory]
    [InlineData("batches", 10_025)]
    [InlineData("signals", 5_087)]
    [InlineData("children", 2_030)]
    public async Task Replay_LongHistory_GoesAsRecorded(string name, int events)
    {
        var history = WorkflowHistory.FromJson(name, Recordings.LongHistory(name));

        Assert.Equal(events, history.Events.Count);
        var childIds = new Queue<string>(
            history.Events.Select(e => e.StartChildWorkflowExecutionInitiatedEventAttributes?.WorkflowId).OfType<string>()
        );
        await new WorkflowReplayer(
            new WorkflowReplayerOptions().AddWorkflow(ScriptWorkflow.Definition("v1", childIds))
        ).ReplayWorkflowAsync(history);
    }

    private static WorkflowReplayer Replayer(string variant, Type[] failureTypes) =>
        new(
            new WorkflowReplayerOptions { DebugMode = true, WorkflowFailureExceptionTypes = failureTypes }.AddWorkflow(
                ScriptWorkflow.Definition(variant)
            )
        );

    private static IEnumerable<(string Variant, bool Fails)> Expectations(JsonElement scenario, string history)
    {
        if (!scenario.TryGetProperty("replay", out var replay))
        {
            return [("v1", false)];
        }

        var workflow = history[..history.LastIndexOf('.')];
        return replay
            .EnumerateArray()
            .Select(r =>
                (
                    r.GetProperty("variant").GetString()!,
                    r.TryGetProperty("fails", out var fails) && fails.EnumerateArray().Any(f => f.GetString() == workflow)
                )
            )
            .ToList();
    }
}
