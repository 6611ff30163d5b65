namespace Orchestrator.Runs.Tasks;

/// <summary>The leases that tasks need while they work, read from the plan: workflows know only ids.</summary>
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
                .Tasks.Select(files.TaskWithLent)
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

    /// <summary>The holder or waiter of another run for a file, in a sentence; null: none.</summary>
    /// <param name="leases">Present leases and waiting requests in the repository.</param>
    /// <param name="runId">The run that asks.</param>
    /// <param name="path">The file, relative to the repository.</param>
    public static string? HolderOf(IEnumerable<LeaseRequest> leases, string runId, string path)
    {
        var pattern = PathPattern.Parse(path);
        return
            leases.FirstOrDefault(lease =>
                lease.RunId != runId && lease.Writes.Concat(lease.Appends).Any(held => PathPattern.Parse(held).Overlaps(pattern))
            )
                is { } holder
            ? $"{path} is held by {holder.RunId}/{holder.TaskId}."
            : null;
    }
}
