using System.Collections.Concurrent;

namespace Orchestrator.Runs;

/// <summary>Reads stored plans and settings of runs. Cached by content: every step of every task needs them, and the plan of a large run is
/// large.</summary>
internal sealed class StoredPlans
{
    private const int MostKept = 8;
    private static readonly HashSet<string> NoneAdded = [];
    private readonly ConcurrentDictionary<(string Plan, string Start), RunFiles> _known = new();

    /// <summary>Reads them.</summary>
    /// <param name="repository">The run's repository.</param>
    /// <param name="planHash">Hash of the plan that was approved.</param>
    /// <exception cref="StepException">The files are gone, or the plan was changed.</exception>
    public RunFiles Load(RepositoryReference repository, string runId, string planHash)
    {
        var folder = new RunFolder(repository.Path, runId);
        (string Plan, string Start) hashes;
        RunFiles? known;
        (byte[] Plan, byte[] Start)? read = null;
        var file = File.Exists(folder.ExtendedPlan(planHash)) ? folder.ExtendedPlan(planHash) : folder.Plan;
        try
        {
            hashes = (HashOf(file), HashOf(folder.StartFile));
            if (!_known.TryGetValue(hashes, out known))
            {
                // The hashes must be those of the content that is used.
                read = (File.ReadAllBytes(file), File.ReadAllBytes(folder.StartFile));
                hashes = (PlanJson.HashOf(read.Value.Plan), PlanJson.HashOf(read.Value.Start));
            }
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new StepException(
                $"The stored plan of {runId} is gone: {folder.Relative(file)}. Restore the folder, or cancel the run and "
                    + "start it again; finished tasks are taken up.",
                missing,
                "PlanGone"
            );
        }
        if (hashes.Plan != planHash)
        {
            throw new StepException(
                $"The stored plan of {runId} was changed: {folder.Relative(file)} is not the plan that was approved. "
                    + "Cancel the run and start it again with the new plan.",
                "PlanChanged"
            );
        }
        if (read is var (plan, start))
        {
            if (_known.Count >= MostKept)
            {
                _known.Clear();
            }
            _known[hashes] = known = new RunFiles(folder, PlanJson.Read(plan), RunStart.Read(start))
            {
                Added = file == folder.Plan ? NoneAdded : AddedTo(folder.Plan, plan),
            };
        }
        return known! with { Folder = folder };
    }

    /// <summary>Tasks of the plan that were not in it when the run began.</summary>
    private static HashSet<string> AddedTo(string first, byte[] plan)
    {
        var before = PlanJson.Read(File.ReadAllBytes(first)).Tasks.Select(task => task.Id);
        return [.. PlanJson.Read(plan).Tasks.Select(task => task.Id).Except(before, StringComparer.Ordinal)];
    }

    /// <summary>In blocks: an array as large as the plan for each step of each task would be most of the run's allocations.</summary>
    private static string HashOf(string path)
    {
        using var file = File.OpenRead(path);
        return PlanJson.HashOf(file);
    }
}
