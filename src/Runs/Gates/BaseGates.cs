using System.Text.RegularExpressions;

namespace Orchestrator.Runs.Gates;

/// <summary>Result of a gate at the base commit.</summary>
/// <param name="ExitCode">Its exit code; null: it did not end by itself.</param>
/// <param name="Words">The end of its output.</param>
/// <param name="IsRed">It is one of the configuration and failed: it only advises.</param>
/// <param name="Tests">Tests that ran; null: they could not be counted, or it failed.</param>
internal sealed record BaseGate(string Command, int? ExitCode, string Words, bool IsRed = true, int? Tests = null);

/// <summary>Gate results at the base commit, found by preflight: gates that failed there are only advisory in this run. Their later results
/// are compared with those at the base, because new faults could hide behind old ones.</summary>
internal static partial class BaseGates
{
    private const string Before = "red before any work was done";

    /// <summary>Stores the results.</summary>
    /// <param name="verdicts">All of them.</param>
    /// <param name="red">Those that only advise.</param>
    /// <returns>What the run decides by, with them.</returns>
    public static RunDecisions Store(RunFiles files, IEnumerable<GateVerdict> verdicts, IReadOnlyCollection<GateVerdict> red) =>
        files.Decisions!.With(
            files.Folder,
            NameIn(files.Folder),
            JsonSerializer.SerializeToUtf8Bytes(
                verdicts
                    .Select(verdict => new BaseGate(
                        verdict.Gate.Command,
                        verdict.ExitCode,
                        WordsOf(verdict),
                        red.Contains(verdict),
                        verdict.Result == GateResult.Passed ? verdict.Tests?.Ran : null
                    ))
                    .Where(gate => gate.IsRed || gate.Tests is not null)
                    .DistinctBy(gate => gate.Command)
            )
        );

    /// <summary>Commands of gates that failed at the base; none before preflight has run.</summary>
    public static IReadOnlySet<string> RedAtBase(RunFiles files) =>
        Read(files).Values.Where(gate => gate.IsRed).Select(gate => gate.Command).ToHashSet(StringComparer.Ordinal);

    /// <summary>Results at the base, by command; none before preflight has run.</summary>
    public static IReadOnlyDictionary<string, BaseGate> Read(RunFiles files) =>
        files.Decisions!.TryRead(files.Folder, NameIn(files.Folder)) is { } json
            ? JsonSerializer.Deserialize<IReadOnlyList<BaseGate>>(json)!.ToDictionary(gate => gate.Command, StringComparer.Ordinal)
            : new Dictionary<string, BaseGate>();

    /// <summary>The result with its comparison to the one at the base.</summary>
    public static GateVerdict Compare(IReadOnlyDictionary<string, BaseGate> known, GateVerdict verdict) =>
        verdict.Gate.IsMeasurement
        || verdict.Result == GateResult.Skipped
        || known.GetValueOrDefault(verdict.Gate.Command) is not { } before
            ? verdict
            : verdict with
            {
                BeforeWork = before.IsRed ? BesideRed(before, verdict) : null,
                Suspicion = verdict.Suspicion ?? FewerTests(before, verdict),
            };

    private static string BesideRed(BaseGate before, GateVerdict verdict) =>
        (verdict.Passed, IsSame(before, verdict)) switch
        {
            (true, _) => $"{Before}, green now",
            (_, true) => $"{Before}, and still red in the same way; it only advises",
            _ when before.Words.Length == 0 => $"{Before}, and still red; it only advises",
            _ => $"{Before}, and red in another way now{(verdict.LastWords.Length == 0 ? "" : $" ({verdict.LastWords})")}; it only advises",
        };

    // All work starts from the base: one test less means that a test was removed, disabled or left out.
    private static string? FewerTests(BaseGate before, GateVerdict verdict) =>
        verdict.Result == GateResult.Passed
        && before.Tests is { } tests
        && !ChangedFileNames.AreAskedFor(verdict.Gate)
        && (verdict.Tests?.Ran ?? 0) < tests
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{tests} {(tests == 1 ? "test" : "tests")} before any work was done, "
                    + $"{(verdict.Tests is { } now ? now.ToString() : "none counted")} now"
            )
            : null;

    /// <summary>Short notes about gates of a run that failed at the base.</summary>
    public static IEnumerable<string> Notes(IEnumerable<GateVerdict> verdicts) =>
        verdicts.Where(verdict => verdict.BeforeWork is not null).Select(verdict => $"gate '{verdict.Gate.Name}': {verdict.BeforeWork}");

    private static bool IsSame(BaseGate before, GateVerdict now) =>
        before.ExitCode == now.ExitCode && before.Words.Length > 0 && before.Words == WordsOf(now);

    // Durations, times and folders differ each time; the number of failed tests does not. A gate without output is described by its exit
    // code.
    private static string WordsOf(GateVerdict verdict)
    {
        var lines = verdict.Tail.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).TakeLast(3);
        var words = Changing().Replace(string.Join('\n', lines), "");
        return words.Length == 0 ? "(nothing)" : words;
    }

    private static string NameIn(RunFolder folder) => RunFiles.Named(folder, Path.Combine(folder.Preflight, "red-at-base.json"));

    [GeneratedRegex(
        """\(?\b\d+:\d\d(:\d\d)?(\.\d+)?\b\)?|\b\d+(\.\d+)?\s?(ms|s|sec|seconds?|m|min|minutes?)\b|(/[^\s:/]+){2,}/|0x[0-9a-fA-F]+""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Changing();
}
