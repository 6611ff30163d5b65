namespace Orchestrator.Workflows.Tasks;

/// <summary>One call for an agent run.</summary>
/// <param name="Guidance">A person's guidance for it.</param>
/// <param name="Stop">The run is not to be started: see <see cref="AgentCallInput.Stop"/>.</param>
/// <param name="Interrupt">Interrupts it.</param>
internal sealed record AgentCall(string Guidance, bool Stop, CancellationToken Interrupt)
{
    /// <summary>Only waits: see <see cref="AgentCallInput.AwaitRelease"/>.</summary>
    public bool AwaitRelease { get; init; }

    /// <inheritdoc cref="RunAgentInput.Answer"/>
    public string Answer { get; init; } = "";

    /// <summary>Called where the machine of the agent run is gone: whether the agent was begun there is unknown.</summary>
    public Action? Lost { get; init; }
}

/// <summary>Runs an agent as often as crashes, holds, limits and pauses require, always in the same conversation.</summary>
internal sealed class AgentRuns(TaskState state, TaskWaits waits)
{
    /// <summary>A budget may be raised by way of another run.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(30);

    private static DateTimeOffset Now => new(Workflow.UtcNow, TimeSpan.Zero);

    /// <summary>Runs the agent until its caller needs no further run.</summary>
    /// <param name="caller">Who has it run.</param>
    /// <returns>How the last run ended; null: none was needed.</returns>
    public async Task<AgentRunResult?> RunAsync(AgentCaller caller)
    {
        var retries = new AgentRetries(state.Rules.Retry);
        AgentRunResult? last = null;
        while (true)
        {
            state.PauseAtLimit(Now);
            await waits.WhilePausedAsync();
            if (caller.IsAnswered)
            {
                return last;
            }
            var begun = Now;
            var result = last = await caller.StartAsync(last?.FailureClass == FailureClass.Held ? last.Message : "");
            if (caller.IsAnswered)
            {
                return result;
            }
            var (next, why) = retries.After(result, Now - begun);
            switch (next)
            {
                case AfterAgent.Again:
                    break;
                case AfterAgent.Later:
                    await caller.WaitAsync(result, retries.Backoff(result, Now, Workflow.Random.NextDouble()));
                    break;
                case AfterAgent.AtReset:
                    var (reset, pause) = retries.UntilReset(result, Now, Workflow.Random.NextDouble());
                    await caller.WaitUntilResetAsync(result, reset, pause);
                    break;
                case AfterAgent.AtBudget:
                    await caller.WaitForBudgetAsync(result, result.WakeAt is { } wake && wake > Now ? wake - Now : LookAgain);
                    break;
                default:
                    if (await caller.EndsAsync(next, result, why))
                    {
                        return result;
                    }
                    break;
            }
        }
    }

    /// <summary>While no worker follows the agent run (none has taken it up yet, or the last one is gone or is releasing it), an
    /// interruption reaches nobody, and the server ends the activity by itself. An agent that still runs is then stopped as soon as there
    /// is a worker; if it has ended already, its outcome counts.</summary>
    /// <param name="call">Lets one start happen.</param>
    /// <param name="first">How.</param>
    internal static async Task<T> CallAsync<T>(Func<AgentCall, Task<T>> call, AgentCall first)
    {
        try
        {
            return await call(first);
        }
        catch (ActivityFailureException failure) when (first.Interrupt.IsCancellationRequested && ActivityEnds.HasNoOutcome(failure))
        {
            if (failure.InnerException is TimeoutFailureException)
            {
                first.Lost?.Invoke();
            }
        }
        catch (HostLeftException)
        {
            first.Lost?.Invoke();
        }
        return await call(first with { Stop = true, AwaitRelease = false, Interrupt = CancellationToken.None });
    }
}
