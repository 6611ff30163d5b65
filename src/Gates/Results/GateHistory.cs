using System.Text.Json;

namespace Orchestrator.Gates.Results;

/// <summary>
/// Stores the latest verdicts of each gate, without the gate's output, across all runs of a repository. The verdicts show how flaky a gate
/// is and which result it usually has. A changed gate starts with an empty history, and results that say nothing about flakiness (stopped,
/// could not run, not rerun) are omitted.
/// </summary>
/// <param name="folder">Folder of the history files.</param>
/// <param name="time">Clock for their age.</param>
public sealed class GateHistory(string folder, TimeProvider time)
{
    /// <summary>
    /// Maximum number of verdicts per gate. Older verdicts are removed, so a gate that is no longer flaky becomes trusted again.
    /// </summary>
    public const int Longest = 100;

    /// <summary>
    /// Minimum number of runs before a gate can be called flaky. A gate that flakes once in 20 runs on average has a 1 % chance of flaking
    /// at least three times in ten runs.
    /// </summary>
    public const int Fewest = 10;

    private const int MaxGates = 1000;
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(180);

    /// <summary>
    /// Returns the gate's flakiness statistics if the gate ran often enough and more than a fifth of its runs were flaky. Null otherwise.
    /// </summary>
    public static GateFlakinessStatistics? ChanceOf(IReadOnlyList<GateVerdict> past)
    {
        var flakes = past.Count(verdict => verdict.Failure == GateFailure.Flaky);
        return past.Count >= Fewest && flakes * 5 > past.Count ? new GateFlakinessStatistics(flakes, past.Count) : null;
    }

    /// <summary>Returns the recently flaky tests of all gates in this history.</summary>
    public IReadOnlyList<FlakyTest> FlakyTests() =>
        Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).SelectMany(file => FlakyTest.In(ReadFile(file)))]
            : [];

    /// <summary>Returns the verdicts of a gate, oldest first. Empty if there are none or the file is damaged.</summary>
    public IReadOnlyList<GateVerdict> Read(Gate gate) => ReadFile(PathOf(gate));

    private static GateVerdict[] ReadFile(string path)
    {
        try
        {
            return StoredJsonReader.TryRead(path, GateVerdictJsonContext.Default.GateVerdictArray) ?? [];
        }
        catch (Exception damaged) when (damaged is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Adds a verdict to the history of its gate.</summary>
    /// <returns>The gate's updated history.</returns>
    public async Task<IReadOnlyList<GateVerdict>> AddAsync(GateVerdict verdict, CancellationToken stop)
    {
        if (!IsTelling(verdict))
        {
            return Read(verdict.Gate);
        }
        using var alone = await InterProcessFileLock.AcquireAsync(folder + ".lock", stop);
        GateVerdict[] known = [.. Read(verdict.Gate).Append(verdict with { Tail = "", Anomalies = [], Failures = null }).TakeLast(Longest)];
        DurableFile.Write(
            PathOf(verdict.Gate),
            JsonSerializer.SerializeToUtf8Bytes(known, GateVerdictJsonContext.Default.GateVerdictArray)
        );
        return known;
    }

    /// <summary>Removes histories that are too old or exceed the maximum number.</summary>
    public void Prune() => GateResultCache.Prune(folder, MaxGates, MaxAge, time);

    private static bool IsTelling(GateVerdict verdict) =>
        verdict
            is { Cached: false }
                and ({ Result: GateResult.Passed } or { Result: GateResult.Failed, Failure: GateFailure.Logic, Runs: > 1 });

    private string PathOf(Gate gate) => Path.Combine(folder, GateCacheKey.Of(gate)[..24] + ".json");
}
