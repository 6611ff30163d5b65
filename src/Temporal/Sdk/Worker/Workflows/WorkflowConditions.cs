using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <summary>The strands of a run that wait until something is true.</summary>
internal sealed class WorkflowConditions(WorkflowInstance instance)
{
    private readonly LinkedList<Condition> _waiting = new();

    /// <summary>Waits for a condition, with or without a timer.</summary>
    public Task<bool> WaitAsync(WaitConditionOptions options)
    {
        var check = options.ConditionCheck ?? throw new ArgumentException("There is no condition to wait for.", nameof(options));
        var token = options.CancellationToken ?? instance.CancellationToken;
        if (token.IsCancellationRequested)
        {
            return Task.FromCanceled<bool>(token);
        }

        instance.Guard.MayAct();
        var condition = new Condition(_waiting, () => instance.Guard.Looking("Wait condition", check));
        if (options.Timeout is { } timeout && timeout != Timeout.InfiniteTimeSpan)
        {
            condition.Timer = TimerCall.Start(
                instance.Commands,
                instance.PayloadConverter,
                timeout,
                options.TimeoutSummary,
                () => condition.Finish(result: false)
            );
        }

        condition.Registration = token.UnsafeRegister(_ => condition.Cancel(token), state: null);
        return instance.StackTraces.Traced(condition.Task);
    }

    /// <summary>Ends the wait for what has become true.</summary>
    /// <returns>Whether any wait ended.</returns>
    public bool Resume()
    {
        var resumed = false;
        if (_waiting.Count > 0)
        {
            instance.Scheduler.RunNow(() =>
            {
                for (var (node, next) = (_waiting.First, _waiting.First?.Next); node is not null; (node, next) = (next, next?.Next))
                {
                    resumed |= node.Value.TryFinish();
                    if (resumed && !instance.RunsStepByStep)
                    {
                        break;
                    }
                }
            });
        }

        return resumed;
    }
}
