using System.Globalization;

namespace Orchestrator.Plans;

/// <summary>
/// Formats gate verdicts for reports, task and landing notes, agents' prompts, logs and terminals. No other code formats them.
/// </summary>
public static class GateVerdictFormatter
{
    private const int MostNotes = 3;
    private const int MostLines = 20;
    private const int LongestEnd = 300;
    private const int LongestName = 60;
    private const string Exclusive = "or set 'exclusive: NAME' on the gate, so that gates with this name run one at a time on this machine";

    /// <summary>
    /// Formats the results of running a task's new and changed tests without the task's change. The text has no final period.
    /// </summary>
    public static string Red(NewTestsOnBaseProductResult proof) =>
        proof.Gap switch
        {
            InconclusiveNewTestsCause.NoProductChange => "it changes only tests, so nothing shows that they can fail",
            InconclusiveNewTestsCause.NotSeparable => "its tests are in product files, so nothing shows that they can fail",
            InconclusiveNewTestsCause.CouldNotRun => "its tests could not be run without its change",
            InconclusiveNewTestsCause.NoNames => "its tests fail without its change, but the test runner names none of them",
            _ when proof.ProvesNothing => $"its tests prove nothing: {Of(proof)}",
            _ => Of(proof),
        };

    private static string Of(NewTestsOnBaseProductResult proof) =>
        $"red without the change: {proof.Red} of {Plural.Of(proof.Tests, "test")}"
        + (proof.Green.Count == 0 ? "" : $"; green with and without it: {ListFirst(proof.Green, MostNotes)}");

    /// <summary>Formats a gate's result in a few words.</summary>
    public static string Ending(GateVerdict verdict) =>
        verdict.Result switch
        {
            _ when verdict.Refusal is { } refusal => refusal,
            GateResult.Passed when verdict.Cached => FromCache(verdict),
            GateResult.Passed when verdict.Failure == GateFailure.Flaky => "passed when run again, so it is flaky",
            GateResult.Passed when verdict.RanAlone => "passed when run alone",
            GateResult.Passed or GateResult.Failed when verdict.Measured is not null => Comparison(verdict),
            GateResult.Passed => "passed",
            GateResult.Skipped when verdict.Gate.Covers is not null => "skipped: no file that it covers was changed",
            GateResult.Skipped => "skipped: no file of its kind was changed",
            GateResult.TimedOut => $"ran longer than {verdict.Gate.Limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s",
            GateResult.CouldNotRun => "could not run",
            _ when verdict.Repaired is { } files => $"changed tracked files: {Names(files)}",
            _ when verdict.Gate.Negate => "succeeded, but must fail",
            _ when verdict.Gate.IsMeasurement && verdict.ExitCode == 0 => "printed no number on its last line",
            _ => $"exit code {verdict.ExitCode}",
        };

    /// <summary>Formats the verdict as a sentence.</summary>
    public static string Sentence(GateVerdict verdict)
    {
        var end = Evidence(verdict);
        var kind = verdict.Gate.IsMeasurement ? "measurement" : "gate";
        return verdict.Result switch
        {
            _ when verdict.Refusal is { } refusal => refusal,
            GateResult.Passed => verdict.Failure == GateFailure.Flaky
                ? "It failed, and then passed when run again on the same files."
                : "It passed.",
            GateResult.Skipped when verdict.Gate.Covers is not null => "None of the files that the gate covers was changed.",
            GateResult.Skipped => "No file of the kind that the gate checks was changed.",
            _ when verdict.Repaired is { } files =>
                $"It changed tracked files ({Names(files)}), so its success proves nothing. Commit these "
                    + "changes, and make the gate check without changing "
                    + $"files{(WatchAndFixModeRemover.Of(verdict.Command) is { } once ? $": '{once}'" : "")}.",
            GateResult.TimedOut => $"The {kind} was stopped, because it took longer than {verdict.Gate.Limit.TotalSeconds:0} s.",
            GateResult.Failed when verdict.Measured is not null => $"Missed: {Comparison(verdict)}.",
            GateResult.Failed when verdict.Gate.IsMeasurement && verdict.ExitCode == 0 =>
                $"It printed no number on the last line of its output{(end.Length == 0 ? "" : $" ({end})")}: {Comparison(verdict)}.",
            GateResult.CouldNotRun => $"The gate '{verdict.Gate.Name}' could not run: "
                + $"{(verdict.ExitCode is { } code ? $"exit code {code}. " : "")}{end}{(end.Length == 0 ? "" : ".")}",
            _ => $"The {kind} '{verdict.Gate.Name}' ended with exit code {verdict.ExitCode}"
                + $"{(verdict.Gate.Negate ? ", but must fail" : "")}{(end.Length == 0 ? "" : $": {end}")}.",
        };
    }

