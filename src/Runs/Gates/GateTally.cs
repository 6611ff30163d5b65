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
        using var alone = await LockFile.TakeAsync(folder.Gates + ".lock", stop);
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
    public static string Render(RunFolder folder)
    {
        var counts = Read(folder);
        if (counts.Count == 0)
        {
            return "";
        }
        var rows = counts.Select(gate =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {Cell(gate.Key)} | {gate.Value.Ran} | {gate.Value.Cached} | {gate.Value.Flakes} | {gate.Value.Tests} | "
                    + $"{gate.Value.Seconds:0.0} | {gate.Value.ExitCode} |"
            )
        );
        var hits = counts
            .Where(gate => gate.Value.LastHit.Length > 0)
            .Select(gate => $"- '{Cell(gate.Key)}' was last {gate.Value.LastHit}");
        var flaky = counts
            .Where(gate => gate.Value.Flaky.Length > 0)
            .Select(gate =>
                $"- flaky: '{Cell(gate.Key)}' {gate.Value.Flaky}. Repair it; until then 'gates.quarantine: true' lets it only advise."
            );
        var strange = counts
            .Where(gate => gate.Value.Suspicion.Length > 0)
            .Select(gate => $"- strange: '{Cell(gate.Key)}' was green, but {Cell(gate.Value.Suspicion)}");
        var before = counts
            .Where(gate => gate.Value.BeforeWork.Length > 0)
            .Select(gate => $"- '{Cell(gate.Key)}': {Cell(gate.Value.BeforeWork, LongestNote)}");
        return string.Join(
            '\n',
            [
                "",
                "| gate | ran | from the cache | passed only when run again | tests | seconds | exit code |",
                "|---|---|---|---|---|---|---|",
                .. rows,
                .. before.Concat(strange).Concat(flaky).Concat(hits).Prepend(""),
                "",
            ]
        );
    }

    // A table cell is one line, and a bar ends it.
    private static string Cell(string command, int longest = LongestCell) =>
        QuotedText.Cut(command.ReplaceLineEndings(" "), longest).Replace("|", "\\|", StringComparison.Ordinal);

    private static SortedDictionary<string, GateCount> Read(RunFolder folder) =>
        SmallFile.TryRead(folder.Gates) is { } json
            ? JsonSerializer.Deserialize(json, GateCountJson.Default.SortedDictionaryStringGateCount)!
            : [];
}

[JsonSerializable(typeof(SortedDictionary<string, GateCount>))]
internal sealed partial class GateCountJson : JsonSerializerContext;
