using Orchestrator.Messages;
using Temporalio.Api.Common.V1;
using Temporalio.Converters;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Workflows.Tests;

public sealed class LongRunTests(ITestOutputHelper output)
{
    // A Temporal server warns of more than this.
    private const int Most = 256 * 1024;

    [Fact]
    [Trait("Category", "Full")]
    public Task Run_FiveThousandTasks_IsCarriedOnWholeAndNoMessageIsLarge() => CarryOnAsync(5000);

    [Fact]
    public Task Run_ThousandTasks_IsCarriedOnWholeAndNoMessageIsLarge() => CarryOnAsync(1000);

    private async Task CarryOnAsync(int tasks)
    {
        var sizes = new SizeCodec();
        var hopeless = true;
        var release = new TaskCompletionSource();
        await using var run = await ScriptedRun.StartAsync(
            [
                RunTests.Task("root"),
                .. Enumerable
                    .Range(1, tasks - 1)
                    .Select(i =>
                        RunTests.Task($"package-with-a-long-name-{i}", "root") with
                        {
                            Title = $"Task {i}: {new string('x', 100)}",
                        }
                    ),
            ],
            a =>
            {
                a.PageSize = 500;
                a.Agent = async (input, stop) =>
                {
                    if (input.Task.Task.Id != "root")
                    {
                        await release.Task.WaitAsync(stop);
                    }
                    return hopeless
                        ? new AgentRunResult { FailureClass = FailureClass.GaveUp, Message = new string('y', 5000) }
                        : ScriptedActivities.Done();
                };
            },
            new RunWorkflowSettings { Workers = 3, ContinueAfterEvents = 100 },
            sizes
        );
        var limit = TimeSpan.FromMinutes(3);
        await run.UntilAsync(s => s.State == RunStateNames.Escalated, limit);
        var escalated = await run.StatusAsync();
        hopeless = false;
        var command = new TaskSteeringArguments("root");

        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(command));

        var working = await run.UntilAsync(s => s.Tasks.Count(t => t.State == TaskStateNames.Executing && t.Id != "root") == 3, limit);
        var started = (await run.Client.GetWorkflowHandle(run.RunId).FetchHistoryAsync())
            .Events.First()
            .WorkflowExecutionStartedEventAttributes;
        output.WriteLine($"largest message: {sizes.Largest} bytes, {run.Activities.Checkpoints.Count} checkpoint files");
        Assert.Equal(tasks - 1, escalated.Tasks.Count(t => t.State == TaskStateNames.Skipped));
        Assert.NotEqual(started.FirstExecutionRunId, started.OriginalExecutionRunId);
        Assert.NotEmpty(run.Activities.Checkpoints);
        Assert.Equal(tasks, working.Tasks.Select(t => t.Id).Distinct().Count());
        Assert.Equal(tasks - 4, working.Tasks.Count(t => t.State == TaskStateNames.Pending));
        Assert.Equal((TaskStateNames.Merged, 2), (working.Tasks[0].State, working.Tasks[0].Starts));
        Assert.All(
            working.Tasks.Skip(1),
            t => Assert.Equal(("root", true), (Assert.Single(t.DependsOn), t.Title.EndsWith("xxx", StringComparison.Ordinal)))
        );
        Assert.InRange(sizes.Largest, 1, Most);
        release.SetResult();
        await run.Run.ExecuteUpdateAsync(w => w.CancelAsync(null));
        await run.UntilAsync(s => s.State == RunStateNames.Cancelled, limit);
        Assert.InRange(sizes.Largest, 1, Most);
    }

    [Fact]
    public async Task ContinueAsNew_TasksThatTakeNoTime_HistoriesStayShort()
    {
        await using var run = await ScriptedRun.StartAsync(
            [.. Enumerable.Range(0, 24).Select(i => RunTests.Task($"t{i}"))],
            settings: new RunWorkflowSettings { Workers = 8, ContinueAfterEvents = 100 }
        );

        var result = await run.ResultAsync();

        Assert.Equal(24, result.AgentStarts);
        Assert.Equal(24, run.Activities.Merged.Distinct().Count());
        Assert.Equal(24, run.Activities.Merged.Count);
        var history = await run.Client.GetWorkflowHandle(run.RunId).FetchHistoryAsync();
        Assert.InRange(history.Events.Count, 1, 500);
    }

    /// <summary>Changes nothing and remembers the largest message.</summary>
    private sealed class SizeCodec : IPayloadCodec
    {
        private int _largest;

        public int Largest => _largest;

        public Task<IReadOnlyCollection<Payload>> EncodeAsync(IReadOnlyCollection<Payload> payloads)
        {
            var size = payloads.Sum(p => p.CalculateSize());
            int known;
            while (size > (known = _largest) && Interlocked.CompareExchange(ref _largest, size, known) != known)
            {
                // Another thread was faster.
            }

            return Task.FromResult(payloads);
        }

        public Task<IReadOnlyCollection<Payload>> DecodeAsync(IReadOnlyCollection<Payload> payloads) => Task.FromResult(payloads);
    }
}
