using Orchestrator.Gates.Results;

namespace Orchestrator.Runs.Gates;

/// <summary>Statistics of one gate in a run.</summary>
/// <param name="Ran">How often it was asked and ran.</param>
/// <param name="Cached">How often its result was taken from the cache.</param>
/// <param name="Flakes">How often it failed, and passed on the same files.</param>
/// <param name="LastHit">Source of the last cached result; empty: none.</param>
/// <param name="Flaky">How often it fails by chance in all runs, if that is too often; else empty.</param>
internal sealed record GateCount(int Ran = 0, int Cached = 0, int Flakes = 0, string LastHit = "", string Flaky = "")
{
    /// <summary>Number of tests of its last run as text; empty: none could be counted.</summary>
    public string Tests
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Seconds of its last run.</summary>
    public double? Seconds { get; init; }

    /// <summary>Its last exit code; null where it had none.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Comparison of its last result with its failure at the base; empty: it passed there.</summary>
    public string BeforeWork
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Why a passing result of it looked unusual; empty: none did.</summary>
    public string Suspicion
    {
        get;
        init => field = value ?? "";
    } = "";
}

/// <summary>Counts results of a run's gates, by command, for its report.</summary>
internal static class GateTally
{
    private const int LongestCell = 120;
    private const int LongestNote = 500;

    /// <summary>Adds one result.</summary>
    /// <param name="record">The gate's record; null where it did not run.</param>
    /// <param name="stop">Ends the waiting for others that count.</param>
    public static async Task AddAsync(RunFolder folder, GateVerdict verdict, GateRecord? record, CancellationToken stop)
    {
        if (verdict.Result == GateResult.Skipped)
        {
            return;
        }
        var lockFile = folder.Gates + ".lock";
        if (new FileInfo(lockFile).LinkTarget is not null)
        {
            // It holds nothing, and counting must not stop a merge.
            RegularFile.TryPutAside(lockFile, number => $"{lockFile}.changed-{number}");
        }
        using var alone = await LockFile.TakeAsync(lockFile, stop);
        var counts = new SortedDictionary<string, GateCount>(Read(folder), StringComparer.Ordinal);
        var count = counts.GetValueOrDefault(verdict.Gate.Command) ?? new GateCount();
        counts[verdict.Gate.Command] = verdict.Cached is { } hit
            ? count with
            {
                Cached = count.Cached + 1,
                LastHit = hit.ToString(),
                Suspicion = verdict.Suspicion ?? count.Suspicion,
                BeforeWork = verdict.BeforeWork ?? "",
            }
            : count with
            {
                Ran = count.Ran + 1,
                Flakes = count.Flakes + (verdict.Failure == GateFailure.Flaky ? 1 : 0),
                Flaky = record is { IsFlaky: true } ? record.ToString() : "",
                Tests = verdict.Tests?.ToString() ?? "",
                Seconds = verdict.Runs == 0 ? null : verdict.Duration.TotalSeconds,
                ExitCode = verdict.ExitCode,
                Suspicion = verdict.Suspicion ?? count.Suspicion,
                BeforeWork = verdict.BeforeWork ?? "",
            };
        DurableFile.Write(folder.Gates, JsonSerializer.SerializeToUtf8Bytes(counts, GateCountJson.Default.SortedDictionaryStringGateCount));
    }

    /// <summary>The section of the report; empty where no gate was run.</summary>
    public static MarkdownText Render(RunFolder folder)
    {
        var counts = Read(folder);
        var text = new MarkdownText();
        if (counts.Count == 0)
        {
            return text;
        }
        text.Append(
            $"\n| gate | ran | from the cache | passed only when run again | tests | seconds | exit code |\n|---|---|---|---|---|---|---|\n"
        );
        foreach (var (gate, count) in counts)
        {
            text.Append($"| {Cell(gate)} | {count.Ran} | {count.Cached} | {count.Flakes} | {count.Tests} | ")
                .Append($"{(decimal?)count.Seconds:0.0} | {(decimal?)count.ExitCode:0} |\n");
        }
        text.Append($"\n");
        foreach (var (gate, count) in counts.Where(gate => gate.Value.BeforeWork.Length > 0))
        {
            text.Append($"- '{Cell(gate)}': {Cell(count.BeforeWork, LongestNote)}\n");
        }
        foreach (var (gate, count) in counts.Where(gate => gate.Value.Suspicion.Length > 0))
        {
            text.Append($"- strange: '{Cell(gate)}' was green, but {Cell(count.Suspicion)}\n");
        }
        foreach (var (gate, count) in counts.Where(gate => gate.Value.Flaky.Length > 0))
        {
            text.Append($"- flaky: '{Cell(gate)}' {count.Flaky}. Repair it; until then 'gates.quarantine: true' lets it only advise.\n");
        }
        foreach (var (gate, count) in counts.Where(gate => gate.Value.LastHit.Length > 0))
        {
            text.Append($"- '{Cell(gate)}' was last {count.LastHit}\n");
        }
        return text;
    }

    private static string Cell(string command, int longest = LongestCell) => QuotedText.CutLine(command, longest);

    /// <summary>For people alone: what can't be read is counted anew, and stops nothing.</summary>
    private static SortedDictionary<string, GateCount> Read(RunFolder folder) =>
        new(
            (StoredJson.TryRead(folder.Gates, GateCountJson.Default.SortedDictionaryStringGateCount) ?? [])
                .Where(gate => gate.Value is not null)
                .ToDictionary(),
            StringComparer.Ordinal
        );
}

[JsonSerializable(typeof(SortedDictionary<string, GateCount>))]
internal sealed partial class GateCountJson : JsonSerializerContext;
