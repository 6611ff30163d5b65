using Temporalio.Activities;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Workflows;

/// <summary>What people do wrong, and what they are told of it.</summary>
[Workflow]
public sealed class WordsWorkflow
{
    private bool _ended;

    [WorkflowQuery]
    public string Answer => "answer";

    [WorkflowQuery("a-name")]
    public string Echo(string word) => word;

    [WorkflowQuery]
    public string Acting()
    {
        _ = Workflow.DelayAsync(1);
        return "";
    }

    [WorkflowRun]
    public async Task<string> RunAsync(string scenario)
    {
        using var own = new CancellationTokenSource();
        own.Cancel();
        switch (scenario)
        {
            case "negative timer":
                await Workflow.DelayAsync(-50);
                break;
            case "untraced command":
                await Workflow.Unsafe.WithTracingEventListenerDisabled(() => Workflow.DelayAsync(1));
                break;
            case "Task.Delay":
                await Task.Delay(5_000);
                break;
            case "Task.Run":
                await Task.Run(() => 1);
                break;
            case "block":
                Thread.Sleep(4_000);
                break;
            case "cancelled activity":
                await Workflow.ExecuteActivityAsync(
                    () => Named(),
                    new() { StartToCloseTimeout = TimeSpan.FromMinutes(1), CancellationToken = own.Token }
                );
                break;
            case "cancelled local activity":
                await Workflow.ExecuteLocalActivityAsync(
                    () => Named(),
                    new() { StartToCloseTimeout = TimeSpan.FromMinutes(1), CancellationToken = own.Token }
                );
                break;
            case "cancelled child":
                await Workflow.ExecuteChildWorkflowAsync((WordsWorkflow w) => w.RunAsync("end"), new() { CancellationToken = own.Token });
                break;
            case "child twice":
                var child = await Workflow.StartChildWorkflowAsync((WordsWorkflow w) => w.RunAsync("wait"));
                await Workflow.StartChildWorkflowAsync((WordsWorkflow w) => w.RunAsync("wait"), new() { Id = child.Id });
                break;
            case "no local activity":
                await Workflow.ExecuteLocalActivityAsync("Nowhere", [], new() { StartToCloseTimeout = TimeSpan.FromMinutes(1) });
                break;
            case "no activity":
                await Workflow.ExecuteActivityAsync("Nowhere", [], Once());
                break;
            case "too few":
                await Workflow.ExecuteActivityAsync("Two", ["one"], Once());
                break;
            case "wrong type":
                await Workflow.ExecuteActivityAsync("Two", [1, 2], Once());
                break;
            case "end":
            case "fail":
                await Workflow.WaitConditionAsync(() => _ended);
                return scenario == "end" ? scenario : throw new ApplicationFailureException(scenario);
            case "wait":
                await Workflow.WaitConditionAsync(() => _ended);
                break;
            case "four waits":
                await Task.WhenAll(
                    Workflow.DelayAsync(TimeSpan.FromHours(2)),
                    Workflow.ExecuteActivityAsync(
                        () => Named(),
                        new() { StartToCloseTimeout = TimeSpan.FromHours(1), TaskQueue = "nobody" }
                    ),
                    Workflow.ExecuteChildWorkflowAsync((WordsWorkflow w) => w.RunAsync("wait")),
                    Workflow.WaitConditionAsync(() => _ended)
                );
                break;
            default:
                break;
        }

        return scenario;
    }

    [WorkflowSignal]
    public async Task EndAsync()
    {
        _ended = true;
        await Workflow.DelayAsync(Timeout.Infinite);
    }

    [WorkflowUpdate]
    public Task<string> UpdateAsync(string word) => Task.FromResult(word);

    [WorkflowUpdate]
    public Task CheckedAsync() => Task.CompletedTask;

    [WorkflowUpdateValidator(nameof(CheckedAsync))]
    public void Check() => _ = Workflow.DelayAsync(1);

    [Activity]
    public static string Named() => "";

    [Activity]
    public static string Two(string one, string two) => one + two;

    private static ActivityOptions Once() =>
        new()
        {
            StartToCloseTimeout = TimeSpan.FromMinutes(1),
            RetryPolicy = new() { MaximumAttempts = 1 },
        };
}
