using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Merging.Preflight;
using Orchestrator.Runs.Planning;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>
/// Implements the planning activities. They convert arguments and results, send heartbeats, and delegate the work to library classes. The
/// interface documents each activity.
/// </summary>
/// <param name="services">Services that activities use on this host.</param>
public sealed class PlanningActivities(RunServiceBundle services) : IPlanningActivities
{
    private readonly PlanningPreparer _start = new(services);
    private readonly PlanningConcluder _end = new(services);
    private readonly RunReplanner _replanning = new(services);

    [Activity]
    public Task<PlanningPreparationResult> BeginPlanningAsync(PreparePlanningInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(async stop =>
            await DuplicateRunChecker.RefuseAsync(input, services, stop) ?? await _start.BeginAsync(input, stop)
        );

    [Activity]
    public Task<PlanningPreparationResult> BeginReplanAsync(PrepareReplanInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _replanning.BeginAsync(input, stop));

    [Activity]
    public Task<ReplanConclusion> ConcludeReplanAsync(ConcludeReplanInput input) => Task.FromResult(_replanning.Conclude(input));

    [Activity]
    public Task<string> EndPlanningAsync(EndPlanningInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _end.EndAsync(input, stop));
}
