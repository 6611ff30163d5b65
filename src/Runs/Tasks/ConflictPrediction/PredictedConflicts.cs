using System.Security.Cryptography;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.Runs.Tasks.ConflictPrediction;

/// <summary>Result of a trial merge of two tasks' work.</summary>
/// <param name="First">Id of the first task.</param>
/// <param name="Second">Id of the second task.</param>
/// <param name="FirstCommit">Hash of the first task's commit or snapshot.</param>
/// <param name="SecondCommit">Hash of the second task's commit or snapshot.</param>
/// <param name="Files">Paths of the conflicting files. Empty if the merge has no conflicts.</param>
/// <param name="At">Time of the trial merge.</param>
public sealed record TrialMergeResult(
    string First,
    string Second,
    string FirstCommit,
    string SecondCommit,
    IReadOnlyList<string> Files,
    DateTimeOffset At
)
{
    /// <summary>Key of the pair of tasks. It does not depend on the order of the two tasks.</summary>
    [JsonIgnore]
    public string Pair => PredictedConflicts.PairOf(First, Second);

    /// <summary>Returns the id of the other task of the pair.</summary>
    public string Other(string task) => task == First ? Second : First;
}

/// <summary>
/// Stores the results of trial merges in the run's folder, with one file per pair of tasks. Predicted conflicts are only for information,
/// so no decision depends on them.
/// </summary>
public static class PredictedConflicts
{
    private const int MostFiles = 10;
    private const int MostListedFiles = 20;

    /// <summary>Returns the predicted conflicts between unmerged tasks of a run, for display.</summary>
    /// <param name="repository">Absolute path of the repository.</param>
    /// <param name="run">Status of the run with all its tasks.</param>
    public static IReadOnlyList<PredictedConflict> List(string repository, RunStatus run)
    {
        var open = run.Tasks.Where(task => !TaskStateNames.IsEnd(task.State)).Select(task => task.Id).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. All(new RunFolder(repository, run.RunId))
                .Where(result => open.Contains(result.First) && open.Contains(result.Second))
                .Select(result => new PredictedConflict(result.First, result.Second, [.. result.Files.Take(MostListedFiles)], result.At)),
        ];
    }

    /// <summary>Returns the key of a pair of tasks. It does not depend on the order of the two tasks.</summary>
    internal static string PairOf(string one, string other)
    {
        var sorted = string.CompareOrdinal(one, other) < 0 ? $"{one}\0{other}" : $"{other}\0{one}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sorted)))[..24];
    }

    /// <summary>Stores the result of a trial merge.</summary>
    internal static void Store(RunFolder folder, TrialMergeResult result) =>
        DurableFile.Write(
            PathOf(folder, result.Pair),
            JsonSerializer.SerializeToUtf8Bytes(result, PredictedConflictsJsonContext.Default.TrialMergeResult)
        );

    /// <summary>Returns the result of the last trial merge for a pair of tasks, or null if there is none.</summary>
    internal static TrialMergeResult? Find(RunFolder folder, string pair) => Read(PathOf(folder, pair));

    /// <summary>Lists the trial merge results of all pairs of tasks that currently conflict.</summary>
    public static IReadOnlyList<TrialMergeResult> All(RunFolder folder) =>
        Directory.Exists(folder.Radar)
            ?
            [
                .. Directory
                    .EnumerateFiles(folder.Radar, "*.json")
                    .Select(Read)
                    .OfType<TrialMergeResult>()
                    .Where(result => result.Files.Count > 0)
                    .OrderBy(result => result.At),
            ]
            : [];

    /// <summary>
    /// Returns a task's predicted conflicts that have not been reported yet, and records that the given agent run reports them. A repeated
    /// call for the same agent run returns the same conflicts.
    /// </summary>
    /// <param name="start">Number of the agent run to which they are reported.</param>
    internal static IReadOnlyList<TrialMergeResult> ClaimUnreported(RunFolder folder, string task, int start)
    {
        var coming = All(folder).Where(result => result.First == task || result.Second == task).ToList();
        if (coming.Count == 0)
        {
            return [];
        }
        var file = Path.Combine(folder.Task(task), "radar-events.json");
        var told = StoredJsonReader.TryRead(file, PredictedConflictsJsonContext.Default.DictionaryStringInt32) ?? [];
        var untold = coming.Where(result => !told.TryGetValue(result.Pair, out var when) || when == start).ToList();
        foreach (var result in untold)
        {
            told[result.Pair] = start;
        }
        DurableFile.Write(file, JsonSerializer.SerializeToUtf8Bytes(told, PredictedConflictsJsonContext.Default.DictionaryStringInt32));
        return untold;
    }

    /// <summary>
    /// Creates the message that informs a task's agent about a predicted conflict. A repeated call creates the same message.
    /// </summary>
    /// <param name="coming">The predicted conflict.</param>
    internal static OutgoingAgentMailMessage CreateMail(RunPlanAndSettings files, string task, TrialMergeResult coming)
    {
        var other = files.Task(coming.Other(task));
        return OutgoingAgentMailMessage.OfOrchestrator(
            task,
            $"A conflict is predicted with task '{other.Id}' ({FirstLine(other.Description)}), which works at the same time and has "
                + $"changed the same places in {FileNameEncoding.List(coming.Files, MostFiles)}. Whichever of you is merged second has "
                + "to make "
                + "both hold: keep your changes there small, and leave alone what your task does not need.",
            coming.Pair
        );
    }

    /// <summary>Creates the notices about predicted conflicts that are added to a task's events.</summary>
    internal static IEnumerable<TaskNotice> Notices(string task, IReadOnlyList<TrialMergeResult> coming) =>
        coming.Select(result => new TaskNotice(
            $"A conflict with task '{result.Other(task)}' is predicted in {FileNameEncoding.List(result.Files, MostFiles)}."
        ));

    private static string FirstLine(string text) => FileNameEncoding.Show(text.Split('\n')[0].Trim(), 200);

    // A damaged result is computed and reported again.
    private static TrialMergeResult? Read(string path) =>
        StoredJsonReader.TryRead(path, PredictedConflictsJsonContext.Default.TrialMergeResult);

    private static string PathOf(RunFolder folder, string pair) => Path.Combine(folder.Radar, pair + ".json");
}

[JsonSerializable(typeof(TrialMergeResult))]
[JsonSerializable(typeof(Dictionary<string, int>))]
internal sealed partial class PredictedConflictsJsonContext : JsonSerializerContext;
