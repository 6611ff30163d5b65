namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Stage between work and landing, in which the whole change is reviewed. The review is itself a task of the run. Its findings become
/// further tasks, and the change is reviewed again after these are merged.
/// </summary>
internal sealed class RunReviewStageExecutor(RunWorkflowComponentContext context)
{
    private readonly RunWorkflowState _state = context.State;

    private static DateTimeOffset Now => RunWorkflowComponentContext.Now;

    /// <summary>Decides whether the run may land. Returns false if more work must be done first.</summary>
    public async Task<bool> RunAsync()
    {
        if (_state.Rules.Review is not { } rule)
        {
            return true;
        }
        if (_state.Board.TryFind(ReviewTaskDefinition.Id) is not { } entry)
        {
            if (rule.Picks && !await FindTiesAsync())
            {
                return true;
            }
            _state.Board.Add([ReviewTaskDefinition.Of(rule)], Now);
            return false;
        }
        if (!TaskStateNames.IsReviewEnd(entry.Progress.State))
        {
            Overrule();
            return true;
        }
        if (_state.Run.Review is { Verdict: ReviewStateNames.Asked } review)
        {
            if (entry.Progress.Commit.Length > 0 && entry.Progress.Commit != review.Commit)
            {
                // The review continued after a reset and has reviewed another tree.
                _state.Board.AskAgain(entry, new NewReviewForChangedFilesReason(), Now);
                return false;
            }
            await ConcludeAsync(entry, review);
        }
        else if (_state.Run.Review is null or { Verdict: ReviewStateNames.Findings })
        {
            _state.Board.AskAgain(entry, new NewReviewForFixedFindingsReason(), Now);
        }
        else if (_state.Run.Review is { } last && last.Commit != _state.StagingTip)
        {
            // A skipped task was retried and merged after the review.
            _state.Board.AskAgain(entry, new NewReviewForMergedWorkReason(), Now);
            return false;
        }
        return _state.Run.Review?.Verdict is ReviewStateNames.Accepted or ReviewStateNames.Overruled or ReviewStateNames.Empty;
    }

    /// <summary>Finds tasks whose alternative results the evidence can't rank, so that the reviewer must choose among them.</summary>
    /// <returns>True if the reviewer has questions to answer.</returns>
    private async Task<bool> FindTiesAsync()
    {
        var results = _state.Board.In(TaskStateNames.Kept).Select(entry => entry.Progress).ToList();
        var find = new CompareIdenticalTasksInput(_state.RunId, _state.Repository, _state.Plan.Hash, _state.Run.BaseCommit, results);
        var found = await Workflow.ExecuteActivityAsync((IReviewActivities a) => a.FindTiesAsync(find), context.Short);
        if (found.Notes.Count > 0)
        {
            _state.Note(new TaskResultsNotComparedReason(VerbatimQuote.All(found.Notes)), Now);
        }
        _state.Plan = _state.Plan with { Hash = found.PlanHash };
        return found.Count > 0;
    }

    private async Task ConcludeAsync(PlanTaskWithProgress entry, RunReviewStatus review)
    {
        var conclude = new ConcludeReviewInput(_state.RunId, _state.Repository, _state.Plan.Hash, ReviewRoundDecider.Current(_state))
        {
            SaidHash = entry.Progress.SaidHash ?? "",
            TasksBelow = ReviewRoundDecider.TasksBelow(review),
        };
        var (conclusion, why) = await FailureCause.TryAsync(
            Workflow.ExecuteActivityAsync((IReviewActivities a) => a.ConcludeReviewAsync(conclude), context.Short)
        );
        if (!TaskStateNames.IsReviewEnd(entry.Progress.State))
        {
            return; // A user has decided in the meantime.
        }
        if (conclusion is null)
        {
            _state.Board.Escalate(entry, new ReviewResultUnreadableReason(new VerbatimQuote(why)), Now, "");
            return;
        }
        (review, var rejected) = ReviewRoundDecider.Conclude(review, conclusion);
        // The findings are input for the next round even if they do not become tasks.
        _state.Plan = _state.Plan with
        {
            Hash = conclusion.PlanHash,
        };
        _state.Run = _state.Run with { Review = review };
        var isRejected = review.Verdict is ReviewStateNames.Escalated or ReviewStateNames.Findings;
        var summary = conclusion.Message.Length > 0 ? new VerbatimQuote(conclusion.Message) : null;
        var state = isRejected ? TaskStateNames.Findings : TaskStateNames.Reviewed;
        _state.Board.Change(entry, state, new ReviewRoundConcludedReason(review, summary), Now, conclusion.Evidence);
        if (rejected is not null)
        {
            _state.Board.Escalate(entry, rejected, Now, conclusion.Evidence);
        }
        else if (review.Verdict == ReviewStateNames.Findings)
        {
            _state.Plan = _state.Plan with { TaskCount = _state.Plan.TaskCount + conclusion.Tasks.Count };
            _state.Board.Add(conclusion.Tasks, Now);
            _state.Run = _state.Run with { TaskCount = _state.Board.Entries.Count };
        }
    }

    /// <summary>Records that a user skipped or canceled the review, so that the run lands without the review's acceptance.</summary>
    private void Overrule()
    {
        if (_state.Run.Review is { Verdict: ReviewStateNames.Overruled })
        {
            return;
        }
        var review =
            _state.Run.Review
            ?? new RunReviewStatus
            {
                Round = 1,
                MaxRounds = _state.Rules.Review!.MaxRounds,
                Verdict = ReviewStateNames.Asked,
            };
        _state.Run = _state.Run with
        {
            Review = review with
            {
                Verdict = ReviewStateNames.Overruled,
                Commit = review.Verdict == ReviewStateNames.Asked ? "" : review.Commit,
                Overruled = [.. review.Overruled.Union([ReviewTaskDefinition.Id])],
            },
        };
        _state.Note(new ReviewOverruledReason(_state.Run.Review), Now);
    }
}
