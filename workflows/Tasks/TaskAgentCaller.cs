namespace Orchestrator.Workflows.Tasks;

/// <summary>Calls the task's own agent during one attempt.</summary>
/// <param name="reporter">Sends reports to the run.</param>
/// <param name="waits">Waits for users, accounts, hosts and times.</param>
/// <param name="call">Executes a single agent run.</param>
/// <param name="answer">Handles a request from the agent. Returns true if the agent continues its conversation, false if the request must
/// be carried out first, or null if a user has to answer.</param>
internal sealed class TaskAgentCaller(
    TaskWorkflowState state,
    TaskWorkflowReportSender reporter,
    TaskSuspender waits,
    Func<AgentRunExecutionOptions, Task<AgentRunResult>> call,
    Func<AgentRunResult, Task<bool>>? answer = null
) : AgentRunActivityCaller
{
    private TimeSpan _parked = TimeSpan.FromMinutes(1);
    private TimeSpan _parkedAlone = TaskSuspender.FirstPause;
    private bool _wasInterrupted;

    /// <inheritdoc/>
    public override async Task<AgentRunResult> StartAsync(string held)
    {
        state.Progress = state.Progress with { LastStart = state.Progress.LastStart + 1, Starts = state.Progress.Starts + 1 };
        reporter.TransitionTo(TaskStateNames.Executing, held.Length == 0 ? null : new AgentStartsHeldReason(new VerbatimQuote(held)));
        using var interrupt = state.Interrupt = CancellationTokenSource.CreateLinkedTokenSource(state.Stop);
        AgentRunResult result;
        (state.WasMoved, state.HasBegun) = (false, null);
        var isLost = false;
        var guidance = state.RemoveGuidance();
        try
        {
            result = await AgentRunRepeater.CallAsync(
                call,
                new AgentRunExecutionOptions(guidance, Stop: false, interrupt.Token)
                {
                    AwaitRelease = held.Length > 0,
                    Answer = state.Answer,
                    Lost = () => isLost = true,
                }
            );
        }
        finally
        {
            // A pause after this point has nothing to interrupt.
            state.Interrupt = null;
        }
        // An agent that was started on a lost host was paid for, but the end of the activity does not show whether it was started. An
        // activity that waits for a retry ends like one that no worker picked up.
        var isBegunElsewhere = state.HasBegun ?? (isLost || result.LeftElsewhere);
        var isLeftBehind = state.WasMoved && result.NeverBegun && isBegunElsewhere;
        if (isLeftBehind)
        {
            state.Notice([new TaskNotice(LeftBehind(state.Progress.LastStart, result.Session.Length > 0))]);
        }
        state.Session = result.Session.Length > 0 ? result.Session : state.Session;
        // An agent whose program never ran has read nothing.
        var hasRun = result is { NeverBegun: false, NeverRan: false };
        if (!hasRun)
        {
            state.RestoreGuidance(guidance);
        }
        else
        {
            state.Answer = "";
        }
        state.StoreAgentResult(result);
        state.Progress = state.Progress with
        {
            Starts = state.Progress.Starts - (hasRun || isLeftBehind ? 0 : 1),
            LastStart = state.Progress.LastStart - (IsNumberFree(result) ? 1 : 0),
        };
        _wasInterrupted = interrupt.IsCancellationRequested;
        return result;
    }

    private static string LeftBehind(int start, bool hasConversation) =>
        $"start {start} of its agent was abandoned on another host; the next one continues from the shared files"
        + (hasConversation ? ", in its conversation" : ", without its conversation")
        + ", and counts as another start";

    /// <summary>True if the agent run did not use up its number, so that the next agent run can have the same number.</summary>
    private static bool IsNumberFree(AgentRunResult result) =>
        result.FailureClass == FailureClass.Held
        || result is { NeverBegun: true, FailureClass: FailureClass.UsageLimit or FailureClass.Budget or FailureClass.Environment };

    /// <inheritdoc/>
    public override Task WaitAsync(AgentRunResult result, TimeSpan pause) =>
        waits.ForNextStartAsync(new AgentRestartPendingReason(new VerbatimQuote(result.Message), pause), pause);

    /// <inheritdoc/>
    public override Task WaitUntilResetAsync(AgentRunResult result, DateTimeOffset reset, TimeSpan pause)
    {
        var now = new DateTimeOffset(Workflow.UtcNow, TimeSpan.Zero);
        if (
            UsageLimitAgentSwitchDecider.Next(state.Input.Task, state.Progress, result, state.Session.Length > 0, now) is { } relay
            && Workflow.Patched("relay")
        )
        {
            state.ContinueWithRelay(relay);
            return Task.CompletedTask;
        }
        return waits.WaitForResetAsync(result.Message, reset, pause);
    }

    /// <inheritdoc/>
    public override Task WaitForBudgetAsync(AgentRunResult result, TimeSpan pause) => waits.ForBudgetAsync(result, pause);

    /// <inheritdoc/>
    public override async Task<bool> EndsAsync(AgentRunNextStep next, AgentRunResult result, Reason? why)
    {
        switch (next)
        {
            case AgentRunNextStep.Done:
                return true;
            case AgentRunNextStep.Stopped:
                state.ThrowIfCancelled();
                if (!_wasInterrupted)
                {
                    state.PauseAsStopped();
                }
                return false;
            case AgentRunNextStep.Parked:
                _parked = await waits.ParkAsync(result.FailureClass, new AgentFailedReason(new VerbatimQuote(result.Message)), _parked);
                return false;
            case AgentRunNextStep.ParkedAlone:
                _parkedAlone = await waits.ParkAsync(FailureClass.Gate, why!, _parkedAlone);
                return false;
            case AgentRunNextStep.Answered when answer is not null:
                return !await answer(result);
            case AgentRunNextStep.Answered:
                await waits.ForAnswerAsync(new AgentQuestionForUserReason(new VerbatimQuote(result.Message)));
                return false;
            default:
                throw new TaskEndedException(TaskStateNames.Failed, why!);
        }
    }
}
