using System.Text.RegularExpressions;
using Orchestrator.Gates.Results;
using Orchestrator.Gates.Tampering;

namespace Orchestrator.Runs.Gates;

/// <summary>
/// Stores the gate results that preflight obtained at the run's base commit. A gate that failed there is only advisory in this run. Later
/// results are compared with those at the base, so that an existing failure can't hide a new one.
/// </summary>
public static partial class GateBaseline
{
    /// <summary>Stores the verdicts of gates at the base.</summary>
    /// <param name="verdicts">All verdicts at the base.</param>
    /// <param name="red">The verdicts of failed gates, which are only advisory in this run.</param>
    /// <returns>The list of files that affect the run's decisions, including the stored verdicts.</returns>
    public static RunDecisionInputFileHashList Store(
        RunPlanAndSettings files,
        IEnumerable<GateVerdict> verdicts,
        IReadOnlyCollection<GateVerdict> red
    ) =>
        files.Decisions!.With(
            files.Folder,
            NameIn(files.Folder),
            JsonSerializer.SerializeToUtf8Bytes(
                verdicts
                    .Where(verdict =>
                        red.Contains(verdict) || verdict is { Passed: true, Tests: not null } or { Passed: true, Rewritten: not null }
                    )
                    .DistinctBy(verdict => verdict.Gate.Identity.Command)
                    .ToArray(),
                GateVerdictJsonContext.Default.GateVerdictArray
            )
        );

    /// <summary>
    /// Returns the normalized commands of the gates that failed at the base and are therefore only advisory. Empty before preflight.
    /// </summary>
    public static IReadOnlySet<string> RedAtBase(RunPlanAndSettings files) =>
        Read(files)
            .Values.Where(verdict => !verdict.Passed)
            .Select(verdict => verdict.Gate.Identity.Command)
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// Returns the stored verdicts at the base, keyed by the gate's normalized command. Verdicts are stored for advisory gates, and for
    /// passed gates that counted their tests or changed files. Empty before preflight.
    /// </summary>
    public static IReadOnlyDictionary<string, GateVerdict> Read(RunPlanAndSettings files) =>
        files.Decisions!.TryRead(files.Folder, NameIn(files.Folder)) is { } json
            ? JsonSerializer
                .Deserialize(json, GateVerdictJsonContext.Default.GateVerdictArray)!
                .ToDictionary(verdict => verdict.Gate.Identity.Command, StringComparer.Ordinal)
            : new Dictionary<string, GateVerdict>();

    /// <summary>True if no required test gate checks the work, not counting test gates that failed at the base.</summary>
    /// <param name="known">Verdicts at the base.</param>
    /// <param name="gates">All gates that check the work.</param>
    public static bool LackTests(IReadOnlyDictionary<string, GateVerdict> known, IEnumerable<Gate> gates) =>
        !gates.Any(gate =>
            gate is { Type: GateType.Test, Required: true, IsMeasurement: false }
            && known.GetValueOrDefault(gate.Identity.Command) is null or { Passed: true }
        );

    /// <summary>True if at least one task has no required test gate, not counting test gates that failed at the base.</summary>
    /// <param name="known">Verdicts at the base.</param>
    public static bool SomeTaskLacksTests(RunPlanAndSettings files, IReadOnlyDictionary<string, GateVerdict> known) =>
        files.Plan.Tasks.Any(task => LackTests(known, files.Gates.Of(files.Plan, task)));

    /// <summary>Returns the verdict, supplemented by the result of comparing it with the verdict at the base.</summary>
    /// <param name="known">Verdicts at the base.</param>
    /// <param name="lacksTests">True if no other test checks the work (see <see cref="LackTests"/>).</param>
    public static GateVerdict Compare(IReadOnlyDictionary<string, GateVerdict> known, GateVerdict verdict, bool lacksTests)
    {
        if (
            verdict.Gate.IsMeasurement
            || verdict.Result == GateResult.Skipped
            || known.GetValueOrDefault(verdict.Gate.Identity.Command) is not { } before
        )
        {
            return verdict;
        }
        var odd = verdict.Anomalies.Count == 0 ? GateTamperingDetector.FindTestCountDrop(before, verdict) : null;
        var compared = verdict with { Anomalies = odd is null ? verdict.Anomalies : [odd] };
        if (before.Passed || verdict.Passed)
        {
            return compared with { BeforeWork = before.Passed ? null : GateBaseCommitComparisonResult.Repaired };
        }
        var news = before.Failures is { } old && verdict.Failures is { } now ? now.Except(old).ToList() : null;
        var isSame =
            before.ExitCode == verdict.ExitCode
            && (news is null ? WordsOf(before) == WordsOf(verdict) : news.Count == 0 && Failed(verdict) <= Failed(before));
        var isNothingNew = isSame && news is not null && before.CanBeCompared && verdict.Counts?.Passed >= before.Counts!.Passed;
        return compared with
        {
            BeforeWork = isSame ? GateBaseCommitComparisonResult.Same : GateBaseCommitComparisonResult.Other,
            NewFailures = news,
            DecidesAnyway = lacksTests && verdict.Gate is { Type: GateType.Test, Required: true } && !isNothingNew,
        };
    }

    private static int Failed(GateVerdict verdict) => (verdict.Counts?.Failed ?? 0) + (verdict.Counts?.Errors ?? 0);

    // Used if the output names no failure. Durations, times and folders differ in each run of a gate, but the number of failed tests does
    // not. A gate without output is described by its exit code.
    private static string WordsOf(GateVerdict verdict)
    {
        var lines = verdict.Tail.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).TakeLast(3);
        var words = Changing().Replace(string.Join('\n', lines), "");
        return words.Length == 0 ? "(nothing)" : words;
    }

    private static string NameIn(RunFolder folder) => RunPlanAndSettings.Named(folder, Path.Combine(folder.Preflight, "red-at-base.json"));

    [GeneratedRegex(
        """\(?\b\d+:\d\d(:\d\d)?(\.\d+)?\b\)?|\b\d+(\.\d+)?\s?(ms|s|sec|seconds?|m|min|minutes?)\b|(/[^\s:/]+){2,}/|0x[0-9a-fA-F]+""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Changing();
}
