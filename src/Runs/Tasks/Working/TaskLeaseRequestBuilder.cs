namespace Orchestrator.Runs.Tasks;

/// <summary>Determines the leases that running tasks need. This requires the plan, because workflows know only the ids of tasks.</summary>
public static class TaskLeaseRequestBuilder
{
    /// <summary>Creates one lease request for each of the given tasks.</summary>
    /// <param name="input">The run and the ids of the tasks.</param>
    /// <param name="services">Dependencies of the run's steps.</param>
    /// <exception cref="RunStepFailedException">The stored plan is missing or was changed.</exception>
    public static IReadOnlyList<LeaseRequest> Of(SendLeaseSignalInput input, RunServiceBundle services)
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

    /// <summary>
    /// Returns a sentence that names another run that holds or is waiting for the lease on a file. Returns null if there is no such run.
    /// </summary>
    /// <param name="leases">Leases that runs in the repository hold or wait for.</param>
    /// <param name="runId">Id of the requesting run.</param>
    /// <param name="path">Path of the file, relative to the repository.</param>
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
