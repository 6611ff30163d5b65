using System.Text.Json;

namespace Orchestrator.Gates.Results;

/// <summary>The latest verdicts of each gate over all runs of a repository, without output: a file per gate, in the repository's cache
/// folder. They tell how often a gate fails by chance, and what is usual for it. A changed gate starts with an empty history. Results that
/// say nothing about chance (stopped, could not run, not run again) are left out.</summary>
/// <param name="folder">Where they lie.</param>
/// <param name="time">The clock for their age.</param>
public sealed class GateHistory(string folder, TimeProvider time)
{
    /// <summary>The number of verdicts that are kept: older ones do not count, so that a gate that was fixed is trusted again.</summary>
    public const int Longest = 100;

    /// <summary>Fewer runs are no evidence: of ten runs of a gate that fails by chance once in twenty, three fail in one case of a
    /// hundred.</summary>
    public const int Fewest = 10;

    private const int MaxGates = 1000;
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(180);

    /// <summary>The rate at which a gate with these verdicts fails by chance, if that is more than a fifth of its runs; else
    /// null.</summary>
    public static GateChance? ChanceOf(IReadOnlyList<GateVerdict> past)
    {
        var flakes = past.Count(verdict => verdict.Failure == GateFailure.Flaky);
        return past.Count >= Fewest && flakes * 5 > past.Count ? new GateChance(flakes, past.Count) : null;
    }

    /// <summary>The tests of all gates that failed by chance lately.</summary>
    public IReadOnlyList<FlakyTest> FlakyTests() =>
        Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).SelectMany(file => FlakyTest.In(ReadFile(file)))]
            : [];

    /// <summary>The verdicts of a gate, oldest first; none if there are none or they are damaged.</summary>
    public IReadOnlyList<GateVerdict> Read(Gate gate) => ReadFile(PathOf(gate));

    private static GateVerdict[] ReadFile(string path)
    {
        try
        {
            return StoredJson.TryRead(path, GateVerdictJson.Default.GateVerdictArray) ?? [];
        }
        catch (Exception damaged) when (damaged is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Adds the verdict of a gate.</summary>
    /// <returns>The gate's present history.</returns>
    public async Task<IReadOnlyList<GateVerdict>> AddAsync(GateVerdict verdict, CancellationToken stop)
    {
        if (!IsTelling(verdict))
        {
            return Read(verdict.Gate);
        }
        using var alone = await LockFile.TakeAsync(folder + ".lock", stop);
        GateVerdict[] known = [.. Read(verdict.Gate).Append(verdict with { Tail = "", Oddities = [], Failures = null }).TakeLast(Longest)];
        DurableFile.Write(PathOf(verdict.Gate), JsonSerializer.SerializeToUtf8Bytes(known, GateVerdictJson.Default.GateVerdictArray));
        return known;
    }

    /// <summary>Removes histories that are too old or too many.</summary>
    public void Prune() => GateResultCache.Prune(folder, MaxGates, MaxAge, time);

    private static bool IsTelling(GateVerdict verdict) =>
        verdict
            is { Cached: false }
                and ({ Result: GateResult.Passed } or { Result: GateResult.Failed, Failure: GateFailure.Logic, Runs: > 1 });

    private string PathOf(Gate gate) => Path.Combine(folder, GateKey.Of(gate)[..24] + ".json");
}
