using System.Globalization;
using System.Text.Json;
using Orchestrator.Temporal.Sdk.Tests.Scripts;
using Temporalio.Api.Enums.V1;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Temporal.Sdk.Tests.Replay;

/// <summary>A history that the code could not have made must fail, whatever differs.</summary>
public sealed class NondeterminismTests(ITestOutputHelper output)
{
    private const int SampleSize = 300;
    private const int FullSize = 2_000;

    private static readonly Lazy<Dictionary<string, WorkflowHistory>> Histories = new(() =>
        Recordings
            .Histories.Where(ReplaysAsRecorded)
            .ToDictionary(name => name, name => WorkflowHistory.FromJson(name, Recordings.History(name)))
    );

    public static TheoryData<EventType> CommandEvents =>
        [
            EventType.TimerStarted,
            EventType.TimerCanceled,
            EventType.ActivityTaskScheduled,
            EventType.ActivityTaskCancelRequested,
            EventType.MarkerRecorded,
            EventType.StartChildWorkflowExecutionInitiated,
            EventType.SignalExternalWorkflowExecutionInitiated,
            EventType.RequestCancelExternalWorkflowExecutionInitiated,
            EventType.UpsertWorkflowSearchAttributes,
            EventType.WorkflowPropertiesModified,
            EventType.WorkflowExecutionUpdateAccepted,
            EventType.WorkflowExecutionUpdateCompleted,
            EventType.WorkflowExecutionCompleted,
            EventType.WorkflowExecutionFailed,
            EventType.WorkflowExecutionCanceled,
            EventType.WorkflowExecutionContinuedAsNew,
        ];

    [Theory]
    [MemberData(nameof(CommandEvents))]
    public async Task Replay_CommandEventOfAnotherKind_NamesTheEventAndBothSides(EventType type)
    {
        var mutation = Histories
            .Value.OrderBy(h => h.Key, StringComparer.Ordinal)
            .SelectMany(h => HistoryMutation.Of(h.Key, [.. h.Value.Events]))
            .First(m => m.Kind == HistoryMutation.OtherKind && Event(m).EventType == type);

        var failure = await ReplayAsync(mutation);

        var error = Assert.IsType<WorkflowNondeterminismException>(failure);
        Assert.Contains($"Event {mutation.EventId}: history has ", error.Message, StringComparison.Ordinal);
        Assert.Contains("the workflow code ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_ChangedCommandEvents_Fails()
    {
        var full = Environment.GetEnvironmentVariable("ORCHESTRATE_FULL") == "1";
        var seed = int.TryParse(Environment.GetEnvironmentVariable("MUTATION_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"MUTATION_SEED={seed}");
        var random = new Random(seed);
        var mutations = Histories
            .Value.OrderBy(h => h.Key, StringComparer.Ordinal)
            .SelectMany(h => HistoryMutation.Of(h.Key, [.. h.Value.Events]))
            .OrderBy(_ => random.Next())
            .Take(full ? FullSize : SampleSize)
            .ToList();
        var unnoticed = new List<HistoryMutation>();
        foreach (var mutation in mutations)
        {
            if (await ReplayAsync(mutation) is null)
            {
                unnoticed.Add(mutation);
            }
        }

        output.WriteLine($"{mutations.Count} changes");
        Assert.True(unnoticed.Count == 0, $"{unnoticed.Count} of {mutations.Count} changes go unnoticed:\n{string.Join("\n", unnoticed)}");
    }

    private static Temporalio.Api.History.V1.HistoryEvent Event(HistoryMutation mutation) =>
        Histories.Value[mutation.History].Events.Single(e => e.EventId == mutation.EventId);

    private static async Task<Exception?> ReplayAsync(HistoryMutation mutation)
    {
        var history = Histories.Value[mutation.History];
        var replayer = new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow(ScriptWorkflow.Definition("v1")));
        var changed = new WorkflowHistory(history.Id, mutation.Apply([.. history.Events]));
        return (await replayer.ReplayWorkflowAsync(changed, throwOnReplayFailure: false)).ReplayFailure;
    }

    private static bool ReplaysAsRecorded(string name)
    {
        var parts = name.Split('/');
        using var scenario = JsonDocument.Parse(Recordings.Scenario($"{parts[0]}/{parts[1]}"));
        return !scenario.RootElement.TryGetProperty("replay", out _) && ScriptWorker.FailureTypes(scenario.RootElement).Length == 0;
    }
}
