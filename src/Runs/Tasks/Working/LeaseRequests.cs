namespace Orchestrator.Runs.Tasks;

/// <summary>Determines the leases that running tasks need from the plan, because workflows know only ids.</summary>
public static class LeaseRequests
{
    /// <summary>Creates a lease request for each of the tasks.</summary>
    /// <param name="input">The run and the tasks.</param>
    /// <param name="services">Dependencies of the run's steps.</param>
    /// <exception cref="StepException">The stored plan is missing or was changed.</exception>
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

    /// <summary>Names the holder or waiter of another run for a file in a sentence, or returns null if there is none.</summary>
    /// <param name="leases">Leases that are held or requested in the repository.</param>
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
