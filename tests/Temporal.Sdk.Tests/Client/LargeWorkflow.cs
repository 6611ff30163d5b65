using Temporalio.Activities;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Client;

/// <summary>Gives values of the size that it is asked for.</summary>
[Workflow]
public sealed class LargeWorkflow
{
    private int _size;

    /// <summary>So many characters.</summary>
    [WorkflowQuery]
    public string Ask(int size) => new('q', size);

    /// <summary>From now on the result has this size.</summary>
    [WorkflowSignal]
    public Task EndAsync(int size)
    {
        _size = size;
        return Task.CompletedTask;
    }

    /// <summary>So many characters.</summary>
    [Activity]
    public static string Make(int size) => new('a', size);

    /// <summary>Heartbeats so many characters, and waits for what becomes of that.</summary>
    [Activity]
    public static async Task HeartbeatAsync(int size)
    {
        ActivityExecutionContext.Current.Heartbeat(new string('h', size));
        await Task.Delay(Timeout.InfiniteTimeSpan, ActivityExecutionContext.Current.CancellationToken);
    }

    /// <summary>
    /// After a signal, a result of the size in it; for a small one, how an activity failed whose result, or heartbeat, is large.
    /// </summary>
    [WorkflowRun]
    public async Task<string> RunAsync(int activity, bool heartbeat)
    {
        var options = new ActivityOptions
        {
            StartToCloseTimeout = TimeSpan.FromMinutes(1),
            HeartbeatTimeout = TimeSpan.FromMinutes(1),
            RetryPolicy = new() { MaximumAttempts = 1 },
        };
        var outcome = "none";
        try
        {
            await (
                heartbeat
                    ? Workflow.ExecuteActivityAsync(() => HeartbeatAsync(activity), options)
                    : Workflow.ExecuteActivityAsync(() => Make(activity), options)
            );
        }
        catch (ActivityFailureException error) when (error.InnerException is ApplicationFailureException cause)
        {
            outcome = cause.Message;
        }

        await Workflow.WaitConditionAsync(() => _size > 0);
        return _size < 10 ? outcome : new('r', _size);
    }
}
