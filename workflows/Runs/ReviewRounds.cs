namespace Orchestrator.Workflows.Runs;

/// <summary>Which round of the review comes next, and what comes of one. No Temporal, no clock.</summary>
internal static class ReviewRounds
{
    /// <summary>The round that is begun now: the one that has no answer yet, or the next one, which sees what has changed since. One that
    /// came to nothing counts as none, and nobody has seen what it was to see. A person who asks for another look at what has not changed
    /// gets one at the whole.</summary>
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

    /// <summary>The round that was begun last.</summary>
    public static ReviewRound Current(RunState state) =>
        new()
        {
            Number = state.Run.Review!.Round,
            Base = state.Run.BaseCommit,
            Since = state.Run.Review.Since,
            Tip = state.Run.Review.Commit,
            Overruled = [.. state.Board.Entries.Where(e => state.IsOfPlan(e) && IsOverruled(e)).Select(e => e.Id)],
        };

    /// <summary>What a round comes to: accepted, another one, or a person. It ends early when findings do not get fewer.</summary>
    /// <param name="review">The review with that round begun.</param>
    /// <param name="conclusion">What the round said.</param>
    /// <returns>The review as it stands then, and for one that a person decides on, why.</returns>
    public static (RunReview Review, string Why) Conclude(RunReview review, ReviewConclusion conclusion)
    {
        var (verdict, why) = Decide(review, conclusion);
        return (
            review with
            {
                Verdict = verdict,
                Standing = [.. review.Standing, conclusion.Standing],
                Remarks = conclusion.Remarks,
                Overruled = [.. review.Overruled.Union(conclusion.Overruled)],
                Reviewer = conclusion.Reviewer,
                Evidence = conclusion.Evidence,
            },
            why
        );
    }

    private static (string Verdict, string Why) Decide(RunReview review, ReviewConclusion conclusion) =>
        conclusion switch
        {
            { Standing: 0, WasRead: true } => (ReviewVerdicts.Accepted, ""),
            { Standing: 0, Overruled.Count: > 0 } => (ReviewVerdicts.Overruled, ""),
            { Standing: 0 } => (ReviewVerdicts.Empty, ""),
            _ when review.Round >= review.MaxRounds => (
                ReviewVerdicts.Escalated,
                $"round {review.Round} of {review.MaxRounds} ends with {conclusion.Message}"
            ),
            _ when review.Standing.Count > 0 && conclusion.Standing >= review.Standing[^1] => (
                ReviewVerdicts.Escalated,
                $"findings do not get fewer ({review.Standing[^1]} in the round before): {conclusion.Message}"
            ),
            { Tasks.Count: 0 } => (
                ReviewVerdicts.Escalated,
                $"what was done about earlier findings has not mended them: {conclusion.Message}"
            ),
            _ => (ReviewVerdicts.Findings, ""),
        };

    private static bool IsOverruled(TaskEntry entry) => entry.Status.State == TaskStates.Waived || entry.State.LeftOut;
}
