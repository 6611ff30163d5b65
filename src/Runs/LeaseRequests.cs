using Orchestrator.Messages;

namespace Orchestrator.Runs;

/// <summary>What tasks need of their repository while they work, read from the plan: workflows know only ids.</summary>
public static class LeaseRequests
{
    /// <summary>A request for each of the tasks.</summary>
    /// <param name="input">Which run and which of its tasks.</param>
    /// <param name="services">What the steps need of this machine.</param>
    /// <exception cref="StepException">The stored plan is gone or changed.</exception>
    public static IReadOnlyList<LeaseRequest> Of(LeaseInput input, RunServices services)
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        return
        [
            .. input
                .Tasks.Select(files.Task)
                .Select(task => new LeaseRequest(
                    input.RunId,
                    task.Id,
                    task.FilesWrite ?? (task.Parallel ? [] : ["**"]),
                    task.FilesAppend,
                    task.ResourcesWrite,
                    task.ResourcesRead
                )),
        ];
    }
}
