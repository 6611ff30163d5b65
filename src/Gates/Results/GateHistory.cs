using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Gates.Results;

/// <summary>The latest results of a gate, over all runs of a repository.</summary>
/// <param name="Negate">Whether it passes when the command fails.</param>
/// <param name="Outcomes">A letter for each of its last runs: <c>p</c> passed at once, <c>f</c> failed and then passed on the same files,
/// <c>r</c> failed twice.</param>
public sealed record GateRecord(string Command, bool Negate, string Outcomes)
{
    /// <summary>How many runs are kept: older ones do not count, so that a gate that was fixed is trusted again.</summary>
    public const int Longest = 100;

    /// <summary>Fewer runs are no evidence: of ten runs of a gate that fails by chance once in twenty, three fail in one case of a
    /// hundred.</summary>
    public const int Fewest = 10;

    /// <summary>Its last passing runs, oldest first, which later ones are compared with.</summary>
    public IReadOnlyList<GreenRun> Greens
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>How many of its runs failed by chance.</summary>
    [JsonIgnore]
    public int Flakes => Outcomes.Count(letter => letter == 'f');

    /// <summary>Whether it fails by chance more than a fifth of the time.</summary>
    [JsonIgnore]
    public bool IsFlaky => Outcomes.Length >= Fewest && Flakes * 5 > Outcomes.Length;

    /// <summary>How often it failed by chance, as text.</summary>
    public override string ToString() => $"failed by chance in {Flakes} of its last {Outcomes.Length} runs";
}

/// <summary>How often gates fail by chance: a file per gate, in the repository's cache folder. A changed gate starts with an empty history.
/// Results that say nothing about chance (stopped, could not run, not run again) are left out.</summary>
/// <param name="folder">Where they lie.</param>
/// <param name="time">The clock for their age.</param>
public sealed class GateHistory(string folder, TimeProvider time)
{
    private const int MaxGates = 1000;
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(180);

    /// <summary>The record of a gate; empty if there is none or it is damaged.</summary>
    public GateRecord Read(Gate gate)
    {
        try
        {
            return StoredJson.TryRead(PathOf(gate), GateRecordJson.Default.GateRecord) is { Outcomes: not null } record
                ? record
                : new GateRecord(gate.Command, gate.Negate, "");
        }
        catch (Exception damaged) when (damaged is IOException or UnauthorizedAccessException)
        {
            return new GateRecord(gate.Command, gate.Negate, "");
        }
    }

    /// <summary>Adds the result of a gate.</summary>
    /// <returns>The gate's present record.</returns>
    public async Task<GateRecord> AddAsync(GateVerdict verdict, CancellationToken stop)
    {
        if (LetterOf(verdict) is not { } letter)
        {
            return Read(verdict.Gate);
        }
        using var alone = await LockFile.TakeAsync(folder + ".lock", stop);
        var known = Read(verdict.Gate);
        var outcomes = known.Outcomes + letter;
        known = known with
        {
            Outcomes = outcomes[Math.Max(0, outcomes.Length - GateRecord.Longest)..],
            Greens = verdict.Passed
                ? [.. known.Greens.Append(new GreenRun(verdict.Tests?.Ran, verdict.Duration.TotalSeconds)).TakeLast(GateComparison.Looked)]
                : known.Greens,
        };
        DurableFile.Write(PathOf(verdict.Gate), JsonSerializer.SerializeToUtf8Bytes(known, GateRecordJson.Default.GateRecord));
        return known;
    }

    /// <summary>Removes records that are too old or too many.</summary>
    public void Prune() => GateResultCache.Prune(folder, MaxGates, MaxAge, time);

    private static char? LetterOf(GateVerdict verdict) =>
        verdict switch
        {
            { Cached: not null } => null,
            { Result: GateResult.Passed, Failure: GateFailure.Flaky } => 'f',
            { Result: GateResult.Passed } => 'p',
            { Result: GateResult.Failed, Failure: GateFailure.Logic, Runs: > 1 } => 'r',
            _ => null,
        };

    private string PathOf(Gate gate) => Path.Combine(folder, GateKey.Of(gate)[..24] + ".json");
}

[JsonSerializable(typeof(GateRecord))]
internal sealed partial class GateRecordJson : JsonSerializerContext;
