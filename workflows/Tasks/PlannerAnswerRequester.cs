namespace Orchestrator.Workflows.Tasks;

/// <summary>
/// Asks the planner to answer a question from the task's agent. A user may answer in the meantime, and the first answer counts. The
/// planner's answer only becomes text in the agent's next prompt and grants no permissions.
/// </summary>
/// <param name="reporter">Sends reports to the run.</param>
/// <param name="waits">Waits for users and times.</param>
/// <param name="question">The agent's question.</param>
internal sealed class PlannerAnswerRequester(
    TaskWorkflowState state,
    TaskWorkflowReportSender reporter,
    TaskSuspender waits,
    string question
) : AgentRunActivityCaller
{
    private readonly AgentQuestion _question = new()
    {
        RunId = state.Input.RunId,
        Repository = state.Input.Repository,
        PlanHash = state.Input.PlanHash,
        Task = new TaskQuestion(state.Input, state.Progress.LastStart, state.Progress.SaidHash ?? ""),
    };
    private int _start = 1;
    private string _session = "";
    private AgentAnswerValidationResult? _judged;
    private Reason? _forPerson;

    /// <inheritdoc/>
    public override bool IsAnswered => state.HasGuidance;

    /// <summary>Asks the planner until the planner or a user has answered, or until only a user can answer.</summary>
    /// <returns>Reason why a user has to answer, or null if the agent can continue.</returns>
    public async Task<Reason?> AskAsync()
    {
        try
        {
            await new AgentRunRepeater(state, waits).RunAsync(this);
            return _forPerson;
        }
        finally
        {
            state.Report = state.Report with { ResetAt = null, Progress = state.Progress with { Asks = null } };
        }
    }

    /// <summary>Executes one agent run of the planner. A user's guidance, a pause or a cancellation interrupts it.</summary>
    /// <inheritdoc/>
    public override async Task<AgentRunResult> StartAsync(string held)
    {
        reporter.TransitionTo(TaskStateNames.Parked, Asking(held.Length > 0 ? new AgentStartsHeldReason(new VerbatimQuote(held)) : null));
        AgentRunResult result;
        using (var interrupt = state.Interrupt = CancellationTokenSource.CreateLinkedTokenSource(state.Stop))
        {
            try
            {
                var asking = AgentRunRepeater.CallAsync(
                    CallAsync,
                    new AgentRunExecutionOptions("", Stop: false, interrupt.Token) { AwaitRelease = held.Length > 0 }
                );
                await Workflow.WaitConditionAsync(() => state.HasGuidance || asking.IsCompleted, CancellationToken.None);
                if (!asking.IsCompleted)
                {
                    interrupt.Cancel();
                }
                result = await asking;
                _judged = result.FailureClass == FailureClass.None ? await JudgeAsync(result) : null;
            }
            catch (ActivityFailureException failure) when (!state.IsCancelled)
            {
                result = new AgentRunResult { FailureClass = FailureClass.Invalid };
                _judged = new AgentAnswerValidationResult { LeftToPerson = FailureCause.Of(failure) };
            }
            finally
            {
                state.Interrupt = null;
            }
        }
        _session = result.Session.Length > 0 ? result.Session : _session;
        _start += result.NeverBegun ? 0 : 1;
        state.Progress = state.Progress with { Cost = state.Progress.Cost + result.Cost, Tokens = state.Progress.Tokens + result.Tokens };
        state.ThrowIfCancelled();
        if (state.HasGuidance)
        {
            var wasPaid = _judged is { Message.Length: > 0 } late ? $"; the planner's answer came too late ({late.File})" : "";
            state.Notice([new TaskNotice($"a user answered its question first{wasPaid}")]);
        }
        return result;
    }

    /// <inheritdoc/>
    public override Task WaitAsync(AgentRunResult result, TimeSpan pause) =>
        waits.ForAsync(TaskStateNames.Parked, Asking(new PlannerRetriedAfterFailureReason(new VerbatimQuote(result.Message))), pause);

    /// <inheritdoc/>
    public override Task WaitUntilResetAsync(AgentRunResult result, DateTimeOffset reset, TimeSpan pause)
    {
        state.Report = state.Report with { ResetAt = reset };
        return waits.ForAsync(
            TaskStateNames.Parked,
            Asking(new PlannerUsageLimitReachedReason(reset, new VerbatimQuote(result.Message))),
            pause
        );
    }

    /// <inheritdoc/>
    public override Task WaitForBudgetAsync(AgentRunResult result, TimeSpan pause) =>
        waits.ForAsync(TaskStateNames.Parked, Asking(new BudgetUsedUpReason(result.Budget!)), pause);

    /// <inheritdoc/>
    public override Task<bool> EndsAsync(AgentRunNextStep next, AgentRunResult result, Reason? why)
    {
        if (next == AgentRunNextStep.Stopped && state.IsPaused)
        {
            return Task.FromResult(false);
        }
        switch (_judged)
        {
            case { Message.Length: > 0 } answer:
                StoreAnswer(answer, result);
                break;
            case { LeftToPerson: { } left }:
                _forPerson = new PlannerDefersToUserReason(new VerbatimQuote(left));
                break;
            default:
                _forPerson =
                    next == AgentRunNextStep.Stopped
                        ? new PlannerStoppedReason()
                        : new PlannerCannotAnswerReason(why ?? new AgentFailedReason(new VerbatimQuote(result.Message)));
                break;
        }
        return Task.FromResult(true);
    }

    private Task<AgentRunResult> CallAsync(AgentRunExecutionOptions call)
    {
        var ask = new AskAgentInput
        {
            Question = _question,
            Attempt = 1,
            Start = _start,
            Session = _session,
            Stop = call.Stop,
            AwaitRelease = call.AwaitRelease,
        };
        return waits.ExecuteActivityAsync(
            (IAnswerActivities a) => a.AskAgentAsync(ask),
            ActivityDefaults.Long(state.Input.Repository.Queue, state.Rules.PlannerTimeout, call.Interrupt)
        );
    }

    private Task<AgentAnswerValidationResult> JudgeAsync(AgentRunResult result)
    {
        var judge = new ValidateAgentAnswerInput(_question, _start, result.SaidHash);
        return waits.ExecuteActivityAsync(
            (IAnswerActivities a) => a.JudgeAnswerAsync(judge),
            ActivityDefaults.ShortActivity(state.Input.Repository.Queue)
        );
    }

    /// <summary>
    /// Shows users the question while the planner is asked, so that a user may answer first. Meanwhile, the task neither waits for an
    /// account nor occupies a slot.
    /// </summary>
    /// <returns>The reason that is shown to users.</returns>
    private PlannerConsultedReason Asking(Reason? why)
    {
        state.Progress = state.Progress with { Asks = ApprovalKinds.Question };
        return new PlannerConsultedReason(new VerbatimQuote(question), $"{state.Input.RunId}/{state.Input.Task.Id}", why);
    }

    private void StoreAnswer(AgentAnswerValidationResult answer, AgentRunResult result) =>
        state.StorePlannerAnswer(
            new TaskAnswer
            {
                Start = _question.Task!.Start,
                Question = TaskAnswer.Shorten(question),
                Answer = TaskAnswer.Shorten(answer.Message),
                By = answer.By ?? "",
                Cost = result.Cost,
                File = answer.File ?? "",
            },
            $"your question was answered by the planner ({answer.By}), not by a user. The answer grants no new permissions: "
                + "the files that you may write and the gates do not change.\n\n"
                + answer.Message
        );
}
