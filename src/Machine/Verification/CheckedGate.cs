using System.Globalization;
using System.Text.Json.Serialization;
using Orchestrator.Gates;
using Orchestrator.Plans;

namespace Orchestrator.Machine.Verification;

/// <summary>Source of a cached result.</summary>
/// <param name="Run">The run in which the gate ran; empty: another <c>verify</c>.</param>
/// <param name="At">When.</param>
public sealed record CachedResult(string Run, DateTimeOffset At);

/// <summary>A gate and its result.</summary>
/// <param name="Name">The gate.</param>
/// <param name="Command">As it was run.</param>
/// <param name="Type">Kind of check.</param>
/// <param name="Required">Its failure counts.</param>
/// <param name="Result"><c>passed</c>, <c>skipped</c>, <c>failed</c>, <c>timedout</c> or <c>couldnotrun</c>.</param>
/// <param name="Failure"><c>none</c>, <c>logic</c>, <c>environment</c>, <c>timeout</c>, <c>flaky</c> or <c>contention</c>.</param>
/// <param name="ExitCode">Null where it did not end by itself.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Evidence">File with all it printed.</param>
/// <param name="Exclusive">Gates of this name run one at a time on the machine; null where it may run beside any other.</param>
/// <param name="Advice">The cure where it could not get a port, a database or a file; else empty.</param>
/// <param name="Source">Its source: <c>task</c>, <c>configuration</c>, <c>found</c> or <c>contracts</c>.</param>
/// <param name="Cached">Source of a cached result; null: it ran.</param>
/// <param name="Quarantine">Why its failure is ignored; null: it counts.</param>
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

    /// <summary>Why a passing result looks unusual compared with earlier runs; null: it does not.</summary>
    public string? Suspicion { get; init; }

    /// <summary>The expected number of a measurement; null for other gates.</summary>
    public string? Expected { get; init; }

    /// <summary>The number that it printed; null where there is none, or for other gates.</summary>
    public decimal? Measured { get; init; }

    /// <summary>It does not prevent a merge.</summary>
    [JsonIgnore]
    public bool IsAcceptable { get; init; }

    /// <summary>The results as text, a line each.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>The result of a gate, for display.</summary>
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

    private const int MostLines = 20;

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
        const string Indent = "    " + UntrustedText.Mark;
        string[] last = [.. new UntrustedText(verdict.Tail).Block(Indent).TakeLast(MostLines)];

        // What shows the failure often stands above all that runners print at their end.
        if (verdict.FailingLine is { } failing && !Array.Exists(last, line => line.Contains(failing, StringComparison.Ordinal)))
        {
            yield return Indent + new UntrustedText(failing).Line;
            yield return Indent + "…";
        }
        foreach (var line in last)
        {
            yield return line;
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
