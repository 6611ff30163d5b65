namespace Orchestrator.Workflows.Tasks;

/// <summary>Has the planner answer a question of the task's agent. A person may answer meanwhile: the first answer counts. The planner's
/// answer is only text in the agent's next prompt.</summary>
/// <param name="reporter">Reports to the run.</param>
/// <param name="waits">For persons and times.</param>
internal sealed class PlannerAnswers(TaskState state, TaskReporter reporter, TaskWaits waits)
{
    private static DateTimeOffset Now => new(Workflow.UtcNow, TimeSpan.Zero);

    /// <summary>Asks until there is an answer, the planner's or a person's.</summary>
    /// <param name="question">What the agent asks.</param>
    /// <returns>Why a person has to answer; null: the agent goes on.</returns>
    public async Task<Reason?> AskAsync(string question)
    {
        try
        {
            return await AskUntilAnsweredAsync(question, state.Progress.LastStart);
        }
        finally
        {
            state.Report = state.Report with { ResetAt = null, Progress = state.Progress with { Asks = null } };
        }
    }

    private async Task<Reason?> AskUntilAnsweredAsync(string question, int start)
    {
        var retries = new AgentRetries(state.Rules.Retry);
        var (ask, session, held) = (1, "", "");
        while (true)
        {
            await waits.WhilePausedAsync();
            if (state.HasGuidance)
            {
                return null;
            }
            var input = new AskQuestionInput
            {
                Task = state.Input,
                Start = start,
                Ask = ask,
                Session = session,
                SaidHash = state.Progress.SaidHash ?? "",
            };
            reporter.TransitionTo(TaskStates.Parked, Asking(held.Length > 0 ? new AgentHeld(new Quote(held)) : null, question));
            var answer = await CallAsync(input, awaitRelease: held.Length > 0);
            var run = answer.Run;
            held = run.FailureClass == FailureClasses.Held ? run.Message : "";
            session = run.Session.Length > 0 ? run.Session : session;
            ask += run.NeverBegun ? 0 : 1;
            state.Progress = state.Progress with { Cost = state.Progress.Cost + run.Cost, Tokens = state.Progress.Tokens + run.Tokens };
            state.ThrowIfCancelled();
            if (state.HasGuidance)
            {
                var wasPaid = answer.Answer.Length > 0 ? $"; the planner's answer came too late ({answer.File})" : "";
                state.Notice([new TaskNotice($"a person has answered its question first{wasPaid}")]);
                return null;
            }
            if (answer.Answer.Length > 0)
            {
                Take(question, start, answer);
                return null;
            }
            if (answer.Why.Length > 0)
            {
                return new PlannerLeavesIt(new Quote(answer.Why));
            }
            var (next, why) = retries.After(run);
            switch (next)
            {
                case AfterAgent.Again:
                    break;
                case AfterAgent.Later:
                    await WaitAsync(
                        new PlannerAskedAgainAfter(new Quote(run.Message)),
                        question,
                        retries.Backoff(run, Now, Workflow.Random.NextDouble())
                    );
                    break;
                case AfterAgent.AtReset:
                    var (reset, wait) = retries.UntilReset(run, Now, Workflow.Random.NextDouble());
                    state.Report = state.Report with { ResetAt = reset };
                    await WaitAsync(new PlannerLimited(reset, new Quote(run.Message)), question, wait);
                    break;
                case AfterAgent.Stopped when state.IsPaused:
                    break;
                case AfterAgent.Stopped:
                    return new PlannerStopped();
                default:
                    return new PlannerUnable(why ?? new AgentFailed(new Quote(run.Message)));
            }
        }
    }

    /// <summary>One run of the planner; guidance of a person, a pause and a cancellation interrupt it.</summary>
    private async Task<QuestionAnswer> CallAsync(AskQuestionInput input, bool awaitRelease)
    {
        using var interrupt = state.Interrupt = CancellationTokenSource.CreateLinkedTokenSource(state.Stop);
        try
        {
            var asking = AgentRuns.CallAsync(
                call => StartAsync(input, call),
                new AgentCall("", Stop: false, interrupt.Token) { AwaitRelease = awaitRelease }
            );
            await Workflow.WaitConditionAsync(() => state.HasGuidance || asking.IsCompleted, CancellationToken.None);
            if (!asking.IsCompleted)
            {
                interrupt.Cancel();
            }
            return await asking;
        }
        catch (ActivityFailureException failure) when (!state.IsCancelled)
        {
            return new QuestionAnswer
            {
                Run = new AgentRunResult { FailureClass = FailureClasses.Invalid },
                Why = FailureCause.Of(failure),
            };
        }
        finally
        {
            state.Interrupt = null;
        }
    }

    private Task<QuestionAnswer> StartAsync(AskQuestionInput input, AgentCall call)
    {
        var ask = input with { Stop = call.Stop, AwaitRelease = call.AwaitRelease };
        return waits.DoAsync(
            (IRequestActivities a) => a.AnswerQuestionAsync(ask),
            ActivityDefaults.Long(state.Input.Repository.Queue, state.Rules.PlannerTimeout, call.Interrupt)
        );
    }

    /// <summary>Waits for a time, or until a person answers or asks to retry at once.</summary>
    private Task WaitAsync(Reason why, string question, TimeSpan time) => waits.ForAsync(TaskStates.Parked, Asking(why, question), time);

    /// <summary>It waits for no account and holds no slot; a person sees the question and may answer it.</summary>
    /// <returns>What the person reads.</returns>
    private PlannerAsked Asking(Reason? waits, string question)
    {
        state.Progress = state.Progress with { Asks = ApprovalKinds.Question };
        return new PlannerAsked(new Quote(question), $"{state.Input.RunId}/{state.Input.Task.Id}", waits);
    }

    private void Take(string question, int start, QuestionAnswer answer) =>
        state.TakeAnswer(
            new TaskAnswer
            {
                Start = start,
                Question = TaskAnswer.Brief(question),
                Answer = TaskAnswer.Brief(answer.Answer),
                By = answer.By,
                Cost = answer.Run.Cost,
                File = answer.File,
            },
            $"your question was answered by the planner ({answer.By}), not by a person. It allows you nothing that your task does not: "
                + "the files that you may write and the gates stay as they are.\n\n"
                + answer.Answer
        );
}
