namespace Orchestrator.Workflows.Tasks;

/// <summary>One call for an agent run.</summary>
/// <param name="Guidance">A person's guidance for it.</param>
/// <param name="Stop">The run is not to be started: see <see cref="RunAgentInput.Stop"/>.</param>
/// <param name="Interrupt">Interrupts it.</param>
internal sealed record AgentCall(string Guidance, bool Stop, CancellationToken Interrupt)
{
    /// <summary>Only waits: see <see cref="RunAgentInput.AwaitRelease"/>.</summary>
    public bool AwaitRelease { get; init; }

    /// <inheritdoc cref="RunAgentInput.Answer"/>
    public string Answer { get; init; } = "";
}

/// <summary>The agent of one attempt: as many agent runs as crashes, limits and pauses require, always in the same conversation.</summary>
internal sealed class AgentRuns(TaskState state, TaskReporter reporter, TaskWaits waits)
{
    private static DateTimeOffset Now => new(Workflow.UtcNow, TimeSpan.Zero);

    /// <summary>Runs the agent until it ends in a way that another run would not change.</summary>
    /// <param name="call">Lets one start happen.</param>
    /// <param name="answer">Answers a request of the agent. True: it goes on in its conversation; false: something must be carried out
    /// first. Null: a person answers.</param>
    public async Task<AgentRunResult> RunAsync(Func<AgentCall, Task<AgentRunResult>> call, Func<AgentRunResult, Task<bool>>? answer = null)
    {
        var retries = new AgentRetries(state.Rules.Retry);
        var pause = TimeSpan.FromMinutes(1);
        var alone = TaskWaits.FirstPause;
        var held = "";
        while (true)
        {
            await waits.WhilePausedAsync();
            var begun = Now;
            var (result, wasInterrupted) = await StartAsync(call, held);
            held = result.FailureClass == FailureClasses.Held ? result.Message : "";
            state.Report = state.Report with { Signature = result.Signature };
            var (next, why) = retries.After(result, Now - begun);
            switch (next)
            {
                case AfterAgent.Done:
                    return result;
                case AfterAgent.Stopped:
                    state.ThrowIfCancelled();
                    if (!wasInterrupted)
                    {
                        state.PauseAsStopped();
                    }
                    break;
                case AfterAgent.Later:
                    var backoff = retries.Backoff(result, Now, Workflow.Random.NextDouble());
                    await waits.ForAsync(TaskStates.Executing, new AgentStartsAgain(new Quote(result.Message), backoff), backoff);
                    break;
                case AfterAgent.AtReset:
                    var (reset, wait) = retries.UntilReset(result, Now, Workflow.Random.NextDouble());
                    await waits.UntilResetAsync(result.Message, reset, wait);
                    break;
                case AfterAgent.Parked:
                    pause = await waits.ParkAsync(result.FailureClass, new AgentFailed(new Quote(result.Message)), pause);
                    break;
                case AfterAgent.ParkedAlone:
                    alone = await waits.ParkAsync(FailureClasses.Gate, why!, alone);
                    break;
                case AfterAgent.Answered when answer is not null:
                    if (!await answer(result))
                    {
                        return result;
                    }
                    break;
                case AfterAgent.Answered:
                    await waits.ForAnswerAsync(new AgentAsks(new Quote(result.Message)));
                    break;
                case AfterAgent.Fail:
                    throw new TaskEndedException(TaskStates.Failed, why!);
                case AfterAgent.Again:
                    break;
            }
        }
    }

    private async Task<(AgentRunResult Result, bool WasInterrupted)> StartAsync(Func<AgentCall, Task<AgentRunResult>> call, string held)
    {
        state.Progress = state.Progress with { LastStart = state.Progress.LastStart + 1, Starts = state.Progress.Starts + 1 };
        reporter.TransitionTo(TaskStates.Executing, held.Length == 0 ? null : new AgentHeld(new Quote(held)));
        using var interrupt = state.Interrupt = CancellationTokenSource.CreateLinkedTokenSource(state.Stop);
        AgentRunResult result;
        var guidance = state.TakeGuidance();
        var answer = state.Answer;
        try
        {
            result = await CallAsync(
                call,
                new AgentCall(guidance, Stop: false, interrupt.Token) { AwaitRelease = held.Length > 0, Answer = answer }
            );
        }
        finally
        {
            // A later pause has nothing to interrupt.
            state.Interrupt = null;
        }
        if (result.Session.Length > 0)
        {
            state.Session = result.Session;
        }
        if (result.NeverBegun)
        {
            state.RestoreGuidance(guidance);
        }
        else
        {
            state.Answer = "";
        }
        state.Notice(result.Notices);
        state.Heard(result);
        state.Progress = state.Progress with
        {
            Cost = state.Progress.Cost + result.Cost,
            Tokens = state.Progress.Tokens + result.Tokens,
            Starts = state.Progress.Starts - (result.NeverBegun ? 1 : 0),
            LastStart = state.Progress.LastStart - (result.FailureClass == FailureClasses.Held ? 1 : 0),
        };
        return (result, interrupt.IsCancellationRequested);
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
        catch (ActivityFailureException failure) when (first.Interrupt.IsCancellationRequested && LeftItsAgent(failure))
        {
            return await call(first with { Stop = true, AwaitRelease = false, Interrupt = CancellationToken.None });
        }
    }

    /// <summary>Whether the interruption did not reach a worker, so that the agent may still run: the server ended the activity unheard,
    /// its worker released it (an activity that is to be cancelled is not retried), died, or was too busy to heartbeat.</summary>
    private static bool LeftItsAgent(ActivityFailureException failure) =>
        TemporalException.IsCanceledException(failure)
        || failure.InnerException
            is TimeoutFailureException
                or ApplicationFailureException { ErrorType: FailureTypes.WorkerStops or FailureTypes.WorkerDied };
}
