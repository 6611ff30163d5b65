using System.Security.Cryptography;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.Runs.Tasks.Radar;

/// <summary>Result of a trial merge of two tasks' work.</summary>
/// <param name="First">A task.</param>
/// <param name="Second">Another one.</param>
/// <param name="FirstCommit">The first one's work.</param>
/// <param name="SecondCommit">The second one's work.</param>
/// <param name="Files">The files in conflict; empty: they can be merged.</param>
/// <param name="At">When.</param>
internal sealed record TrialResult(
    string First,
    string Second,
    string FirstCommit,
    string SecondCommit,
    IReadOnlyList<string> Files,
    DateTimeOffset At
)
{
    /// <summary>Identifies the pair.</summary>
    [JsonIgnore]
    public string Pair => ComingConflicts.PairOf(First, Second);

    /// <summary>The other one of the two.</summary>
    public string Other(string task) => task == First ? Second : First;
}

/// <summary>Predicted conflicts: a file for each pair of tasks whose changes conflict, in the run's folder. They are only information; no
/// decision depends on them.</summary>
internal static class ComingConflicts
{
    private const int MostFiles = 10;

    /// <summary>Identifies a pair of tasks, in either order.</summary>
    public static string PairOf(string one, string other)
    {
        var sorted = string.CompareOrdinal(one, other) < 0 ? $"{one}\0{other}" : $"{other}\0{one}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sorted)))[..24];
    }

    /// <summary>Stores the result of a pair.</summary>
    public static void Store(RunFolder folder, TrialResult result) =>
        DurableFile.Write(PathOf(folder, result.Pair), JsonSerializer.SerializeToUtf8Bytes(result, RadarJson.Default.TrialResult));

    /// <summary>The last result of a pair; null: none.</summary>
    public static TrialResult? Find(RunFolder folder, string pair) => Read(PathOf(folder, pair));

    /// <summary>The pairs that can't be merged at present.</summary>
    public static IReadOnlyList<TrialResult> All(RunFolder folder) =>
        Directory.Exists(folder.Radar)
            ?
            [
                .. Directory
                    .EnumerateFiles(folder.Radar, "*.json")
                    .Select(Read)
                    .OfType<TrialResult>()
                    .Where(result => result.Files.Count > 0)
                    .OrderBy(result => result.At),
            ]
            : [];

    /// <summary>A task's predicted conflicts that were not reported in this way before; once, also if repeated for the same agent
    /// run.</summary>
    /// <param name="start">The agent run in which it is reported.</param>
    public static IReadOnlyList<TrialResult> TakeUntold(RunFolder folder, string task, int start)
    {
        var coming = All(folder).Where(result => result.First == task || result.Second == task).ToList();
        if (coming.Count == 0)
        {
            return [];
        }
        var file = Path.Combine(folder.Task(task), "radar-events.json");
        var told = StoredJson.TryRead(file, RadarJson.Default.DictionaryStringInt32) ?? [];
        var untold = coming.Where(result => !told.TryGetValue(result.Pair, out var when) || when == start).ToList();
        foreach (var result in untold)
        {
            told[result.Pair] = start;
        }
        DurableFile.Write(file, JsonSerializer.SerializeToUtf8Bytes(told, RadarJson.Default.DictionaryStringInt32));
        return untold;
    }

    /// <summary>The message to the agent of a task about a pair in conflict; repeated, it is the same message.</summary>
    /// <param name="coming">The pair.</param>
    public static MailLetter LetterTo(RunFiles files, string task, TrialResult coming)
    {
        var other = files.Task(coming.Other(task));
        return MailLetter.OfOrchestrator(
            task,
            $"A conflict is predicted with task '{other.Id}' ({FirstLine(other.Description)}), which works at the same time and has "
                + $"changed the same places in {FileNames.Some(coming.Files, MostFiles)}. Whichever of you is merged second has to make "
                + "both hold: keep your changes there small, and leave alone what your task does not need.",
            coming.Pair
        );
    }

    /// <summary>Notices for the events of a task.</summary>
    public static IEnumerable<TaskNotice> Notices(string task, IReadOnlyList<TrialResult> coming) =>
        coming.Select(result => new TaskNotice(
            $"A conflict with task '{result.Other(task)}' is predicted, in {FileNames.Some(result.Files, MostFiles)}."
        ));

    private static string FirstLine(string text) => FileNames.Show(text.Split('\n')[0].Trim(), 200);

    // A damaged result is made again and reported again.
    private static TrialResult? Read(string path) => StoredJson.TryRead(path, RadarJson.Default.TrialResult);

    private static string PathOf(RunFolder folder, string pair) => Path.Combine(folder.Radar, pair + ".json");
}

[JsonSerializable(typeof(TrialResult))]
[JsonSerializable(typeof(Dictionary<string, int>))]
internal sealed partial class RadarJson : JsonSerializerContext;
