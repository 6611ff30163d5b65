namespace Orchestrator.Runs.Merging.Resets;

/// <summary>
/// Finds the work of a workflow execution that a reset or a new start replaced. Merges and landings are read from git, the progress of
/// tasks from the run's folder and recorded status, and open task workflows from the server.
/// </summary>
public static class EarlierExecutionFinder
{
    /// <summary>Finds the work of the earlier execution. If the staging branch is missing, it is recreated.</summary>
    /// <param name="input">The run, and the page of tasks to inspect.</param>
    /// <param name="services">Dependencies of the run's steps.</param>
    /// <param name="findOpen">Lists the open workflows of the run's tasks.</param>
    public static async Task<EarlierWorkSearchResultPage> FindAsync(
        FindEarlierWorkInput input,
        RunServiceBundle services,
        Func<CancellationToken, Task<IReadOnlyDictionary<string, TaskReport>>> findOpen,
        CancellationToken stop
    )
    {
        var folder = new RunFolder(input.Repository.Path, input.RunId);
        var record = RunStatusFile.Read(folder.Status);
        if (input.PlanHash.Length == 0)
        {
            return new EarlierWorkSearchResultPage { LastSequence = record?.Sequence ?? 0 };
        }
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var repository = await services.OpenRepositoryAsync(files);
        var staging = await StagingBranchRestorer.EnsureAsync(repository, files, stop);
        var merged = staging is null ? [] : await FindMergedAsync(repository, folder, staging, record, stop);
        var open = await findOpen(stop);
        var attempts = record?.Tasks.ToDictionary(t => t.Id, t => t.Attempt, StringComparer.Ordinal) ?? [];
        var tasks = new List<TaskReport>();
        string[] own = [.. files.Plan.Tasks.Select(t => t.Id), ReviewTaskDefinition.Id, ReplanTaskDefinition.Id];
        // Tasks that a review or a replanning added are not in this plan, so their open workflows are ended.
        foreach (var id in own.Concat(open.Keys.Except(own).Order(StringComparer.Ordinal)))
        {
            var (merge, lastStart) = (merged.GetValueOrDefault(id, ""), LastStart(folder.Task(id)));
            if (open.TryGetValue(id, out var report))
            {
                var last = Math.Max(report.Progress.LastStart, lastStart);
                tasks.Add(report with { Progress = report.Progress with { MergeCommit = merge, LastStart = last } });
            }
            else if (merge.Length > 0 || lastStart > 0)
            {
                tasks.Add(Closed(id, merge, attempts.GetValueOrDefault(id), lastStart));
            }
        }
        return new EarlierWorkSearchResultPage
        {
            LastSequence = record?.Sequence ?? 0,
            StagingTip = staging?.Tip ?? "",
            StagingMade = staging?.Made ?? "",
            StagingLost = staging is { IsLost: true },
            Tasks = PayloadSizeLimiter.First(tasks.Skip(input.Offset)),
            TaskCount = tasks.Count,
        };
    }

    /// <summary>
    /// Finds the merges that staging contains, by the trailers of its commits and by the merge commits that the run recorded.
    /// </summary>
    private static async Task<Dictionary<string, string>> FindMergedAsync(
        GitRepository repository,
        RunFolder folder,
        StagingBranch staging,
        RunStatus? record,
        CancellationToken stop
    )
    {
        var merged = new Dictionary<string, string>(StringComparer.Ordinal);
        var commits = await new GitCommitReaderAndWriter(repository).ListFirstParentsAsync(staging.Tip, staging.Base, stop);
        foreach (var commit in commits)
        {
            if (commit.Trailers is { Task: { } task } trailers && trailers.Run == folder.Name)
            {
                merged.TryAdd(task, commit.Id);
            }
        }
        var known = commits.Select(c => c.Id).Append(staging.Base).ToHashSet(StringComparer.Ordinal);
        foreach (var task in record?.Tasks ?? [])
        {
            if (TaskStateNames.IsOnStaging(task.State) && known.Contains(task.MergeCommit))
            {
                merged.TryAdd(task.Id, task.MergeCommit);
            }
        }
        return merged;
    }

    private static TaskReport Closed(string id, string merge, int attempt, int lastStart) =>
        new()
        {
            Progress = new TaskProgress
            {
                Id = id,
                State = merge.Length > 0 ? TaskStateNames.Merged : TaskStateNames.Pending,
                MergeCommit = merge,
                Attempt = attempt,
                LastStart = lastStart,
            },
            ExecutionId = "",
            Sequence = 0,
        };

    private static int LastStart(string folder) =>
        !Directory.Exists(folder)
            ? 0
            : Directory
                .EnumerateDirectories(folder)
                .Select(path =>
                    int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var start) ? start : 0
                )
                .DefaultIfEmpty()
                .Max();
}
