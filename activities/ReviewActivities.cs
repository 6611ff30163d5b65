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
public sealed class ReviewActivities(RunServices services) : IReviewActivities
{
    private readonly ReviewRoundStarter _start = new(services);
    private readonly ResultTieFinder _ties = new(services);
    private readonly ReviewRoundConcluder _end = new(services);

    [Activity]
    public Task<TieSearchResult> FindTiesAsync(FindEqualResultsInput input) =>
        ActivityHeartbeats.RunWithHeartbeatsAsync(stop => _ties.FindAsync(input, stop));

    [Activity]
    public Task<ReviewPreparation> BeginReviewAsync(PrepareReviewInput input) =>
        ActivityHeartbeats.RunWithHeartbeatsAsync(stop => _start.BeginAsync(input, stop));

    [Activity]
    public Task<ReviewConclusion> ConcludeReviewAsync(ConcludeReviewInput input) =>
        ActivityHeartbeats.RunWithHeartbeatsAsync(stop => _end.ConcludeAsync(input, stop));

    [Activity]
    public Task EndReviewAsync(EndReviewInput input) => ActivityHeartbeats.RunWithHeartbeatsAsync(stop => _end.EndAsync(input, stop));
}
