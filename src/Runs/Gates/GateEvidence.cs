using Orchestrator.Gates.Results;

namespace Orchestrator.Runs.Gates;

/// <summary>The verdicts of a commit's gates, stored beside their logs in <c>verdicts.json</c>, with the hash of each log, so that a later
/// change of a log is detected. For people: nothing is decided by them.</summary>
public static class GateEvidence
{
    private const string FileName = "verdicts.json";
    private const string ProofName = "red.json";

    /// <summary>Adds a verdict to those of its folder. A file of them that can't be read any more is begun anew.</summary>
    /// <param name="evidence">Folder with the logs.</param>
    /// <param name="verdict">The result of a gate that has ended.</param>
    public static void Add(RunFolder folder, string evidence, GateVerdict verdict)
    {
        OwnFolder.Ensure(evidence);
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
            JsonSerializer.SerializeToUtf8Bytes(all, GateVerdictJson.Default.GateVerdictArray)
        );
    }

    /// <summary>The last verdict of each gate of a task's attempt.</summary>
    /// <returns>Empty where nothing was stored; null: the file was changed by something else.</returns>
    public static IReadOnlyList<GateVerdict>? Read(RunFolder folder, string task, int attempt) =>
        Read(Folder(folder, task, attempt)) is { } all
            ? [.. all.GroupBy(verdict => (verdict.Gate.Command, verdict.Gate.Negate, verdict.Name)).Select(same => same.Last())]
            : null;

    /// <summary>Stores what a task's new and changed tests show without its change.</summary>
    /// <param name="evidence">Folder with the logs.</param>
    /// <param name="proof">The proof.</param>
    public static void Keep(string evidence, RedProof proof)
    {
        OwnFolder.Ensure(evidence);
        DurableFile.Write(Path.Combine(evidence, ProofName), JsonSerializer.SerializeToUtf8Bytes(proof, GateVerdictJson.Default.RedProof));
    }

    /// <summary>The stored proof of a task's attempt; null: there is none, or something else has changed it.</summary>
    public static RedProof? ReadProof(RunFolder folder, string task, int attempt) =>
        StoredJson.TryRead(Path.Combine(Folder(folder, task, attempt), ProofName), GateVerdictJson.Default.RedProof);

    /// <summary>All verdicts of a run: at its base, of tasks, of merges and of its landing. What can't be read is left out.</summary>
    /// <param name="ofBase">Also those at the base, before any work.</param>
    public static IReadOnlyList<GateVerdict> ReadAll(RunFolder folder, bool ofBase = true) =>
        [
            .. ofBase ? Read(folder.Preflight) ?? [] : [],
            .. ReadOfTasks(folder).Select(stored => stored.Verdict),
            .. Read(folder.LandingEvidence) ?? [],
        ];

    /// <summary>All verdicts of a run's tasks and of their merges, with their places. What can't be read is left out.</summary>
    public static IReadOnlyList<StoredVerdict> ReadOfTasks(RunFolder folder)
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
                                new StoredVerdict(
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

    /// <summary>The place where the logs of a task's gates are.</summary>
    public static string Folder(RunFolder folder, string task, int attempt) =>
        Path.Combine(folder.Task(task), string.Create(CultureInfo.InvariantCulture, $"gates-{attempt}"));

    /// <summary>Describes the change of a gate's log since its end; null: unchanged, or the log is of another run.</summary>
    /// <param name="repository">Absolute path that logs are relative to.</param>
    /// <param name="verdict">The gate's verdict.</param>
    public static string? Tampered(string repository, GateVerdict verdict)
    {
        if (verdict.Cached || verdict.EvidenceFile is not { } log || verdict.EvidenceHash.Length == 0)
        {
            return null;
        }
        var now = EvidenceHash.Of(Path.Combine(repository, log));
        return now == verdict.EvidenceHash ? null
            : now.Length == 0 ? "its log is gone"
            : "its log was changed after it had ended";
    }

    private static GateVerdict[]? Read(string evidence)
    {
        try
        {
            return SmallFile.TryRead(Path.Combine(evidence, FileName)) is { } json
                ? JsonSerializer.Deserialize(json, GateVerdictJson.Default.GateVerdictArray)
                : [];
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A stored verdict of a task's gate.</summary>
/// <param name="Task">Id of the task.</param>
/// <param name="Place">Folder and number, which tell it from the others of the task.</param>
/// <param name="OfMerge">The gate was run on the merge of the task's work.</param>
/// <param name="Verdict">The verdict.</param>
public sealed record StoredVerdict(string Task, string Place, bool OfMerge, GateVerdict Verdict);
