using Orchestrator.Gates.Results;

namespace Orchestrator.Runs.Gates;

/// <summary>
/// Stores the verdicts of a commit's gates in <c>verdicts.json</c> next to their logs. Each verdict contains the hash of its log, so that
/// later changes to a log are detected. The verdicts are only for display, and no decision uses them.
/// </summary>
public static class GateEvidence
{
    private const string FileName = "verdicts.json";
    private const string ProofName = "red.json";

    /// <summary>Adds a verdict to <c>verdicts.json</c> in the evidence folder. An unreadable file is replaced.</summary>
    /// <param name="evidence">Absolute path of the folder with the logs.</param>
    /// <param name="verdict">Verdict of a gate that has ended.</param>
    public static void Add(RunFolder folder, string evidence, GateVerdict verdict)
    {
        OrchestratorFolderCreator.Ensure(evidence);
        GateVerdict[] all =
        [
            .. Read(evidence) ?? [],
            verdict.Shortened() with
            {
                EvidenceFile = verdict.EvidenceFile is { } log ? folder.Relative(log) : null,
            },
        ];
        DurableFile.Write(
            Path.Combine(evidence, FileName),
            JsonSerializer.SerializeToUtf8Bytes(all, GateVerdictJsonContext.Default.GateVerdictArray)
        );
    }

    /// <summary>Reads the last verdict of each gate in an attempt at a task.</summary>
    /// <returns>The verdicts. Empty if none were stored, or null if another program changed the file.</returns>
    public static IReadOnlyList<GateVerdict>? Read(RunFolder folder, string task, int attempt) =>
        Read(Folder(folder, task, attempt)) is { } all
            ? [.. all.GroupBy(verdict => (verdict.Gate.Command, verdict.Gate.Negate, verdict.Name)).Select(same => same.Last())]
            : null;

    /// <summary>Stores the proof that a task's new and changed tests fail without the task's changes to product code.</summary>
    /// <param name="evidence">Absolute path of the folder with the logs.</param>
    /// <param name="proof">The results of these tests.</param>
    public static void Keep(string evidence, NewTestsOnBaseProductResult proof)
    {
        OrchestratorFolderCreator.Ensure(evidence);
        DurableFile.Write(
            Path.Combine(evidence, ProofName),
            JsonSerializer.SerializeToUtf8Bytes(proof, GateVerdictJsonContext.Default.NewTestsOnBaseProductResult)
        );
    }

    /// <summary>Reads the stored proof of a task's attempt. Returns null if none exists or another program changed the file.</summary>
    public static NewTestsOnBaseProductResult? ReadProof(RunFolder folder, string task, int attempt) =>
        StoredJsonReader.TryRead(
            Path.Combine(Folder(folder, task, attempt), ProofName),
            GateVerdictJsonContext.Default.NewTestsOnBaseProductResult
        );

    /// <summary>
    /// Reads all verdicts of a run. They come from its base, its tasks, their merges and its landing. Unreadable verdicts are skipped.
    /// </summary>
    /// <param name="ofBase">True to include the verdicts at the base, which were determined before any work.</param>
    public static IReadOnlyList<GateVerdict> ReadAll(RunFolder folder, bool ofBase = true) =>
        [.. ofBase ? ReadBase(folder) : [], .. ReadOfTasks(folder).Select(stored => stored.Verdict), .. ReadLanding(folder)];

    /// <summary>
    /// Reads the gate verdicts at a run's base, which were determined before any agent started. Empty if none were stored or they are
    /// unreadable.
    /// </summary>
    public static IReadOnlyList<GateVerdict> ReadBase(RunFolder folder) => Read(folder.Preflight) ?? [];

    /// <summary>Reads the verdicts of a run's landing. Empty if none were stored or they are unreadable.</summary>
    public static IReadOnlyList<GateVerdict> ReadLanding(RunFolder folder) => Read(folder.LandingEvidence) ?? [];

    /// <summary>
    /// Reads all verdicts of gates that checked either the work of a run's tasks or the merges of that work. Unreadable verdicts are
    /// skipped.
    /// </summary>
    public static IReadOnlyList<StoredGateVerdict> ReadOfTasks(RunFolder folder)
    {
        var tasks = new DirectoryInfo(Path.GetDirectoryName(folder.Task("task"))!);
        return tasks.Exists
            ?
            [
                .. tasks
                    .EnumerateDirectories()
                    .SelectMany(task => task.EnumerateDirectories("*gates-*").Select(evidence => (Task: task.Name, Evidence: evidence)))
                    .SelectMany(found =>
                        (Read(found.Evidence.FullName) ?? []).Select(
                            (verdict, index) =>
                                new StoredGateVerdict(
                                    found.Task,
                                    string.Create(CultureInfo.InvariantCulture, $"{found.Evidence.Name}/{index}"),
                                    !found.Evidence.Name.StartsWith("gates-", StringComparison.Ordinal),
                                    verdict
                                )
                        )
                    ),
            ]
            : [];
    }

    /// <summary>Returns the absolute path of the folder with the gate logs of an attempt at a task.</summary>
    public static string Folder(RunFolder folder, string task, int attempt) =>
        Path.Combine(folder.Task(task), string.Create(CultureInfo.InvariantCulture, $"gates-{attempt}"));

    /// <summary>
    /// Describes how a gate's log was changed after the gate ended. Returns null if the log is unchanged, or if the verdict has no log of
    /// its own, for example because it was cached.
    /// </summary>
    /// <param name="repository">Absolute path of the folder to which log paths are relative.</param>
    /// <param name="verdict">The verdict of the gate.</param>
    public static string? Tampered(string repository, GateVerdict verdict)
    {
        if (verdict.Cached || verdict.EvidenceFile is not { } log || verdict.EvidenceHash.Length == 0)
        {
            return null;
        }
        var now = GateLogHash.Of(Path.Combine(repository, log));
        return now == verdict.EvidenceHash ? null
            : now.Length == 0 ? "its log is missing"
            : "its log was changed after the gate ended";
    }

    private static GateVerdict[]? Read(string evidence)
    {
        try
        {
            return SmallFileReader.TryRead(Path.Combine(evidence, FileName)) is { } json
                ? JsonSerializer.Deserialize(json, GateVerdictJsonContext.Default.GateVerdictArray)
                : [];
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A stored verdict of a gate that checked a task.</summary>
/// <param name="Task">Id of the task.</param>
/// <param name="Place">Folder and number of the verdict, unique within the task.</param>
/// <param name="OfMerge">True if the gate ran on the merge of the task's work.</param>
/// <param name="Verdict">The verdict.</param>
public sealed record StoredGateVerdict(string Task, string Place, bool OfMerge, GateVerdict Verdict)
{
    /// <summary>Number of the task's attempt, or 0 if the folder name contains none.</summary>
    public int Attempt =>
        int.TryParse(Place.Split('/')[0].Split('-')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
