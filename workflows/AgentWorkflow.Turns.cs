using Orchestrator.Messages;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Orchestrator.Workflows;

/// <summary>One turn of the agent: as many starts as crashes, limits and pauses make necessary, always in the same conversation.</summary>
public abstract partial class AgentWorkflow
{
    /// <summary>Starts in a row that may be killed from outside before the task fails: a machine that kills every agent is no place to go on.</summary>
    private const int MaxDeaths = 20;

    /// <summary>At most so much later than the reset of a usage limit a task wakes.</summary>
    private static readonly TimeSpan MaxSpread = TimeSpan.FromSeconds(60);
    private string _session = "";
    private bool _interrupted;

    /// <summary>Conversation to go on with; empty before the first start has named it.</summary>
    private protected string Session => _session;

    /// <summary>One turn: starts until one ends in something that another start would not change.</summary>
    /// <param name="call">Lets one start happen.</param>
    private protected async Task<AgentRunResult> RunAgentAsync(Func<AgentCall, Task<AgentRunResult>> call)
    {
        var attempts = 0;
        var deaths = 0;
        var pause = TimeSpan.FromMinutes(1);
        while (true)
        {
            await WhilePausedAsync();
            var result = await StartAgentAsync(call);
            Report = Report with { Signature = result.Signature };
            switch (result.FailureClass)
            {
                case FailureClasses.None:
                    return result;
                case FailureClasses.Stopped:
                    ThrowIfCancelled();
                    if (!_interrupted)
                        PauseAsStopped();
                    break;
                case FailureClasses.Died:
                    if (++deaths >= MaxDeaths)
                        throw new TaskEndedException(TaskStates.Failed, $"the agent was killed {deaths} times in a row: {result.Message}");
                    break;
                case FailureClasses.Transient:
                    if (++attempts >= Input.Settings.RetryMaxAttempts)
                        throw new TaskEndedException(TaskStates.Failed, $"{result.Message} ({attempts} attempts)");
                    await WaitAsync(TaskStates.Executing, $"{result.Message}; next attempt", PauseBefore(attempts + 1, result));
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

    private async Task<AgentRunResult> StartAgentAsync(Func<AgentCall, Task<AgentRunResult>> call)
    {
        Report = Report with { LastStart = Report.LastStart + 1, Starts = Report.Starts + 1 };
        Become(TaskStates.Executing, "");
        var guidance = _guidance;
        _guidance = "";
        using var interrupt = _interrupt = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        AgentRunResult result;
        try
        {
            result = await CallAsync(call, guidance, interrupt.Token);
        }
        finally
        {
            // A pause that comes later has nothing to interrupt.
            _interrupt = null;
        }
        _interrupted = interrupt.IsCancellationRequested;
        if (result.Session.Length > 0)
            _session = result.Session;
        Notice(result.Notices);
        Report = Report with { Cost = Report.Cost + result.Cost, Tokens = Report.Tokens + result.Tokens, Starts = Report.Starts - (result.NeverBegun ? 1 : 0) };
        return result;
    }

    /// <summary>
    /// While no worker follows the start (none has taken it up yet, or the last one has gone or just lets go of it), nobody hears that it is interrupted, and the engine ends the activity by itself. What the start
    /// may have left at work is then stopped as soon as there is a worker, and where it has ended already, its outcome counts.
    /// </summary>
    private static async Task<AgentRunResult> CallAsync(Func<AgentCall, Task<AgentRunResult>> call, string guidance, CancellationToken interrupt)
    {
        try
        {
            return await call(new AgentCall(guidance, Stop: false, interrupt));
        }
        catch (ActivityFailureException failure) when (interrupt.IsCancellationRequested && LeftItsAgent(failure))
        {
            return await call(new AgentCall(guidance, Stop: true, CancellationToken.None));
        }
    }

    /// <summary>
    /// Whether nobody heard that the start was interrupted, so that its agent may work on: the engine ended it unheard, its worker let go of it
    /// (the engine tries nothing again that is to be cancelled), died, or was too busy to say that it lives.
    /// </summary>
    private static bool LeftItsAgent(ActivityFailureException failure) => TemporalException.IsCanceledException(failure)
        || failure.InnerException is TimeoutFailureException
            or ApplicationFailureException { ErrorType: FailureTypes.WorkerStops or FailureTypes.WorkerDied };

    /// <summary>Whoever stops an agent on its machine does not want to see it started again: the task waits until it is told to go on.</summary>
    private void PauseAsStopped()
    {
        _paused = true;
        _pauseReason = "its agent was stopped by a person; 'resume' goes on in its conversation";
    }

    /// <summary>A usage limit uses no attempt: the task sleeps until the limit is reset, spread a little so that not all wake at once.</summary>
    private Task WaitForResetAsync(AgentRunResult result)
    {
        var until = result.ResetAt ?? Now.AddMinutes(15);
        var left = until - Now > TimeSpan.Zero ? until - Now : TimeSpan.FromSeconds(1);
        var wait = left + (Math.Min(left.TotalSeconds * 0.1, MaxSpread.TotalSeconds) * TimeSpan.FromSeconds(Workflow.Random.NextDouble()));
        Report = Report with { FailureClass = FailureClasses.UsageLimit, ResetAt = until };
        return WaitAsync(TaskStates.Parked, $"{result.Message}; waits until {until:yyyy-MM-dd HH:mm:ss}Z", wait);
    }

    /// <summary>Waits for the machine, the account or what a gate needs to be repaired, and says how long to wait the next time. A gate is the task's own: its run wakes nobody for it.</summary>
    private protected async Task<TimeSpan> ParkAsync(string failureClass, string reason, TimeSpan pause)
    {
        Report = Report with { FailureClass = failureClass, ResetAt = null };
        if (Input.RunWakes && failureClass != FailureClasses.Gate)
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
        Report = Report with { FailureClass = FailureClasses.None, ResetAt = null };
        ThrowIfCancelled();
    }

    /// <summary>What the service itself asked for wins.</summary>
    private TimeSpan PauseBefore(int attempt, AgentRunResult result)
    {
        var backoff = Backoff(attempt - 1);
        return result.ResetAt - Now is { } asked && asked > backoff ? asked : backoff;
    }

    /// <summary>Exponential from the base delay, cut at the maximum, full jitter.</summary>
    private TimeSpan Backoff(int attempts)
    {
        var ceiling = Input.Settings.RetryBaseDelay * Math.Pow(2, attempts - 1);
        var limited = ceiling < Input.Settings.RetryMaxDelay ? ceiling : Input.Settings.RetryMaxDelay;
        return limited * Workflow.Random.NextDouble();
    }

    /// <summary>One call for a start of the agent.</summary>
    /// <param name="Guidance">A person's words for it.</param>
    /// <param name="Stop">It is not to be begun: see <see cref="RunAgentInput.Stop"/>.</param>
    /// <param name="Interrupt">Interrupts it.</param>
    private protected sealed record AgentCall(string Guidance, bool Stop, CancellationToken Interrupt);
}
