using System.Text.RegularExpressions;
using Orchestrator.Gates.Results;
using Orchestrator.Gates.Tampering;

namespace Orchestrator.Runs.Gates;

/// <summary>Gate results at the base commit, found by preflight: gates that failed there are only advisory in this run. Their later results
/// are compared with those at the base, because new faults could hide behind old ones.</summary>
internal static partial class BaseGates
{
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
                    .Where(verdict => red.Contains(verdict) || verdict is { Result: GateResult.Passed, Tests: not null })
                    .DistinctBy(verdict => verdict.Gate.Identity.Command)
                    .ToArray(),
                GateVerdictJson.Default.GateVerdictArray
            )
        );

    /// <summary>Commands, in their usual spelling, of gates that failed at the base and only advise; none before preflight has
    /// run.</summary>
    public static IReadOnlySet<string> RedAtBase(RunFiles files) =>
        Read(files)
            .Values.Where(verdict => !verdict.Passed)
            .Select(verdict => verdict.Gate.Identity.Command)
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>Verdicts at the base, by command in its usual spelling: those that only advise, and those whose tests were counted. None
    /// before preflight has run.</summary>
    public static IReadOnlyDictionary<string, GateVerdict> Read(RunFiles files) =>
        files.Decisions!.TryRead(files.Folder, NameIn(files.Folder)) is { } json
            ? JsonSerializer
                .Deserialize(json, GateVerdictJson.Default.GateVerdictArray)!
                .ToDictionary(verdict => verdict.Gate.Identity.Command, StringComparer.Ordinal)
            : new Dictionary<string, GateVerdict>();

    /// <summary>The verdict with its comparison to the one at the base.</summary>
    public static GateVerdict Compare(IReadOnlyDictionary<string, GateVerdict> known, GateVerdict verdict) =>
        verdict.Gate.IsMeasurement
        || verdict.Result == GateResult.Skipped
        || known.GetValueOrDefault(verdict.Gate.Identity.Command) is not { } before
            ? verdict
            : verdict with
            {
                BeforeWork =
                    before.Passed ? null
                    : verdict.Passed ? BaseComparison.Repaired
                    : before.ExitCode == verdict.ExitCode && WordsOf(before) == WordsOf(verdict) ? BaseComparison.Same
                    : BaseComparison.Other,
                Oddities = verdict.Oddities.Count == 0 && GateTampering.SinceBase(before, verdict) is { } odd ? [odd] : verdict.Oddities,
            };

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
