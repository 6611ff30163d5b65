namespace Orchestrator.Workflows.Runs;

/// <summary>Determines the next round of a review, and the result of a round. Independent of Temporal and the clock.</summary>
internal static class ReviewRoundDecider
{
    /// <summary>
    /// Returns the review round to start now, which is the unanswered round or a new one for the changes since the last round. A round
    /// without a result does not count toward <c>max_rounds</c>, and its changes are reviewed again. If nothing has changed since the last
    /// round, the new round reviews the whole change.
    /// </summary>
    public static ReviewRound Begin(RunWorkflowState state)
    {
        var before = state.Run.Review;
        var review = before switch
        {
            null => new RunReviewStatus
            {
                Round = 1,
                MaxRounds = state.Rules.Review?.MaxRounds ?? 1,
                Verdict = ReviewStateNames.Asked,
            },
            { Verdict: ReviewStateNames.Asked } => before,
            _ => before with
            {
                Round = before.Standing.Count + 1,
                Verdict = ReviewStateNames.Asked,
                Since = before.Commit == state.StagingTip ? "" : before.Commit,
                Evidence = "",
                Remarks = 0,
            },
        };
        state.Run = state.Run with { Review = review with { Commit = state.StagingTip } };
        return Current(state);
    }

    /// <summary>Returns the latest round.</summary>
    public static ReviewRound Current(RunWorkflowState state) =>
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
    public static (RunReviewStatus Review, ChangeRejectedByReviewerReason? Why) Conclude(
        RunReviewStatus review,
        ReviewConclusion conclusion
    )
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
        return (ended, verdict == ReviewStateNames.Escalated ? Rejected(review, ended, conclusion) : null);
    }

    private static ChangeRejectedByReviewerReason Rejected(RunReviewStatus before, RunReviewStatus ended, ReviewConclusion conclusion)
    {
        var isLast = before.Round >= before.MaxRounds;
        var getsNoFewer = !isLast && conclusion.Standing >= TasksBelow(before);
        return new ChangeRejectedByReviewerReason(
            ended,
            isLast,
            getsNoFewer ? before.Standing[^1] : null,
            new VerbatimQuote(conclusion.Message)
        );
    }

    /// <summary>
    /// Returns the number of open findings from which a user decides and no tasks are added, or null for no limit. From this number on,
    /// findings are not stored as tasks, because unused tasks would take the positions of tasks added later.
    /// </summary>
    public static int? TasksBelow(RunReviewStatus review) =>
        review.Round >= review.MaxRounds ? 0
        : review.Standing.Count > 0 ? review.Standing[^1]
        : null;

    private static string Decide(RunReviewStatus review, ReviewConclusion conclusion) =>
        conclusion switch
        {
            { Standing: 0, WasRead: true } => ReviewStateNames.Accepted,
            { Standing: 0, Overruled.Count: > 0 } => ReviewStateNames.Overruled,
            { Standing: 0 } => ReviewStateNames.Empty,
            _ when conclusion.Standing >= TasksBelow(review) => ReviewStateNames.Escalated,
            { Tasks.Count: 0 } => ReviewStateNames.Escalated,
            _ => ReviewStateNames.Findings,
        };

    private static bool IsOverruled(PlanTaskWithProgress entry) => entry.Progress.State == TaskStateNames.Waived || entry.State.LeftOut;
}
