using Temporalio.Activities;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Stress;

/// <summary>Does what a <see cref="StressPlan" /> says.</summary>
[Workflow]
public sealed class StressWorkflow
{
    // Killed workers leave their tasks to time-outs.
    private static readonly ActivityOptions Patient = new()
    {
        StartToCloseTimeout = TimeSpan.FromSeconds(1.5),
        RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(20), BackoffCoefficient = 1 },
    };

    private readonly StressPlan _plan;
    private long _sum;
    private int _signalled;
    private int _updated;

    /// <summary>Whether it waits until it is cancelled.</summary>
    [WorkflowQuery]
    public bool Waits { get; private set; }

    /// <summary>Takes up what the runs before have come to.</summary>
    [WorkflowInit]
    public StressWorkflow(StressPlan plan) => (_plan, _sum, _signalled) = (plan, plan.Sum, plan.Signalled);

    /// <summary>The kind of activity that the plan needs.</summary>
    [Activity]
    public static int Twice(int value, int failures) =>
        ActivityExecutionContext.Current.Info.Attempt <= failures ? throw new ApplicationFailureException("not yet")
        : failures < 0 ? throw new ApplicationFailureException("never", nonRetryable: true)
        : 2 * value;

    /// <summary>Runs.</summary>
    [WorkflowRun]
    public async Task<long> RunAsync(StressPlan plan)
    {
        if (plan.Runs.Length > 0)
        {
            // Not in one expression: it would read the sum before the wait and lose what was added meanwhile.
            var done = await DoAllAsync(plan.Runs[0]);
            _sum += done;
        }

        if (plan.Runs.Length > 1)
        {
            // A handler that still waits would be lost with this run, and its signal with it.
            await Workflow.WaitConditionAsync(() => Workflow.AllHandlersFinished, CancellationToken.None);
            var rest = plan with { Runs = plan.Runs[1..], Sum = _sum, Signalled = _signalled };
            throw Workflow.CreateContinueAsNewException((StressWorkflow next) => next.RunAsync(rest));
        }

        await Workflow.WaitConditionAsync(
            () => _signalled == _plan.Signals && _updated == _plan.Updates && Workflow.AllHandlersFinished,
            CancellationToken.None
        );
        if (plan.Cancelled)
        {
            try
            {
                Waits = true;
                await Workflow.DelayAsync(Timeout.InfiniteTimeSpan);
            }
            catch (OperationCanceledException)
            {
                var cleanUp = new ActivityOptions
                {
                    StartToCloseTimeout = Patient.StartToCloseTimeout,
                    CancellationToken = CancellationToken.None,
                };
                _sum += await Workflow.ExecuteActivityAsync(() => Twice(StressPlan.OfCleanUp / 2, 0), cleanUp);
            }
        }

        return _sum;
    }

    /// <summary>Adds a number, some time after it has come.</summary>
    [WorkflowSignal]
    public async Task AddAsync(int value)
    {
        if (value % 2 == 0)
        {
            await Workflow.DelayAsync(5, CancellationToken.None);
        }

        _sum += value;
        _signalled++;
    }

    /// <summary>Adds ten times a number and says how many there have been.</summary>
    [WorkflowUpdate]
    public async Task<int> AddTensAsync(int value)
    {
        var tens = await Workflow.ExecuteLocalActivityAsync(
            () => Twice(5 * value, 0),
            new() { StartToCloseTimeout = TimeSpan.FromSeconds(5), CancellationToken = CancellationToken.None }
        );
        _sum += tens;
        return ++_updated;
    }

    /// <summary>Refuses what is not above zero.</summary>
    [WorkflowUpdateValidator(nameof(AddTensAsync))]
    public void CheckTens(int value) => ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);

    private static StressPlan PlanOf(params StressStep[] steps) => new([steps], 0, 0, Cancelled: false);

    private static ChildWorkflowOptions ChildOptions(CancellationToken? token = null) =>
        new()
        {
            TaskTimeout = TimeSpan.FromSeconds(1),
            CancellationToken = token,
            CancellationType = ChildWorkflowCancellationType.WaitCancellationCompleted,
        };

    private async Task<long> DoAllAsync(StressStep[] steps)
    {
        var sum = 0L;
        foreach (var step in steps)
        {
            sum += await DoAsync(step);
        }

        return sum;
    }

    // The plan's cancellation comes at its end alone, so steps do not heed it: they use tokens of their own.
    private async Task<long> DoAsync(StressStep step)
    {
        switch (step.Kind)
        {
            case StressKind.Timer:
                await Workflow.DelayAsync(step.Value);
                return 0;
            case StressKind.Activity:
                return await Workflow.ExecuteActivityAsync(() => Twice(step.Value, 0), Patient);
            case StressKind.FlakyActivity:
                return await Workflow.ExecuteActivityAsync(() => Twice(step.Value, 2), Patient);
            case StressKind.LocalActivity:
                return await Workflow.ExecuteLocalActivityAsync(
                    () => Twice(step.Value, 0),
                    new() { StartToCloseTimeout = TimeSpan.FromSeconds(5) }
                );
            case StressKind.FailingActivity:
                return await FailingAsync(() => Workflow.ExecuteActivityAsync(() => Twice(step.Value, -1), Patient));
            case StressKind.FailingChild:
                return await FailingAsync(() =>
                    Workflow.ExecuteChildWorkflowAsync((FailingStressWorkflow child) => child.RunAsync(), ChildOptions())
                );
            case StressKind.CancelledActivity:
                return await CancelledAsync(token =>
                    Workflow.ExecuteActivityAsync(
                        () => Twice(step.Value, int.MaxValue),
                        new()
                        {
                            StartToCloseTimeout = Patient.StartToCloseTimeout,
                            RetryPolicy = Patient.RetryPolicy,
                            CancellationToken = token,
                        }
                    )
                );
            case StressKind.CancelledChild:
                return await CancelledAsync(token =>
                    Workflow.ExecuteChildWorkflowAsync((WaitingStressWorkflow child) => child.RunAsync(), ChildOptions(token))
                );
            case StressKind.Child:
                return await Workflow.ExecuteChildWorkflowAsync(
                    (StressWorkflow child) => child.RunAsync(PlanOf(step.Steps)),
                    ChildOptions()
                );
            case StressKind.ToldChild:
                var told = await Workflow.StartChildWorkflowAsync((ToldStressWorkflow child) => child.RunAsync(), ChildOptions());
                await told.SignalAsync(child => child.TellAsync(step.Value));
                return await told.GetResultAsync();
            case StressKind.Race:
                using (var loser = new CancellationTokenSource())
                {
                    var quick = Workflow.DelayAsync(step.Value);
                    var first = await Workflow.WhenAnyAsync(quick, Workflow.DelayAsync(TimeSpan.FromHours(1), loser.Token));
                    loser.Cancel();
                    return first == quick ? step.Value : throw new InvalidOperationException("the timer of an hour has won");
                }

            case StressKind.Parallel:
                return (await Workflow.WhenAllAsync(step.Steps.Select(DoAsync))).Sum();
            case StressKind.Condition:
                return await Workflow.WaitConditionAsync(() => _updated < 0, step.Value) ? -1 : step.Value;
            default:
                for (var count = Workflow.Patched("more") ? Workflow.Random.Next(3) : 0; count >= 0; count--)
                {
                    await Workflow.DelayAsync(1 + Workflow.Random.Next(5));
                }

                return 0;
        }
    }

    private static async Task<long> FailingAsync(Func<Task> act)
    {
        try
        {
            await act();
            return -1;
        }
        catch (Exception failure)
            when (failure is ActivityFailureException or ChildWorkflowFailureException && !TemporalException.IsCanceledException(failure))
        {
            return StressPlan.OfFailure;
        }
    }

    private static async Task<long> CancelledAsync(Func<CancellationToken, Task> act)
    {
        using var cancel = new CancellationTokenSource();
        var acting = act(cancel.Token);
        await Workflow.DelayAsync(20);
        cancel.Cancel();
        try
        {
            await acting;
            return -1;
        }
        catch (Exception failure) when (TemporalException.IsCanceledException(failure))
        {
            return StressPlan.OfCancellation;
        }
    }
}

/// <summary>Fails.</summary>
[Workflow]
public sealed class FailingStressWorkflow
{
    /// <summary>Runs.</summary>
    [WorkflowRun]
    public async Task RunAsync()
    {
        await Workflow.DelayAsync(1);
        throw new ApplicationFailureException("as planned");
    }
}

/// <summary>Waits until it is cancelled.</summary>
[Workflow]
public sealed class WaitingStressWorkflow
{
    /// <summary>Runs.</summary>
    [WorkflowRun]
    public Task RunAsync() => Workflow.DelayAsync(Timeout.InfiniteTimeSpan);
}

/// <summary>Waits until it is told a number.</summary>
[Workflow]
public sealed class ToldStressWorkflow
{
    private int _told;

    /// <summary>Runs.</summary>
    [WorkflowRun]
    public async Task<int> RunAsync()
    {
        await Workflow.WaitConditionAsync(() => _told != 0);
        return _told;
    }

    /// <summary>Tells it.</summary>
    [WorkflowSignal]
    public Task TellAsync(int value)
    {
        _told = value;
        return Task.CompletedTask;
    }
}
