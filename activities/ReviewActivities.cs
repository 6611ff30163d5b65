using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Merging.Picking;
using Orchestrator.Runs.Merging.Reviewing;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>
/// Implements the review activities. They convert arguments and results, send heartbeats, and delegate the work to library classes. The
/// interface documents each activity.
/// </summary>
/// <param name="services">Services that activities use on this host.</param>
public sealed class ReviewActivities(RunServiceBundle services) : IReviewActivities
{
    private readonly ReviewRoundStarter _start = new(services);
    private readonly TaskResultRankTieFinder _ties = new(services);
    private readonly ReviewRoundConcluder _end = new(services);

    [Activity]
    public Task<TiedTaskResultSearchResult> FindTiesAsync(CompareIdenticalTasksInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _ties.FindAsync(input, stop));

    [Activity]
    public Task<ReviewPreparationResult> BeginReviewAsync(PrepareReviewInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _start.BeginAsync(input, stop));

    [Activity]
    public Task<ReviewConclusion> ConcludeReviewAsync(ConcludeReviewInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _end.ConcludeAsync(input, stop));

    [Activity]
    public Task EndReviewAsync(EndReviewInput input) => ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _end.EndAsync(input, stop));
}
