using System.Text.RegularExpressions;
using Orchestrator.Gates.Results;
using Orchestrator.Gates.Tampering;

namespace Orchestrator.Runs.Gates;

/// <summary>Gate results at the base commit, found by preflight: gates that failed there are only advisory in this run. Their later results
/// are compared with those at the base, because new faults could hide behind old ones.</summary>
public static partial class BaseGates
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
                    .Where(verdict =>
                        red.Contains(verdict) || verdict is { Passed: true, Tests: not null } or { Passed: true, Rewritten: not null }
                    )
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

    /// <summary>True if none of the gates is a test that has to pass and was not red at the base.</summary>
    /// <param name="known">Verdicts at the base.</param>
    /// <param name="gates">All gates that look at the work.</param>
    public static bool LackTests(IReadOnlyDictionary<string, GateVerdict> known, IEnumerable<Gate> gates) =>
        !gates.Any(gate =>
            gate is { Type: GateType.Test, Required: true, IsMeasurement: false }
            && known.GetValueOrDefault(gate.Identity.Command) is null or { Passed: true }
        );

    /// <summary>True if no test looks at the work of some task but those that were red at the base.</summary>
    /// <param name="known">Verdicts at the base.</param>
    public static bool SomeTaskLacksTests(RunFiles files, IReadOnlyDictionary<string, GateVerdict> known) =>
        files.Plan.Tasks.Any(task => LackTests(known, files.Gates.Of(files.Plan, task)));

    /// <summary>The verdict with its comparison to the one at the base.</summary>
    /// <param name="known">Verdicts at the base.</param>
    /// <param name="lacksTests">No other test looks at the work (<see cref="LackTests"/>).</param>
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
        var odd = verdict.Oddities.Count == 0 ? GateTampering.SinceBase(before, verdict) : null;
        var compared = verdict with { Oddities = odd is null ? verdict.Oddities : [odd] };
        if (before.Passed || verdict.Passed)
        {
            return compared with { BeforeWork = before.Passed ? null : BaseComparison.Repaired };
        }
        var news = before.Failures is { } old && verdict.Failures is { } now ? now.Except(old).ToList() : null;
        var isSame =
            before.ExitCode == verdict.ExitCode
            && (news is null ? WordsOf(before) == WordsOf(verdict) : news.Count == 0 && Failed(verdict) <= Failed(before));
        var isNothingNew = isSame && news is not null && before.CanBeCompared && verdict.Counts?.Passed >= before.Counts!.Passed;
        return compared with
        {
            BeforeWork = isSame ? BaseComparison.Same : BaseComparison.Other,
            NewFailures = news,
            DecidesAnyway = lacksTests && verdict.Gate is { Type: GateType.Test, Required: true } && !isNothingNew,
        };
    }

    private static int Failed(GateVerdict verdict) => (verdict.Counts?.Failed ?? 0) + (verdict.Counts?.Errors ?? 0);

    // Where no failure is named. Durations, times and folders differ each time; the number of failed tests does not. A gate without output
    // is described by its exit code.
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
