using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Reports.Gates;

/// <summary>Counts the verdicts of a run for each gate command, for the run's report.</summary>
internal static class GateTally
{
    private const int LongestCell = 120;
    private const int LongestNote = 500;

    /// <summary>Renders the report section with the counts of gate verdicts. Empty if no gate was run.</summary>
    public static EscapingMarkdownBuilder Render(RunFolder folder)
    {
        var gates = GateEvidence
            .ReadAll(folder)
            .Where(verdict => verdict is { Result: not GateResult.Skipped, Refusal: null })
            .OrderBy(verdict => verdict.At)
            .GroupBy(verdict => verdict.Gate.Command)
            .OrderBy(gate => gate.Key, StringComparer.Ordinal)
            .Select(gate => (Name: gate.Key, Ran: gate.Where(v => !v.Cached).ToList(), Cached: gate.Where(v => v.Cached).ToList()))
            .ToList();
        var text = new EscapingMarkdownBuilder();
        if (gates.Count == 0)
        {
            return text;
        }
        text.Append(
            $"\n| gate | ran | from the cache | passed only when run again | tests | seconds | exit code |\n|---|---|---|---|---|---|---|\n"
        );
        foreach (var (name, ran, cached) in gates)
        {
            var last = ran.LastOrDefault();
            text.Append($"| {Cell(name)} | {ran.Count} | {cached.Count} | {ran.Count(v => v.Failure == GateFailure.Flaky)} | ")
                .Append($"{(last?.Tests is { } tests ? GateVerdictFormatter.Tests(tests) : "")} | ")
                .Append($"{(last is { Runs: > 0 } ? (decimal?)last.Duration.TotalSeconds : null):0.0} | {(decimal?)last?.ExitCode:0} |\n");
        }
        text.Append($"\n");
        AppendNotes(text, gates);
        return text;
    }

    private static void AppendNotes(
        EscapingMarkdownBuilder text,
        List<(string Name, List<GateVerdict> Ran, List<GateVerdict> Cached)> gates
    )
    {
        foreach (var (name, ran, cached) in gates)
        {
            if ((ran.LastOrDefault() ?? cached[^1]) is { BeforeWork: not null } compared)
            {
                text.Append($"- '{Cell(name)}': {Cell(GateVerdictFormatter.BeforeWork(compared), LongestNote)}\n");
            }
        }
        foreach (var (name, ran, cached) in gates)
        {
            if (ran.Concat(cached).LastOrDefault(v => v is { Passed: true, Anomalies.Count: > 0 }) is { } odd)
            {
                text.Append($"- anomaly: '{Cell(name)}' passed, but {Cell(GateVerdictFormatter.Anomalies(odd))}\n");
            }
        }
        foreach (var (name, ran, _) in gates)
        {
            if (ran.LastOrDefault() is { Chance: not null } flaky)
            {
                text.Append($"- flaky: '{Cell(name)}' {GateVerdictFormatter.Chance(flaky)}. ")
                    .Append($"Fix the gate; until then, 'gates.quarantine: true' makes it advisory.\n");
            }
        }
        foreach (var (name, ran, _) in gates)
        {
            var flaky = ran.SelectMany(verdict => verdict.FlakyTests ?? []).Distinct().ToList();
            var quarantined = ran.SelectMany(verdict => verdict.QuarantinedTests ?? []).Distinct().ToList();
            if (flaky.Count > 0)
            {
                text.Append($"- flaky in '{Cell(name)}': {Cell(FileNameEncoding.List(flaky), LongestNote)}. ")
                    .Append($"Fix them, or put them into quarantine: 'orchestrate flaky'.\n");
            }
            if (quarantined.Count > 0)
            {
                text.Append($"- failed in '{Cell(name)}', but in quarantine: {Cell(FileNameEncoding.List(quarantined), LongestNote)}\n");
            }
        }
        foreach (var (name, _, cached) in gates)
        {
            if (cached.LastOrDefault() is { } hit)
            {
                text.Append($"- '{Cell(name)}' was last {GateVerdictFormatter.FromCache(hit)}\n");
            }
        }
    }

    private static string Cell(string command, int longest = LongestCell) => QuotedText.CutLine(command, longest);
}