    /// <summary>Formats the verdict and the suggested fix of a failure as sentences.</summary>
    public static string Summary(GateVerdict verdict) =>
        Advice(verdict) is { Length: > 0 } advice ? $"{Sentence(verdict)} {advice}" : Sentence(verdict);

    /// <summary>
    /// Explains to users and to the agent why a gate failed, with the strongest evidence, the file that contains the output, and the
    /// suggested fix.
    /// </summary>
    /// <param name="verdict">Verdict of the failed gate.</param>
    /// <param name="log">Path of the file with the output; empty if there is none.</param>
    /// <param name="cure">Suggested fix if the host is at fault.</param>
    public static string Explain(GateVerdict verdict, string log, string cure)
    {
        var where = log.Length == 0 ? "" : $" See {log}.";
        return verdict.Refusal is not null ? Summary(verdict)
            : verdict.BlamesMachine ? $"{Summary(verdict)}{where} {cure}"
            : FormatFailure(verdict) + where;
    }

    /// <summary>Formats the failure and the suggested fix as sentences.</summary>
    public static string FormatFailure(GateVerdict verdict)
    {
        var (shows, advice) = (Evidence(verdict), Advice(verdict));
        return verdict.Gate.IsMeasurement ? $"Measurement failed: {verdict.Gate.Name}. {Summary(verdict)}"
            : verdict.Repaired is not null ? $"Gate failed: {ShortenName(verdict.Gate.Name)}. {Summary(verdict)}"
            : $"{(shows.Length == 0 ? "Gate failed: " + verdict.Gate.Name : $"{shows} (Gate failed: {ShortenName(verdict.Gate.Name)})")}."
                + (advice.Length == 0 ? "" : " " + advice);
    }

    /// <summary>Formats the names of failed gates and the suggested fixes.</summary>
    public static string Failing(IReadOnlyList<GateVerdict> failures) =>
        $"{ListFirst([.. failures.Select(f => f.Gate.Name)], 20)}."
        + string.Concat(failures.Select(Advice).Where(advice => advice.Length > 0).Distinct().Select(advice => " " + advice));

    /// <summary>Explains that a gate is only advisory in this run, because it already failed at the base commit.</summary>
    /// <param name="verdict">Verdict of the gate at the base commit.</param>
    /// <param name="log">Path of the file with the complete output.</param>
    public static string OnlyAdvises(GateVerdict verdict, string log)
    {
        var (end, advice) = (Evidence(verdict), Advice(verdict));
        return $"The gate '{verdict.Gate.Name}' failed before any work was done, so it is only advisory in this run"
            + $"{(end.Length == 0 ? "" : $": {end}")} ({log}).{(advice.Length == 0 ? "" : " " + advice)}";
    }

    /// <summary>
    /// Explains that a gate still decides whether work is accepted although it already failed at the base commit, because no other test
    /// checks the work.
    /// </summary>
    public static string StillDecides(GateVerdict verdict, string log)
    {
        var end = Evidence(verdict);
        return $"The gate '{verdict.Gate.Name}' failed before any work was done{(end.Length == 0 ? "" : $": {end}")} ({log}). No "
            + "other test "
            + "checks the work, so this gate still decides. Work lands if the gate passes"
            + (verdict.CanBeCompared ? " or has no new failure." : ". Fix it first, or accept this with --yes.");
    }

    /// <summary>Formats a failed gate as a Markdown section with the end of its output.</summary>
    public static string Section(GateVerdict verdict)
    {
        var text = new StringBuilder(
            $"## {(verdict.Gate.IsMeasurement ? "Measurement" : "Gate")} failed: {new UntrustedText(verdict.Gate.Name).Line}\n\nCommand: "
                + $"{PromptMarkdownElementWriter.InlineCode(verdict.Gate.Command)}\n{new UntrustedText(Summary(verdict)).Marked}\n\n"
        );
        if (verdict.Tail.Trim().Length == 0)
        {
            return text.Append("It printed nothing.\n").ToString();
        }
        PromptMarkdownElementWriter.Fenced(text, verdict.Tail, "");
        return text.ToString();
    }

