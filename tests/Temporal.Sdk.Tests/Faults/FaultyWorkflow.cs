using Temporalio.Activities;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Faults;

/// <summary>Has a worker make every call that it can make.</summary>
[Workflow]
public sealed class FaultyWorkflow
{
    private int _told;

    /// <summary>What it has been told so far.</summary>
    [WorkflowQuery]
    public int Told => _told;

    /// <summary>Heartbeats; fails the first time.</summary>
    [Activity]
    public static int Work(int value)
    {
        ActivityExecutionContext.Current.Heartbeat(value);
        return ActivityExecutionContext.Current.Info.Attempt == 1 ? throw new InvalidOperationException("the first attempt fails") : value;
    }

    /// <summary>Waits until it is cancelled.</summary>
    [Activity]
    public static async Task WaitAsync()
    {
        while (true)
        {
            ActivityExecutionContext.Current.Heartbeat();
            await Task.Delay(20, ActivityExecutionContext.Current.CancellationToken);
        }
    }

    /// <summary>Runs.</summary>
    [WorkflowRun]
    public async Task<int> RunAsync()
    {
        var options = new ActivityOptions
        {
            StartToCloseTimeout = TimeSpan.FromSeconds(2),
            RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(20) },
        };
        var sum = await Workflow.ExecuteActivityAsync(() => Work(1), options);
        sum += await Workflow.ExecuteLocalActivityAsync(
            () => Work(2),
            new() { StartToCloseTimeout = TimeSpan.FromSeconds(2), RetryPolicy = options.RetryPolicy }
        );
        using (var cancel = new CancellationTokenSource())
        {
            var waiting = Workflow.ExecuteActivityAsync(
                () => WaitAsync(),
                new()
                {
                    StartToCloseTimeout = TimeSpan.FromMinutes(1),
                    HeartbeatTimeout = TimeSpan.FromSeconds(2),
                    CancellationToken = cancel.Token,
                }
            );
            await Workflow.DelayAsync(1);
            cancel.Cancel();
            try
            {
                await waiting;
            }
            catch (Temporalio.Exceptions.ActivityFailureException)
            {
                sum += 4;
            }
        }

        await Workflow.WaitConditionAsync(() => _told >= 24);
        return sum + _told;
    }

    /// <summary>Tells it a number.</summary>
    [WorkflowSignal]
    public Task TellAsync(int number)
    {
        _told += number;
        return Task.CompletedTask;
    }

    /// <summary>Tells it a number and hears what it has come to.</summary>
    [WorkflowUpdate]
    public Task<int> ChangeAsync(int number) => Task.FromResult(_told += number);
}
