namespace Orchestrator.Workflows.Runs;

/// <summary>Determines the next round of a review, and the result of a round. Independent of Temporal and the clock.</summary>
internal static class ReviewRounds
{
    /// <summary>
    /// Returns the round to start now. It is the unanswered round, or otherwise a new one that reviews the changes since the last round. A
    /// round without a result does not count towards <c>max_rounds</c>, and its changes are reviewed again. If a user requests another
    /// review although nothing changed, the next round reviews the whole change.
    /// </summary>
    public static ReviewRound Begin(RunState state)
    {
        var before = state.Run.Review;
        var review = before switch
        {
            null => new RunReview
            {
                Round = 1,
                MaxRounds = state.Rules.Review?.MaxRounds ?? 1,
                Verdict = ReviewVerdicts.Asked,
            },
            { Verdict: ReviewVerdicts.Asked } => before,
            _ => before with
            {
                Round = before.Standing.Count + 1,
                Verdict = ReviewVerdicts.Asked,
                Since = before.Commit == state.StagingTip ? "" : before.Commit,
                Evidence = "",
                Remarks = 0,
            },
        };
        state.Run = state.Run with { Review = review with { Commit = state.StagingTip } };
        return Current(state);
    }

    /// <summary>Returns the latest round.</summary>
    public static ReviewRound Current(RunState state) =>
        new()
        {
            Number = state.Run.Review!.Round,
            Base = state.Run.BaseCommit,
            Since = state.Run.Review.Since,
            Tip = state.Run.Review.Commit,
            Overruled = [.. state.Board.Entries.Where(e => state.IsOfPlan(e) && IsOverruled(e)).Select(e => e.Id)],
        };

    /// <summary>
    /// Determines the result of a round: the change is accepted, another round follows, or a user decides. The review ends early if the
    /// number of findings does not decrease.
    /// </summary>
    /// <param name="review">Review whose current round has ended.</param>
    /// <param name="conclusion">Findings of the round.</param>
    /// <returns>The updated review, and the reason if a user has to decide.</returns>
    public static (RunReview Review, ReviewRejected? Why) Conclude(RunReview review, ReviewConclusion conclusion)
    {
        var verdict = Decide(review, conclusion);
        var ended = review with
        {
            Verdict = verdict,
            Standing = [.. review.Standing, conclusion.Standing],
            Remarks = conclusion.Remarks,
            Overruled = [.. review.Overruled.Union(conclusion.Overruled)],
            Reviewer = conclusion.Reviewer,
            Evidence = conclusion.Evidence,
        };
        return (ended, verdict == ReviewVerdicts.Escalated ? Rejected(review, ended, conclusion) : null);
    }

    private static ReviewRejected Rejected(RunReview before, RunReview ended, ReviewConclusion conclusion)
    {
        var isLast = before.Round >= before.MaxRounds;
        var getsNoFewer = !isLast && conclusion.Standing >= TasksBelow(before);
        return new ReviewRejected(ended, isLast, getsNoFewer ? before.Standing[^1] : null, new Quote(conclusion.Message));
    }

    /// <summary>
    /// Returns the number of findings at which a user decides and no tasks are added, or null for no limit. Tasks that are stored in the
    /// plan but not used would take the positions of tasks added later, when the plan is read again.
    /// </summary>
    public static int? TasksBelow(RunReview review) =>
        review.Round >= review.MaxRounds ? 0
        : review.Standing.Count > 0 ? review.Standing[^1]
        : null;

    private static string Decide(RunReview review, ReviewConclusion conclusion) =>
        conclusion switch
        {
            { Standing: 0, WasRead: true } => ReviewVerdicts.Accepted,
            { Standing: 0, Overruled.Count: > 0 } => ReviewVerdicts.Overruled,
            { Standing: 0 } => ReviewVerdicts.Empty,
            _ when conclusion.Standing >= TasksBelow(review) => ReviewVerdicts.Escalated,
            { Tasks.Count: 0 } => ReviewVerdicts.Escalated,
            _ => ReviewVerdicts.Findings,
        };

    private static bool IsOverruled(TaskBoardEntry entry) => entry.Progress.State == TaskStates.Waived || entry.State.LeftOut;
}
