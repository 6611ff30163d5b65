namespace Orchestrator.Workflows.Tasks;

/// <summary>
/// Handles requests that must be answered before a task's agent can continue. A policy, the planner or a user answers a request, or the
/// request is carried out. Requests do not count as attempts.
/// </summary>
/// <param name="reporter">Sends reports to the run.</param>
/// <param name="waits">Waits for users.</param>
/// <param name="merge">Sends a commit to the merge queue and returns the result.</param>
internal sealed class BlockingAgentRequestHandler(
    TaskWorkflowState state,
    TaskWorkflowReportSender reporter,
    TaskSuspender waits,
    Func<string, Task<MergeResult>> merge
)
{
    /// <summary>Maximum number of requests per agent; further ones go to a user.</summary>
    private const int MostAnswers = 10;

    /// <summary>
    /// Maximum number of attempts to install and merge packages. An attempt is repeated if another task has changed the same files in the
    /// meantime.
    /// </summary>
    private const int MostRounds = 20;

    private readonly ActivityOptions _long = ActivityDefaults.Long(state.Input.Repository.Queue, TimeSpan.FromHours(1), state.Stop);
    private int _answers;

    private bool _isSplit;
    private IReadOnlyList<RequestedPackage> _packages = [];

    /// <summary>True if an approved request must be carried out before the agent continues.</summary>
    public bool IsGranted { get; private set; }

    private int Start => state.Progress.LastStart;

    /// <summary>Handles an agent run that ended with a request.</summary>
    /// <param name="result">Result of the agent run.</param>
    /// <returns>True if the agent continues its conversation. False if <see cref="ExecuteApprovedAsync"/> must be called first.</returns>
    public async Task<bool> AnswerAsync(AgentRunResult result)
    {
        if (++_answers > MostAnswers)
        {
            await waits.ForAnswerAsync(
                new AgentQuestionForUserReason(new VerbatimQuote(result.Message), new TooManyAgentQuestionsReason(_answers))
            );
            return true;
        }
        var verdict = await JudgeAsync(decision: null);
        if (verdict.Step == AgentRequestNextStepKinds.Ask)
        {
            var decision = await waits.AskAsync(new AgentRequestNeedsApprovalReason(new VerbatimQuote(verdict.Text)), verdict.Asks);
            verdict = await JudgeAsync(decision, verdict.Packages);
        }
        _packages = verdict.Packages ?? [];
        Note(verdict.Note);
        state.RecordGrantedFiles(verdict.Lent);
        switch (verdict.Step)
        {
            case AgentRequestNextStepKinds.Answer:
                state.Answer = verdict.Text;
                return true;
            case AgentRequestNextStepKinds.Install or AgentRequestNextStepKinds.Split:
                state.Answer = verdict.Text;
                (IsGranted, _isSplit) = (true, verdict.Step == AgentRequestNextStepKinds.Split);
                return false;
            case AgentRequestNextStepKinds.Planner:
                if (await new PlannerAnswerRequester(state, reporter, waits, result.Message).AskAsync() is { } why)
                {
                    await waits.ForAnswerAsync(new AgentQuestionForUserReason(new VerbatimQuote(result.Message), why));
                }
                return true;
            default:
                var policy = verdict.Text.Length == 0 ? null : new PolicyRequiresUserDecisionReason(new VerbatimQuote(verdict.Text));
                await waits.ForAnswerAsync(new AgentQuestionForUserReason(new VerbatimQuote(result.Message), policy));
                return true;
        }
    }

    /// <summary>
    /// Carries out an approved request, either by installing and merging packages or by waiting for the parts of a divided task. Commits
    /// the work so far.
    /// </summary>
    /// <param name="prepared">Prepared worktree of the task.</param>
    /// <returns>Commit with the work so far, to be merged with staging. Empty to leave the worktree unchanged.</returns>
    public async Task<string> ExecuteApprovedAsync(PreparedTask prepared)
    {
        var parts = _isSplit ? await waits.ForPartsAsync() : null;
        var problem = _isSplit ? "" : await MergeInstalledAsync();
        var conclude = new ConcludeAgentRequestInput
        {
            Task = state.Input,
            Prepared = prepared,
            Attempt = state.Progress.Attempt,
            Start = Start,
            Problem = problem,
            Parts = parts,
            Packages = _packages,
        };
        var conclusion = await waits.ExecuteActivityAsync((IRequestActivities a) => a.ConcludeRequestAsync(conclude), _long);
        Note(conclusion.Note);
        state.Answer = $"{state.Answer} {conclusion.Text}".TrimStart();
        (IsGranted, _isSplit) = (false, false);
        return conclusion.Commit;
    }

    /// <summary>Installs and merges packages, and repeats this as long as other tasks change the same files in the meantime.</summary>
    /// <returns>Reason why staging does not have the packages; empty if it has them.</returns>
    private async Task<string> MergeInstalledAsync()
    {
        for (var round = 1; round <= MostRounds; round++)
        {
            reporter.TransitionTo(TaskStateNames.Preparing, new InstallingPackageReason());
            var install = new InstallPackagesInput
            {
                Task = state.Input,
                Start = Start,
                Round = round,
                Packages = _packages,
            };
            var installed = await waits.ExecuteActivityAsync((IRequestActivities a) => a.InstallAsync(install), _long);
            if (installed.Commit.Length == 0)
            {
                return installed.Problem;
            }
            var merged = await merge(installed.Commit);
            if (merged.Merged || merged.FailureClass != FailureClass.Transient)
            {
                return merged.Merged ? "" : merged.Message;
            }
        }
        return "Other tasks kept changing the same files. Request the packages again.";
    }

    private Task<AgentRequestEvaluationResult> JudgeAsync(
        AgentRequestApprovalDecision? decision,
        IReadOnlyList<RequestedPackage>? packages = null
    )
    {
        reporter.TransitionTo(TaskStateNames.Executing, new EvaluatingAgentRequestReason());
        var judge = new EvaluateAgentRequestInput
        {
            Task = state.Input,
            Start = Start,
            Decision = decision,
            Packages = packages ?? [],
            Answered = state.AnswersOfThisExecution,
            SaidHash = state.Progress.SaidHash ?? "",
        };
        return waits.ExecuteActivityAsync((IRequestActivities a) => a.JudgeRequestAsync(judge), _long);
    }

    private void Note(string note)
    {
        if (note.Length > 0)
        {
            state.Notice([new TaskNotice(note)]);
        }
    }
}
