namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Stage between work and landing, which reviews the whole change. The review is a task on the board. Its findings become tasks, and after
/// these are merged the change is reviewed again.
/// </summary>
internal sealed class ReviewStage(RunContext context)
{
    private readonly RunState _state = context.State;

    private static DateTimeOffset Now => RunContext.Now;

    /// <summary>Decides whether the run may land. Returns false if more work must be done first.</summary>
    public async Task<bool> RunAsync()
    {
        if (_state.Rules.Review is not { } rule)
        {
            return true;
        }
        if (_state.Board.TryFind(ReviewTask.Id) is not { } entry)
        {
            if (rule.Picks && !await FindTiesAsync())
            {
                return true;
            }
            _state.Board.Add([ReviewTask.Of(rule)], Now);
            return false;
        }
        if (!TaskStates.IsReviewEnd(entry.Progress.State))
        {
            Overrule();
            return true;
        }
        if (_state.Run.Review is { Verdict: ReviewVerdicts.Asked } review)
        {
            if (entry.Progress.Commit.Length > 0 && entry.Progress.Commit != review.Commit)
            {
                // The review continued after a reset and has reviewed another tree.
                _state.Board.AskAgain(entry, new ReviewOutdated(), Now);
                return false;
            }
            await ConcludeAsync(entry, review);
        }
        else if (_state.Run.Review is null or { Verdict: ReviewVerdicts.Findings })
        {
            _state.Board.AskAgain(entry, new FindingsFixed(), Now);
        }
        else if (_state.Run.Review is { } last && last.Commit != _state.StagingTip)
        {
            // A skipped task was retried and merged after the review.
            _state.Board.AskAgain(entry, new MergedSinceReview(), Now);
            return false;
        }
        return _state.Run.Review?.Verdict is ReviewVerdicts.Accepted or ReviewVerdicts.Overruled or ReviewVerdicts.Empty;
    }

    /// <summary>Looks for alternative results of tasks that the evidence can't rank, so that the reviewer must choose.</summary>
    /// <returns>True if the reviewer has questions to answer.</returns>
    private async Task<bool> FindTiesAsync()
    {
        var results = _state.Board.In(TaskStates.Kept).Select(entry => entry.Progress).ToList();
        var find = new FindEqualResultsInput(_state.RunId, _state.Repository, _state.Plan.Hash, _state.Run.BaseCommit, results);
        var found = await Workflow.ExecuteActivityAsync((IReviewActivities a) => a.FindTiesAsync(find), context.Short);
        if (found.Notes.Count > 0)
        {
            _state.Note(new ResultsNotCompared(Quote.All(found.Notes)), Now);
        }
        _state.Plan = _state.Plan with { Hash = found.PlanHash };
        return found.Count > 0;
    }

    private async Task ConcludeAsync(TaskBoardEntry entry, RunReview review)
    {
        var conclude = new ConcludeReviewInput(_state.RunId, _state.Repository, _state.Plan.Hash, ReviewRounds.Current(_state))
        {
            SaidHash = entry.Progress.SaidHash ?? "",
            TasksBelow = ReviewRounds.TasksBelow(review),
        };
        var (conclusion, why) = await FailureCause.TryAsync(
            Workflow.ExecuteActivityAsync((IReviewActivities a) => a.ConcludeReviewAsync(conclude), context.Short)
        );
        if (!TaskStates.IsReviewEnd(entry.Progress.State))
        {
            return; // A user has decided in the meantime.
        }
        if (conclusion is null)
        {
            _state.Board.Escalate(entry, new ReviewUnreadable(new Quote(why)), Now, "");
            return;
        }
        (review, var rejected) = ReviewRounds.Conclude(review, conclusion);
        // The findings are input for the next round even if they do not become tasks.
        _state.Plan = _state.Plan with
        {
            Hash = conclusion.PlanHash,
        };
        _state.Run = _state.Run with { Review = review };
        var isRejected = review.Verdict is ReviewVerdicts.Escalated or ReviewVerdicts.Findings;
        var summary = conclusion.Message.Length > 0 ? new Quote(conclusion.Message) : null;
        var state = isRejected ? TaskStates.Findings : TaskStates.Reviewed;
        _state.Board.Change(entry, state, new ReviewConcluded(review, summary), Now, conclusion.Evidence);
        if (rejected is not null)
        {
            _state.Board.Escalate(entry, rejected, Now, conclusion.Evidence);
        }
        else if (review.Verdict == ReviewVerdicts.Findings)
        {
            _state.Plan = _state.Plan with { TaskCount = _state.Plan.TaskCount + conclusion.Tasks.Count };
            _state.Board.Add(conclusion.Tasks, Now);
            _state.Run = _state.Run with { TaskCount = _state.Board.Entries.Count };
        }
    }

    /// <summary>Records that a user skipped or canceled the review, so that the run lands without the review's acceptance.</summary>
    private void Overrule()
    {
        if (_state.Run.Review is { Verdict: ReviewVerdicts.Overruled })
        {
            return;
        }
        var review =
            _state.Run.Review
            ?? new RunReview
            {
                Round = 1,
                MaxRounds = _state.Rules.Review!.MaxRounds,
                Verdict = ReviewVerdicts.Asked,
            };
        _state.Run = _state.Run with
        {
            Review = review with
            {
                Verdict = ReviewVerdicts.Overruled,
                Commit = review.Verdict == ReviewVerdicts.Asked ? "" : review.Commit,
                Overruled = [.. review.Overruled.Union([ReviewTask.Id])],
            },
        };
        _state.Note(new ReviewOverruled(_state.Run.Review), Now);
    }
}
