using Temporalio.Activities;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Client;

public sealed record Parcel(string Name, int Weight);

[Workflow]
public class CounterWorkflow
{
    private int _count;
    private bool _done;

    [WorkflowQuery]
    public int Count => _count;

    [WorkflowRun]
    public async Task<int> RunAsync(int start)
    {
        _count += start;
        await Workflow.WaitConditionAsync(() => _done);
        return _count;
    }

    [WorkflowQuery]
    public string Describe(string prefix) => prefix == "fail" ? throw new InvalidOperationException("no such prefix") : $"{prefix}{_count}";

    [WorkflowSignal]
    public Task AddAsync(int amount)
    {
        _count += amount;
        return Task.CompletedTask;
    }

    [WorkflowSignal]
    public Task FinishAsync()
    {
        _done = true;
        return Task.CompletedTask;
    }

    [WorkflowUpdate]
    public async Task<int> SetAsync(int value)
    {
        await Workflow.DelayAsync(TimeSpan.FromMilliseconds(10));
        if (value == 13)
        {
            throw new ApplicationFailureException("unlucky", errorType: "Unlucky", details: ["thirteen"]);
        }

        (var old, _count) = (_count, value);
        return old;
    }

    [WorkflowUpdateValidator(nameof(SetAsync))]
    public void ValidateSet(int value)
    {
        if (value < 0)
        {
            throw new ApplicationFailureException("below zero", errorType: "Range");
        }
    }
}

[Workflow]
public class EndingWorkflow
{
    [WorkflowRun]
    public async Task<string> RunAsync(string how)
    {
        switch (how)
        {
            case "fail":
                throw new ApplicationFailureException(
                    "as asked",
                    new InvalidOperationException("the cause"),
                    errorType: "Asked",
                    details: [new Parcel("box", 3)]
                );
            case "continue":
                throw Workflow.CreateContinueAsNewException((EndingWorkflow next) => next.RunAsync("return"));
            case "wait":
                await Workflow.DelayAsync(TimeSpan.FromHours(1));
                break;
            default:
                break;
        }

        return how;
    }
}

[Workflow]
public class ActivityCallingWorkflow
{
    [WorkflowRun]
    public async Task<string> RunAsync(string activity, TimeSpan startToClose, TimeSpan? heartbeat, int attempts) =>
        await Workflow.ExecuteActivityAsync<string>(
            activity,
            [],
            new()
            {
                StartToCloseTimeout = startToClose,
                HeartbeatTimeout = heartbeat,
                RetryPolicy = new() { MaximumAttempts = attempts, InitialInterval = TimeSpan.FromMilliseconds(10) },
            }
        );
}

[Workflow]
public class CancellingWorkflow
{
    private bool _cancel;

    [WorkflowSignal]
    public Task CancelActivityAsync()
    {
        _cancel = true;
        return Task.CompletedTask;
    }

    [WorkflowRun]
    public async Task<string> RunAsync(string activity)
    {
        using var source = new CancellationTokenSource();
        var running = Workflow.ExecuteActivityAsync<string>(
            activity,
            [],
            new()
            {
                StartToCloseTimeout = TimeSpan.FromMinutes(5),
                HeartbeatTimeout = TimeSpan.FromMinutes(1),
                CancellationToken = source.Token,
                CancellationType = ActivityCancellationType.WaitCancellationCompleted,
                RetryPolicy = new() { MaximumAttempts = 1 },
            }
        );
        await Workflow.WaitConditionAsync(() => _cancel);
        source.Cancel();
        try
        {
            return await running;
        }
        catch (ActivityFailureException error) when (TemporalException.IsCanceledException(error))
        {
            return "canceled";
        }
    }
}
