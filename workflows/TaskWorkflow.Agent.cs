using Orchestrator.Contracts;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Orchestrator.Workflows;

/// <summary>One turn of the agent: as many starts as crashes, limits and pauses make necessary, always in the same conversation.</summary>
public sealed partial class TaskWorkflow
{
    /// <summary>Starts in a row that may be killed from outside before the task fails: a machine that kills every agent is no place to go on.</summary>
    private const int MaxDeaths = 20;

    /// <summary>At most so much later than the reset of a usage limit a task wakes.</summary>
    private static readonly TimeSpan MaxSpread = TimeSpan.FromSeconds(60);
    private string _session = "";

    private async Task<AgentRunResult> RunAgentAsync(PreparedTask prepared)
    {
        var attempts = 0;
        var deaths = 0;
        var pause = TimeSpan.FromMinutes(1);
        while (true)
        {
            await WhilePausedAsync();
            var result = await StartAgentAsync(prepared);
            _report = _report with { Signature = result.Signature };
            switch (result.FailureClass)
            {
                case FailureClasses.None:
                    return result;
                case FailureClasses.Stopped:
                    ThrowIfCancelled();
                    break;
                case FailureClasses.Died:
                    if (++deaths >= MaxDeaths)
                        throw new TaskEndedException(TaskStates.Failed, $"the agent was killed {deaths} times in a row: {result.Message}");
                    break;
                case FailureClasses.Transient:
                    if (++attempts >= _input.Settings.RetryMaxAttempts)
                        throw new TaskEndedException(TaskStates.Failed, $"{result.Message} ({attempts} attempts)");
                    await WaitAsync(TaskStates.Executing, $"{result.Message}; next attempt", Backoff(attempts));
                    break;
                case FailureClasses.UsageLimit:
                    await WaitForResetAsync(result);
                    break;
                case FailureClasses.Account or FailureClasses.Environment:
                    pause = await ParkAsync(result.FailureClass, result.Message, pause);
                    break;
                case FailureClasses.Blocked:
                    await WaitForAnswerAsync(result.Message);
                    break;
                default:
                    throw new TaskEndedException(TaskStates.Failed, result.Message);
            }
        }
    }

    private async Task<AgentRunResult> StartAgentAsync(PreparedTask prepared)
    {
        _report = _report with { LastStart = _report.LastStart + 1, Starts = _report.Starts + 1 };
        Become(TaskStates.Executing, "");
        var run = new RunAgentInput
        {
            Task = _input,
            Prepared = prepared,
            Round = _report.Round,
            Start = _report.LastStart,
            Session = _session,
            ProblemsFile = _problemsFile,
            Guidance = _guidance,
        };
        _guidance = "";
        using var interrupt = _interrupt = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var result = await Workflow.ExecuteActivityAsync(
            (ITaskActivities a) => a.RunAgentAsync(run), ActivityDefaults.Long(_input.Repository.Queue, _input.Task.Timeout, interrupt.Token));
        _interrupt = null;
        if (result.Session.Length > 0)
            _session = result.Session;
        _report = _report with { Cost = _report.Cost + result.Cost, Tokens = _report.Tokens + result.Tokens };
        return result;
    }

    /// <summary>A usage limit uses no attempt: the task sleeps until the limit is reset, spread a little so that not all wake at once.</summary>
    private Task WaitForResetAsync(AgentRunResult result)
    {
        var until = result.ResetAt ?? Now.AddMinutes(15);
        var left = until - Now > TimeSpan.Zero ? until - Now : TimeSpan.FromSeconds(1);
        var wait = left + (Math.Min(left.TotalSeconds * 0.1, MaxSpread.TotalSeconds) * TimeSpan.FromSeconds(Workflow.Random.NextDouble()));
        _report = _report with { FailureClass = FailureClasses.UsageLimit, ResetAt = until };
        return WaitAsync(TaskStates.Parked, $"{result.Message}; waits until {until:yyyy-MM-dd HH:mm:ss}Z", wait);
    }

    /// <summary>Waits for the machine or the account to be repaired, and says how long to wait the next time.</summary>
    private async Task<TimeSpan> ParkAsync(string failureClass, string reason, TimeSpan pause)
    {
        _report = _report with { FailureClass = failureClass, ResetAt = null };
        if (_input.RunWakes)
        {
            await WaitAsync(TaskStates.Parked, reason, SelfWake);
            return pause;
        }
        await WaitAsync(TaskStates.Parked, $"{reason} (tried again in {pause.TotalMinutes:0.#} min, at once with 'retry')", pause);
        var longer = pause * 2;
        return longer < MaxPark ? longer : MaxPark;
    }

    private async Task WaitForAnswerAsync(string question)
    {
        _goOn = false;
        Become(TaskStates.Blocked, question);
        await Workflow.WaitConditionAsync(() => _goOn || Cancelled, CancellationToken.None);
        ThrowIfCancelled();
    }

    private async Task WaitAsync(string state, string reason, TimeSpan time)
    {
        _goOn = false;
        Become(state, reason);
        await Workflow.WaitConditionAsync(() => _goOn || Cancelled, time, CancellationToken.None);
        _report = _report with { FailureClass = FailureClasses.None, ResetAt = null };
        ThrowIfCancelled();
    }

    /// <summary>Exponential from the base delay, cut at the maximum, full jitter.</summary>
    private TimeSpan Backoff(int attempts)
    {
        var ceiling = _input.Settings.RetryBaseDelay * Math.Pow(2, attempts - 1);
        var limited = ceiling < _input.Settings.RetryMaxDelay ? ceiling : _input.Settings.RetryMaxDelay;
        return limited * Workflow.Random.NextDouble();
    }
}
