using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Reviewing;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>
/// The steps of a review, as activities: they translate, say that they are alive, and leave the deeds to the classes named.
/// </summary>
public sealed class ReviewActivities(RunServices services) : IReviewActivities
{
    private readonly ReviewStart _start = new(services);
    private readonly ReviewerRunStep _turn = new(services);
    private readonly ReviewEnd _end = new(services);

    /// <inheritdoc/>
    [Activity]
    public Task<ReviewBegun> BeginReviewAsync(BeginReviewInput input) => Heartbeats.WhileAsync(stop => _start.BeginAsync(input, stop));

    /// <inheritdoc/>
    [Activity]
    public Task<AgentRunResult> AskReviewerAsync(AskReviewerInput input) =>
        Heartbeats.FollowAsync(execution => _turn.AskAsync(input, execution));

    /// <inheritdoc/>
    [Activity]
    public Task<AnswerJudgement> JudgeReviewAsync(JudgeReviewInput input) => Task.FromResult(_turn.Judge(input));

    /// <inheritdoc/>
    [Activity]
    public Task<ReviewConclusion> ConcludeReviewAsync(ConcludeReviewInput input) =>
        Heartbeats.WhileAsync(stop => _end.ConcludeAsync(input, stop));

    /// <inheritdoc/>
    [Activity]
    public Task EndReviewAsync(EndReviewInput input) =>
        Heartbeats.WhileAsync(async stop =>
        {
            await _turn.EndAsync(input, stop);
            return true;
        });
}