    /// <summary>Formats the verdict for a terminal. The first line starts with a word of at most four letters.</summary>
    public static IEnumerable<string> Lines(GateVerdict verdict)
    {
        var word =
            verdict.Result is GateResult.Passed ? "ok  "
            : verdict.IsAcceptable ? "warn"
            : "fail";
        yield return $"{word}  {verdict.Gate.Name}: {Ending(verdict)}{(verdict.Runs == 0 ? "" : $" ({Effort(verdict)})")}";
        if (verdict.Anomalies.Count > 0)
        {
            yield return $"      anomaly: {Anomalies(verdict)}";
        }
        if (verdict.Quarantined)
        {
            yield return $"      it is only advisory, because {Quarantine(verdict)}";
        }
        if (Advice(verdict) is { Length: > 0 } advice)
        {
            yield return "      " + advice;
        }
        if (verdict.Result == GateResult.Passed)
        {
            yield break;
        }
        const string Indent = "    " + UntrustedText.Mark;
        string[] last = [.. new UntrustedText(verdict.Tail).Block(Indent).TakeLast(MostLines)];

        // The decisive line often precedes the summary that runners print last, or its file is on a separate line.
        if (Decisive(verdict) is { } failing && !Array.Exists(last, line => line.Contains(failing, StringComparison.Ordinal)))
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
            yield return $"      full output: {verdict.EvidenceFile}";
        }
    }

    /// <summary>Formats the verdict as one line of a report.</summary>
    public static string Line(GateVerdict verdict)
    {
        // For a plain failure, the result already states the exit code.
        var isSaid = verdict is { Result: GateResult.Failed, Gate: { Negate: false, IsMeasurement: false } };
        string[] said =
        [
            Ending(verdict),
            verdict.Tests is { } tests ? Tests(tests) : "",
            verdict.Runs == 0 ? "" : Seconds(verdict.Duration),
            verdict.ExitCode is { } code && !verdict.Cached && !isSaid ? $"exit code {code}" : "",
        ];
        return $"gate '{QuotedText.CutLine(verdict.Gate.Name, LongestEnd)}': {string.Join(", ", said.Where(word => word.Length > 0))}"
            + (verdict is { EvidenceFile: { } log, Cached: false } ? $" ({log})" : "");
    }

    /// <summary>
    /// Formats the last lines of a gate's log, which contain the result, the exit code, the command and the suggested fix.
    /// </summary>
    public static string LogEnd(GateVerdict verdict)
    {
        string[] lines =
        [
            $"gate '{verdict.Gate.Name}': {verdict.Result}, exit code "
                + $"{verdict.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "none"}, {Seconds(verdict.Duration)}",
            $"command: {verdict.Command}",
            verdict.Tests is { } tests ? Tests(tests) : "",
            verdict.Gate.IsMeasurement ? Comparison(verdict) : "",
            Advice(verdict),
        ];
        return "\n" + string.Concat(lines.Where(line => line.Length > 0).Select(line => $"[{line}]\n"));
    }

    /// <summary>Formats the log lines about files that a gate changed or left in its worktree. Empty if there are none.</summary>
    /// <param name="anomalies">Anomalies in the gate's effects on its tree.</param>
    /// <param name="removed">Other files that the gate left and that were removed, or null if there were none.</param>
    /// <param name="isWhole">True if the tree was restored to its commit.</param>
    public static string LogTraces(IEnumerable<GateAnomaly> anomalies, AbridgedFileList? removed, bool isWhole)
    {
        string[] lines =
        [
            .. anomalies.Select(anomaly => AnomalyText(anomaly, null)),
            removed is null ? "" : $"its files that git does not ignore were removed: {Names(removed)}",
            isWhole ? "" : "its worktree could not be restored to the commit; the next gate gets a fresh one",
        ];
        return string.Concat(lines.Where(line => line.Length > 0).Select(line => $"[{line}]\n"));
    }

    /// <summary>Formats short notes about gates that do not prevent a merge but have a cached, unusual or flaky result.</summary>
    public static IEnumerable<string> Notes(IReadOnlyList<GateVerdict> verdicts)
    {
        var hits = verdicts.Where(IsHit).ToList();
        return
        [
            .. hits.Take(MostNotes).Select(v => $"gate '{v.Gate.Name}': {FromCache(v)}"),
            .. hits.Count > MostNotes ? (string[])[$"{Plural.Of(hits.Count - MostNotes, "more gate")}: taken from the cache"] : [],
            .. verdicts
                .Where(v => v.Anomalies.Count > 0)
                .Take(MostNotes)
                .Select(v => $"gate '{v.Gate.Name}' {(v.Passed ? "passed with an anomaly" : "has an anomaly")}: {Anomalies(v)}"),
            .. verdicts
                .Except(hits)
                .Select(v => (v.Gate.Name, Said: Note(v)))
                .Where(note => note.Said.Length > 0)
                .Select(note => $"gate '{note.Name}': {note.Said}"),
        ];
    }

    /// <summary>
    /// Formats short notes about gates: first the number of results from the cache, and then notes about the gates that were run.
    /// </summary>
    public static IEnumerable<string> FormatShort(IReadOnlyList<GateVerdict> verdicts) =>
        Notes([.. verdicts.Where(v => !v.Cached)]).Prepend(FromCache(verdicts)).Where(note => note.Length > 0);

    /// <summary>Formats the number of gate results from the cache. Empty if there are none.</summary>
    public static string FromCache(IReadOnlyList<GateVerdict> verdicts) =>
        verdicts.Count(IsHit) is > 0 and var hits ? $"{hits} of {Plural.Of(verdicts.Count, "gate")} taken from the cache" : "";

    /// <summary>
    /// Formats the number of gates that passed and the number of all gates, or "not verified" if no gate checked the work. Empty before the
    /// first gate has run.
    /// </summary>
    public static string Count(GateSummary? gates) =>
        gates switch
        {
            null => "",
            { Proof: GateAssuranceLevel.NotVerified } => "not verified",
            _ => string.Create(CultureInfo.InvariantCulture, $"{gates.Passed}/{gates.Total}")
                + (gates.Cached == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({gates.Cached} from the cache)")),
        };

    /// <summary>
    /// Explains why the gates do not prove that the work is correct: either no gate checked it, or only linters passed. Empty in all other
    /// cases.
    /// </summary>
    public static string Unproven(GateSummary? gates) =>
        gates?.Proof switch
        {
            null or GateAssuranceLevel.NotVerified => "not verified: no gate checked it",
            GateAssuranceLevel.LintOnly => "not verified: only linters passed, which do not test its behavior",
            _ => "",
        };

    /// <summary>Formats short notes about gates that failed at the base commit.</summary>
    public static IEnumerable<string> BaseFailureNotes(IEnumerable<GateVerdict> verdicts) =>
        verdicts.Where(v => v.BeforeWork is not null).Select(v => $"gate '{v.Gate.Name}': {BeforeWork(v)}");

    /// <summary>Formats the origin of a cached result, phrased to follow the gate's name and a colon.</summary>
    public static string FromCache(GateVerdict verdict) =>
        $"taken from the cache: ran in {(verdict.Run.Length == 0 ? "'orchestrate verify'" : $"run {verdict.Run}")}"
        + $"{(verdict.At is { } at ? $" at {at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC" : "")}";

    /// <summary>Formats the number of recent runs in which a gate was flaky, if the gate is too flaky to trust. Otherwise empty.</summary>
    public static string Chance(GateVerdict verdict) =>
        verdict.Chance is { } chance ? $"was flaky in {chance.Flakes} of its last {Plural.Of(chance.Runs, "run")}" : "";

    /// <summary>Explains why the failure of a quarantined test is only advisory.</summary>
    private static string Quarantine(GateVerdict verdict) =>
        verdict.QuarantinedTests is { } tests
            ? $"each failed test is in quarantine: {ListFirst(tests, MostNotes)}"
            : $"it {Chance(verdict)} (gates.quarantine)";

    private static string Flaky(GateVerdict verdict) => verdict.FlakyTests is { } tests ? $": {ListFirst(tests, MostNotes)}" : "";

    /// <summary>
    /// Formats a comparison of a gate's result with its failure at the base commit. Empty if the gate did not fail there.
    /// </summary>
    public static string BeforeWork(GateVerdict verdict) =>
        verdict.BeforeWork switch
        {
            GateBaseCommitComparisonResult.Repaired => "red before any work was done, green now",
            GateBaseCommitComparisonResult.Same => $"red before any work was done, and still red in the same way{Weight(verdict)}",
            GateBaseCommitComparisonResult.Other => "red before any work was done, and red in another way now"
                + (
                    verdict.NewFailures is { Count: > 0 } news ? $" (new: {ListFirst(news, MostNotes)})"
                    : Evidence(verdict) is { Length: > 0 } end ? $" ({end})"
                    : ""
                )
                + Weight(verdict),
            _ => "",
        };

    private static string Weight(GateVerdict verdict) =>
        verdict.DecidesAnyway ? "; it still decides, because no other test checks the work" : "; it is only advisory";

    /// <summary>Formats the anomalies of a verdict. Empty if there are none.</summary>
    public static string Anomalies(GateVerdict verdict) =>
        string.Join("; ", verdict.Anomalies.Select(anomaly => AnomalyText(anomaly, verdict.Tests)));

    /// <summary>
    /// Returns suggested fixes as sentences, for example for a resource that the gate could not acquire or a file that the gate lacked.
    /// Empty if there are none.
    /// </summary>
    public static string Advice(GateVerdict verdict)
    {
        string[] advice =
        [
            !verdict.RanAlone
                ? ""
                : "It failed while another gate ran on this machine; run again alone, it "
                    + $"{(verdict.Result == GateResult.Passed ? "passed" : "failed, too")}.",
            SuggestFix(verdict.Contention),
            verdict is { Result: GateResult.TimedOut } && WatchAndFixModeRemover.Of(verdict.Command) is { } once
                ? $"It watches for changes or asks questions; use '{once}', which checks once."
                : "",
            verdict is { Result: GateResult.Failed, FlakyTests: { } flaky }
                ? $"These tests failed and passed on the same files: {ListFirst(flaky, MostNotes)}. Make them depend only on the files."
                : "",
            verdict.DecidesAnyway ? $"It was {BeforeWork(verdict)}." : "",
            verdict is { Passed: false, Repaired: null, Rewritten: { } rewritten }
                ? $"It rewrites tracked files, which were restored afterwards: {Names(rewritten)}. Commit the rewritten files."
                : "",
            verdict.RemovedBefore is { } removed
                ? $"Before it ran, files of earlier gates that git does not ignore were removed: {Names(removed)}. If it needs "
                    + "them, add them "
                    + "to .gitignore, or combine the gates."
                : "",
            verdict.StartedWithout is { } unseen
                ? $"It started without files that earlier gates left: {Names(unseen)}. If it needs them, name the gate that makes them: "
                    + "'needs: [GATE]'."
                : "",
        ];
        return string.Join(' ', advice.Where(one => one.Length > 0));
    }

    /// <summary>Formats the expected, measured and claimed numbers of a measurement.</summary>
    public static string Comparison(GateVerdict verdict) =>
        $"expected {verdict.Gate.Expectation}; measured {verdict.Measured?.ToString(CultureInfo.InvariantCulture) ?? "nothing"}"
        + (verdict.Claimed is { } claimed ? $"; its agent said {claimed.ToString(CultureInfo.InvariantCulture)}" : "");

    /// <summary>Formats the number of tests that ran, and the number of skipped tests if there are any.</summary>
    public static string Tests(TestCount tests) => $"{Tests(tests.Ran)}{(tests.Skipped > 0 ? $", {tests.Skipped} skipped" : "")}";

    /// <summary>Joins the last lines of the output, which usually name the cause, into one line.</summary>
    public static string JoinLastLines(GateVerdict verdict)
    {
        var lines = verdict.Tail.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).TakeLast(3);
        var words = string.Join(" / ", lines);
        return words.Length <= LongestEnd ? words : "…" + words[^LongestEnd..];
    }

    /// <summary>Formats a warning that a gate passed although, according to its output, no test was run.</summary>
    public static string RanNothing(GateVerdict verdict) => $"The gate '{verdict.Gate.Name}' passed, but it reported that no test ran.";

    /// <summary>
    /// Formats the output line that best explains a failure, with its file and line number. Null if there is no such line.
    /// </summary>
    public static string? Decisive(GateVerdict verdict) =>
        verdict.Decisive is not { } decisive ? null
        : decisive.File is not { } file || NamesPlace(decisive, file) ? decisive.Text
        : $"{decisive.Text} ({file}{(decisive.FileLine is { } line ? $":{line}" : "")})";

    // Lines such as "a.go:7: got 1" and "a.ts(7,3): error" already contain the position.
    private static bool NamesPlace(FailureExplainingLine decisive, string file) =>
        decisive.Text.Contains(file, StringComparison.Ordinal)
        && (
            decisive.FileLine is not { } line
            || decisive.Text.Contains($"{file}:{line}", StringComparison.Ordinal)
            || decisive.Text.Contains($"{file}({line}", StringComparison.Ordinal)
        );

    private static string Evidence(GateVerdict verdict) => Decisive(verdict) ?? JoinLastLines(verdict);

    private static string Note(GateVerdict verdict) =>
        verdict switch
        {
            { Quarantined: true } => $"failed and is only advisory, because {Quarantine(verdict)}",
            { Passed: true, Failure: GateFailure.Flaky } => $"failed, and passed when run again on the same files{Flaky(verdict)}",
            { BeforeWork: not null } => BeforeWork(verdict),
            { Passed: true } => Advice(verdict),
            { Gate: { IsMeasurement: true, Required: false } } => $"it is only advisory, but: {Summary(verdict)}",
            _ => "",
        };

    private static string AnomalyText(GateAnomaly anomaly, TestCount? tests)
    {
        var files = anomaly.Files is { } named ? Names(named) : "";
        return anomaly.Kind switch
        {
            GateAnomalyKind.LogReplaced => $"{files} was in the place of the gate's output file; it was removed and not followed",
            GateAnomalyKind.LogForeign => "another program wrote to the gate's output file while it ran",
            GateAnomalyKind.CountsDiffer =>
                $"it printed {Plural.Of(anomaly.Before ?? 0, "test")}, {files} {Plural.Form(tests?.Files.Count ?? 0, "says", "say")} "
                    + $"{anomaly.Now}",
            GateAnomalyKind.FewerTestsThanLast => $"{Tests(anomaly.Before ?? 0)} last time, "
                + $"{anomaly.Now?.ToString() ?? "none counted"} now",
            GateAnomalyKind.FewerTestsThanLately => $"{Tests(anomaly.Before ?? 0)} lately, {anomaly.Now?.ToString() ?? "none counted"} now",
            GateAnomalyKind.FewerTestsThanBase => $"{Tests(anomaly.Before ?? 0)} before any work was done, "
                + $"{(anomaly.Now is null || tests is null ? "none counted" : Tests(tests))} now",
            GateAnomalyKind.Faster => string.Create(
                CultureInfo.InvariantCulture,
                $"{anomaly.Before:0.0} s lately, " + $"{anomaly.Now:0.0} s now"
            ),
            GateAnomalyKind.SetUpChangedFiles => $"set-up changed tracked files, which were restored before it ran: {files}",
            GateAnomalyKind.ChangedFiles => $"it changed tracked files, which were restored afterwards: {files}",
            _ => $"it created files that other programs read before the project's own, so they were removed: {files}",
        };
    }

    private static string SuggestFix(GateContendedResourceKind contention) =>
        contention switch
        {
            GateContendedResourceKind.Port =>
                "A port that it needs was in use. Make the tests listen on $ORCHESTRATOR_PORT; this port and the next 19 belong to "
                    + "its worktree "
                    + $"(worktrees.env sets the variable that it reads: 'PORT: \"{{port}}\"'), {Exclusive}.",
            GateContendedResourceKind.Database =>
                "A database or container that it needs was in use. Give each worktree its own, named by $ORCHESTRATOR_WORKTREE "
                    + $"(worktrees.env: 'DATABASE_URL: postgres://localhost/app_{{worktree}}'), {Exclusive}.",
            GateContendedResourceKind.File =>
                $"A file or lock that it creates already existed. Put it below $TMPDIR, which belongs to its worktree alone, {Exclusive}.",
            _ => "",
        };

    private static bool IsHit(GateVerdict verdict) => verdict is { Cached: true, Result: GateResult.Passed };

    private static string Effort(GateVerdict verdict) =>
        $"{(verdict.Tests is { } tests ? $"{Tests(tests)}, " : "")}{Seconds(verdict.Duration)}";

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0 s", CultureInfo.InvariantCulture);

    private static string Tests(decimal tests) => Plural.Of(tests, "test");

    internal static string Names(AbridgedFileList files) =>
        string.Join(", ", files.First) + (files.More > 0 ? $" and {files.More} more" : "");

    private static string ListFirst(IReadOnlyList<string> names, int most) =>
        Names(new AbridgedFileList([.. names.Take(most)], Math.Max(0, names.Count - most)));

    // A gate without a description is named by its command, which may be long.
    private static string ShortenName(string name) => name.Length <= LongestName ? name : name[..LongestName] + "…";
}
