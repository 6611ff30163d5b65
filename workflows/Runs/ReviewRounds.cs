namespace Orchestrator.Workflows.Runs;

/// <summary>Which round of the review comes next, and the result of one. No Temporal, no clock.</summary>
internal static class ReviewRounds
{
    /// <summary>The round to begin now: the one without an answer, or the next one, which reviews the changes since. A round without a
    /// result does not count towards <c>max_rounds</c>, and its changes are reviewed again. A person who asks for another review without
    /// changes gets one of the whole.</summary>
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

    /// <summary>The latest round.</summary>
    public static ReviewRound Current(RunState state) =>
        new()
        {
            Number = state.Run.Review!.Round,
            Base = state.Run.BaseCommit,
            Since = state.Run.Review.Since,
            Tip = state.Run.Review.Commit,
            Overruled = [.. state.Board.Entries.Where(e => state.IsOfPlan(e) && IsOverruled(e)).Select(e => e.Id)],
        };

    /// <summary>The result of a round: accepted, another round, or a person decides. It ends early when findings do not get
    /// fewer.</summary>
    /// <param name="review">The review with that round begun.</param>
    /// <param name="conclusion">The round's conclusion.</param>
    /// <returns>The updated review and, where a person decides, why.</returns>
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

    /// <summary>The number of findings that are too many to become tasks of the run, so that a person decides. Tasks in the plan that the
    /// run does not take would stand in the place of those that are added later, when the plan is read again.</summary>
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

    private static bool IsOverruled(TaskEntry entry) => entry.Progress.State == TaskStates.Waived || entry.State.LeftOut;
}
