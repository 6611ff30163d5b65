namespace Orchestrator.Runs.Gates;

/// <summary>Where a result comes from that was not made now.</summary>
/// <param name="Run">The run in which the gate ran; empty: another <c>verify</c>.</param>
/// <param name="At">When.</param>
public sealed record CachedResult(string Run, DateTimeOffset At);

/// <summary>A gate and what it said.</summary>
/// <param name="Name">The gate.</param>
/// <param name="Command">As it was run.</param>
/// <param name="Type">Kind of check.</param>
/// <param name="Required">Its failure counts.</param>
/// <param name="Result"><c>passed</c>, <c>skipped</c>, <c>failed</c>, <c>timedout</c> or <c>couldnotrun</c>.</param>
/// <param name="Failure"><c>none</c>, <c>logic</c>, <c>environment</c>, <c>timeout</c>, <c>flaky</c> or <c>contention</c>.</param>
/// <param name="ExitCode">Null where it did not end by itself.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Evidence">File with all it printed.</param>
/// <param name="Exclusive">Gates of this name run one at a time on the machine; null where it runs beside any other.</param>
/// <param name="Advice">What helps where it could not have a port, a database or a file; else empty.</param>
/// <param name="Source">Where it comes from: <c>task</c>, <c>configuration</c>, <c>found</c> or <c>contracts</c>.</param>
/// <param name="Cached">Where it ran before, with these files; null: it ran now.</param>
/// <param name="Quarantine">Why its failure does not count; null: it does.</param>
public sealed record CheckedGate(
    string Name,
    string Command,
    string Type,
    bool Required,
    string Result,
    string Failure,
    int? ExitCode,
    long Milliseconds,
    string? Evidence,
    string? Exclusive,
    string Advice,
    string Source,
    CachedResult? Cached,
    string? Quarantine
)
{
    /// <summary>Tests that ran; null: they could not be counted.</summary>
    public int? Tests { get; init; }

    /// <summary>What is strange about a green result beside the gate's own past; null: nothing is.</summary>
    public string? Suspicion { get; init; }

    /// <summary>What a measurement's number has to be; null for a gate that does not measure.</summary>
    public string? Expected { get; init; }

    /// <summary>The number that it printed; null where it printed none, or does not measure.</summary>
    public decimal? Measured { get; init; }

    /// <summary>It does not stand in the way.</summary>
    [JsonIgnore]
    public bool IsAcceptable { get; init; }

    /// <summary>The same for people, a line each.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>A verdict, told.</summary>
    internal static CheckedGate Of(GateVerdict verdict, GateSource source) =>
        new(
            verdict.Gate.Name,
            verdict.Command,
            verdict.Gate.Type.ToString().ToLowerInvariant(),
            verdict.Gate.Required,
            verdict.Result.ToString().ToLowerInvariant(),
            verdict.Failure.ToString().ToLowerInvariant(),
            verdict.ExitCode,
            (long)verdict.Duration.TotalMilliseconds,
            verdict.EvidenceFile,
            verdict.Gate.Exclusive,
            verdict.Advice,
            source.ToString().ToLowerInvariant(),
            verdict.Cached is { } hit ? new CachedResult(hit.Run, hit.At) : null,
            verdict.Quarantine
        )
        {
            Tests = verdict.Tests?.Ran,
            Suspicion = verdict.Suspicion,
            Expected = verdict.Gate.Expectation?.ToString(),
            Measured = verdict.Measured,
            IsAcceptable = verdict.IsAcceptable,
            Lines = [.. LinesOf(verdict)],
        };

    private static IEnumerable<string> LinesOf(GateVerdict verdict)
    {
        var word =
            verdict.Result is GateResult.Passed ? "ok  "
            : verdict.IsAcceptable ? "warn"
            : "fail";
        yield return $"{word}  {verdict.Gate.Name}: {How(verdict)}{(verdict.Runs == 0 ? "" : $" ({Effort(verdict)})")}";
        if (verdict.Suspicion is { } strange)
        {
            yield return $"      strange: {strange}";
        }
        if (verdict.Quarantine is { } why)
        {
            yield return $"      it only advises, since {why} (gates.quarantine)";
        }
        if (verdict.Advice.Length > 0)
        {
            yield return "      " + verdict.Advice;
        }
        if (verdict.Result == GateResult.Passed)
        {
            yield break;
        }
        foreach (var line in verdict.Tail.TrimEnd().Split('\n').TakeLast(20).Where(line => line.Length > 0))
        {
            yield return "      " + line.TrimEnd('\r');
        }
        if (verdict.EvidenceFile is not null)
        {
            yield return $"      all of it: {verdict.EvidenceFile}";
        }
    }

    private static string How(GateVerdict verdict) =>
        verdict.Result switch
        {
            GateResult.Passed when verdict.Cached is { } hit => hit.ToString(),
            GateResult.Passed when verdict.Failure == GateFailure.Flaky => "passed when run again: it fails by chance",
            GateResult.Passed when verdict.RanAlone => "passed when run alone",
            GateResult.Passed or GateResult.Failed when verdict.Measured is not null => verdict.Comparison,
            GateResult.Passed => "passed",
            GateResult.Skipped => "skipped",
            GateResult.TimedOut => $"ran longer than {verdict.Gate.Limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s",
            GateResult.CouldNotRun => "could not run",
            _ when verdict.Gate.Negate => "succeeded, but must fail",
            _ when verdict.Gate.IsMeasurement && verdict.ExitCode == 0 => "printed no number on its last line",
            _ => $"exit code {verdict.ExitCode}",
        };

    private static string Effort(GateVerdict verdict) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(verdict.Tests is { } tests ? $"{tests}, " : "")}{verdict.Duration.TotalSeconds:0.0} s"
        );
}
