using System.Collections.Concurrent;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Processes;
using Orchestrator.Settings;

namespace Orchestrator.Runs;

/// <summary>The plan and the settings that a run was started with, read back from its folder.</summary>
/// <param name="Folder">The run's folder.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Start">What it began with beside the plan.</param>
internal sealed record RunFiles(RunFolder Folder, Plan Plan, RunStart Start)
{
    /// <summary>Plans and settings that were read before, by their hashes: every step of every task asks for them, and the plan of a large run is large.</summary>
    private static readonly ConcurrentDictionary<(string Plan, string Start), (Plan Plan, RunStart Start)> Known = new();
    private const int MostKnown = 8;

    /// <summary>Stores what a run works by. Doing it again gives the same files.</summary>
    /// <returns>The plan's hash.</returns>
    public static string Store(RunFolder folder, Plan plan, RunStart start)
    {
        var bytes = PlanJson.Write(plan);
        DurableFile.Write(folder.Plan, bytes);
        DurableFile.Write(folder.StartFile, start.ToJson());
        return PlanJson.HashOf(bytes);
    }

    /// <summary>Reads them back; the plan must be the one that was approved.</summary>
    public static RunFiles Load(RepositoryReference repository, string runId, string planHash)
    {
        var folder = new RunFolder(repository.Path, runId);
        (string Plan, string Start) hashes;
        (Plan Plan, RunStart Start) known;
        (byte[] Plan, byte[] Start)? read = null;
        try
        {
            hashes = (HashOf(folder.Plan), HashOf(folder.StartFile));
            if (!Known.TryGetValue(hashes, out known))
            {
                // What counts is what is read now.
                read = (File.ReadAllBytes(folder.Plan), File.ReadAllBytes(folder.StartFile));
                hashes = (PlanJson.HashOf(read.Value.Plan), PlanJson.HashOf(read.Value.Start));
            }
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new StepException(
                $"The stored plan of {runId} is gone: {folder.Relative(folder.Plan)}. Restore the folder, or cancel the run and start it again; finished tasks are taken up.",
                missing, "PlanGone");
        }
        if (hashes.Plan != planHash)
        {
            throw new StepException(
                $"The stored plan of {runId} was changed: {folder.Relative(folder.Plan)} is not the plan that was approved. Cancel the run and start it again with the new plan.",
                "PlanChanged");
        }
        if (read is var (plan, start))
        {
            if (Known.Count >= MostKnown)
                Known.Clear();
            Known[hashes] = known = (PlanJson.Read(plan), RunStart.Read(start));
        }
        return new RunFiles(folder, known.Plan, known.Start);
    }

    /// <summary>Piece by piece: an array as large as the plan for each step of each task would be most of what the run allocates.</summary>
    private static string HashOf(string path)
    {
        using var file = File.OpenRead(path);
        return PlanJson.HashOf(file);
    }

    /// <summary>Files that tasks of the plan only append to: merges keep both sides' lines.</summary>
    public IReadOnlyCollection<string> AppendedFiles => [.. Plan.Tasks.SelectMany(t => t.FilesAppend).Distinct(StringComparer.Ordinal)];

    /// <summary>The contracts that were brought to staging when the run began; null for a run of a version that did not do so.</summary>
    public IReadOnlyList<ContractStub>? Contracts => Plan.Contracts.Count == 0 ? [] : RunContracts.Read(Folder);

    /// <summary>The settings that the run began with.</summary>
    public OrchestratorSettings Settings => Start.Settings;

    /// <summary>The gates that the project brings along.</summary>
    public ProjectGates Gates => Start.Gates;

    /// <summary>A task of the plan.</summary>
    public PlanTask Task(string id) => Plan.Tasks.First(t => t.Id == id);
}
