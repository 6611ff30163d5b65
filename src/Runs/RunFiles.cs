using System.Collections.Concurrent;
using System.Text.Json;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Processes;

namespace Orchestrator.Runs;

/// <summary>The plan and the settings that a run was started with, read back from its folder.</summary>
/// <param name="Folder">The run's folder.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Policy">The settings.</param>
internal sealed record RunFiles(RunFolder Folder, Plan Plan, RunPolicy Policy)
{
    /// <summary>Plans and settings that were read before, by their hashes: every step of every task asks for them, and the plan of a large run is large.</summary>
    private static readonly ConcurrentDictionary<(string Plan, string Policy), (Plan Plan, RunPolicy Policy)> Known = new();
    private const int MostKnown = 8;

    /// <summary>Stores what a run works by. Doing it again gives the same files.</summary>
    /// <returns>The plan's hash.</returns>
    public static string Store(RunFolder folder, Plan plan, RunPolicy policy)
    {
        var bytes = PlanJson.Write(plan);
        DurableFile.Write(folder.Plan, bytes);
        DurableFile.Write(folder.Policy, JsonSerializer.SerializeToUtf8Bytes(policy, RunPolicyJson.Default.RunPolicy));
        return PlanJson.HashOf(bytes);
    }

    /// <summary>Reads them back; the plan must be the one that was approved.</summary>
    public static RunFiles Load(RepositoryReference repository, string runId, string planHash)
    {
        var folder = new RunFolder(repository.Path, runId);
        (string Plan, string Policy) hashes;
        (Plan Plan, RunPolicy Policy) known;
        (byte[] Plan, byte[] Policy)? read = null;
        try
        {
            hashes = (HashOf(folder.Plan), HashOf(folder.Policy));
            if (!Known.TryGetValue(hashes, out known))
            {
                // What counts is what is read now.
                read = (File.ReadAllBytes(folder.Plan), File.ReadAllBytes(folder.Policy));
                hashes = (PlanJson.HashOf(read.Value.Plan), PlanJson.HashOf(read.Value.Policy));
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
        if (read is var (plan, policy))
        {
            if (Known.Count >= MostKnown)
                Known.Clear();
            Known[hashes] = known = (PlanJson.Read(plan), JsonSerializer.Deserialize(policy, RunPolicyJson.Default.RunPolicy)!);
        }
        return new RunFiles(folder, known.Plan, known.Policy);
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

    /// <summary>A task of the plan.</summary>
    public PlanTask Task(string id) => Plan.Tasks.First(t => t.Id == id);
}
