using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Temporalio.Activities;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Peers;

/// <summary>The same two workflows as Peers/workflows.cjs, so that either side can run them for the other.</summary>
internal static class PeerWorkflows
{
    public static readonly SearchAttributeKey<string> Keyword = SearchAttributeKey.CreateKeyword("PeerKeyword");

    public sealed record Input(
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("count")] int Count,
        [property: JsonPropertyName("list")] IReadOnlyList<int> List,
        [property: JsonPropertyName("nothing")] string? Nothing
    );

    public sealed record Described(
        [property: JsonPropertyName("text")] string Text,
        [property: JsonPropertyName("nothing")] string? Nothing
    );

    public sealed record Output(
        [property: JsonPropertyName("text")] string Text,
        [property: JsonPropertyName("total")] int Total,
        [property: JsonPropertyName("nothing")] string? Nothing,
        [property: JsonPropertyName("note")] JsonElement? Note,
        [property: JsonPropertyName("keyword")] string? Keyword
    );

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1812", Justification = "Made by the worker.")]
    [Workflow("peer")]
    public sealed class Peer
    {
        private int _total;
        private bool _finished;

        [WorkflowQuery("total")]
        public int Total => _total;

        [WorkflowRun]
        public async Task<Output> RunAsync(Input input, byte[] bytes)
        {
            _total += input.Count;
            var described = await Workflow.ExecuteActivityAsync((Activities activities) => activities.Describe(input, bytes), Options);
            await Workflow.WaitConditionAsync(() => _finished);
            JsonElement? note = Workflow.Memo.TryGetValue("note", out var raw) ? Workflow.PayloadConverter.ToValue<JsonElement>(raw) : null;
            return new(
                described.Text,
                _total,
                described.Nothing,
                note,
                Workflow.TypedSearchAttributes.TryGetValue(Keyword, out var keyword) ? keyword : null
            );
        }

        [WorkflowSignal("add")]
        public Task AddAsync(int amount)
        {
            _total += amount;
            return Task.CompletedTask;
        }

        [WorkflowSignal("finish")]
        public Task FinishAsync()
        {
            _finished = true;
            return Task.CompletedTask;
        }

        [WorkflowUpdate("change")]
        public Task<int> ChangeAsync(int amount)
        {
            (var old, _total) = (_total, amount);
            return Task.FromResult(old);
        }

        [WorkflowUpdateValidator(nameof(ChangeAsync))]
        public void ValidateChange(int amount)
        {
            if (amount < 0)
            {
                throw new ApplicationFailureException("below zero", errorType: "Range", details: [amount]);
            }
        }
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1812", Justification = "Made by the worker.")]
    [Workflow("failing")]
    public sealed class Failing
    {
        [WorkflowRun]
        public async Task RunAsync(string how)
        {
            if (how == "activity")
            {
                await Workflow.ExecuteActivityAsync((Activities activities) => activities.Break(), Options);
            }

            throw new ApplicationFailureException(
                "workflow broke",
                new InvalidOperationException("the cause"),
                errorType: "PeerFailure",
                nonRetryable: true,
                details: [1, new Dictionary<string, string> { ["a"] = "b" }]
            );
        }
    }

    public sealed class Activities
    {
        [Activity("describe")]
        public Described Describe(Input input, byte[] bytes) =>
            new($"{input.Name} {string.Join('+', input.List)} {Encoding.UTF8.GetString(bytes)}", input.Nothing);

        [Activity("break")]
        public void Break() => throw new ApplicationFailureException("activity broke", errorType: "ActivityBroke", details: ["detail"]);
    }

    private static ActivityOptions Options =>
        new()
        {
            StartToCloseTimeout = TimeSpan.FromMinutes(1),
            RetryPolicy = new() { MaximumAttempts = 2, InitialInterval = TimeSpan.FromMilliseconds(10) },
        };
}
