namespace Orchestrator.Gates.Runners;

/// <summary>Output line that matched a rule for decisive lines.</summary>
/// <param name="Line">Matched line.</param>
/// <param name="Match">Match of the rule's pattern.</param>
/// <param name="Rule">Matching rule.</param>
/// <param name="File">File that contains the failure, or null if not named.</param>
/// <param name="FileLine">Line number in the file, or null if not named.</param>
/// <param name="Evidence">For each match of the rule, the lines that may name an environment fault.</param>
/// <param name="Failures">Names of all failures (see <see cref="GateFailureTextNormalizer"/>).</param>
internal sealed record FailureExplainingLineMatch(
    GateOutputLine Line,
    Match Match,
    FailureExplainingLineRule Rule,
    string? File,
    int? FileLine,
    IReadOnlyList<IReadOnlyList<string>> Evidence,
    IReadOnlyList<string> Failures
)
{
    private const int Longest = 300;

    public string? Group(string name) => Match.Groups[name] is { Success: true, Value: { Length: > 0 } value } ? value : null;

    public FailureExplainingLine ToLine(string directory) => new(Line.Number, Shorten(Line.Text.Trim()), File, FileLine);

    public static string Shorten(string text) => text.Length <= Longest ? text : text[..Longest] + "…";
}

/// <summary>
/// Finds the decisive line of a gate's output, which explains the failure. Applies the rules of the tools that wrote the output, in the
/// order of <see cref="GateProgramOutputFormatTable"/>. Has no side effects.
/// </summary>
internal static class FailureExplainingLineFinder
{
    private const int Ahead = 10;
    private const int MostEvidence = 200;

    /// <summary>Returns the decisive line, or null if no rule matches.</summary>
    /// <param name="end">Result of the command.</param>
    /// <param name="fails">True if the gate's command did not pass.</param>
    /// <param name="hasRun">True if a test ran, so that "no tests ran" can't be the reason.</param>
    public static FailureExplainingLineMatch? Find(GateCommandResult end, bool fails, bool hasRun)
    {
        var lines = end.Output.Lines;
        foreach (var runner in GateProgramOutputFormatTable.Rows.Where(runner => WroteOutput(runner, end.Command, lines)))
        {
            var failed = FailedTests(runner, lines);
            var rules = runner.Lines;
            for (var i = 0; i < rules.Count; )
            {
                var next = i + 1;
                while (next < rules.Count && rules[next].Beside)
                {
                    next++;
                }
                var best = rules
                    .Skip(i)
                    .Take(next - i)
                    .Where(rule =>
                        (fails || rule.EvenIfPassed) && !(hasRun && rule.Kind == GateOutcomeKind.NoTests) && Holds(rule, end.Command, lines)
                    )
                    .Select(rule => (Rule: rule, Matches: Matches(runner, rule, lines, failed)))
                    .Where(one => one.Matches.Count > 0)
                    .OrderBy(one => one.Matches[0])
                    .FirstOrDefault();
                if (best.Rule is { } rule)
                {
                    return Found(runner, rule, lines, best.Matches, end.Directory);
                }
                i = next;
            }
        }
        return null;
    }

    /// <summary>
    /// True if the command, or a line of the output, identifies this runner. Always true for a runner that has rules but no identifying
    /// pattern.
    /// </summary>
    public static bool WroteOutput(GateProgramOutputFormat runner, string command, IReadOnlyList<GateOutputLine> lines) =>
        runner.Lines.Count > 0
        && (
            (runner.Sign is null && runner.Command is null)
            || runner.Command?.IsMatch(command) == true
            || (runner.Sign is { } sign && lines.Any(line => sign.IsMatch(line.Text)))
        );

    private static HashSet<string> FailedTests(GateProgramOutputFormat runner, IReadOnlyList<GateOutputLine> lines) =>
        runner.FailedTest is not { } pattern
            ? []
            : [.. lines.Select(line => pattern.Match(line.Text)).Where(found => found.Success).Select(found => found.Groups["test"].Value)];

    private static bool Holds(FailureExplainingLineRule rule, string command, IReadOnlyList<GateOutputLine> lines) =>
        rule.If?.IsMatch(command) != false && !(rule.Unless is { } unless && lines.Any(line => unless.IsMatch(line.Text)));

    // Indexes of the matching lines. The decisive line comes first.
    private static List<int> Matches(
        GateProgramOutputFormat runner,
        FailureExplainingLineRule rule,
        IReadOnlyList<GateOutputLine> lines,
        HashSet<string> failed
    )
    {
        var found = new List<int>();
        var (isUnder, isAfter, isTaken) = (rule.Under is null, rule.After is null, false);
        for (var i = 0; i < lines.Count && (found.Count < MostEvidence || rule.Last); i++)
        {
            var text = lines[i].Text;
            isAfter |= rule.After?.IsMatch(text) == true;
            if (rule.Under?.Match(text) is { Success: true } head)
            {
                isUnder = !head.Groups["test"].Success || failed.Count == 0 || failed.Contains(head.Groups["test"].Value);
                isTaken = false;
                continue;
            }
            if (rule.Under is not null && runner.Heads?.IsMatch(text) == true)
            {
                isUnder = false;
            }
            if (!isUnder || !isAfter || isTaken || !rule.Pattern.IsMatch(text) || IsOfPassedTest(rule, text, failed))
            {
                continue;
            }
            if (rule.Then is { } then && !lines.Skip(i + 1).Take(Ahead).Any(next => then.IsMatch(next.Text)))
            {
                continue;
            }
            if (rule.Last)
            {
                found.Clear();
            }
            found.Add(i);
            isTaken = rule.Under is not null;
        }
        return found;
    }

    // A passing test that is expected to panic prints the same line.
    private static bool IsOfPassedTest(FailureExplainingLineRule rule, string text, HashSet<string> failed) =>
        failed.Count > 0
        && rule.Under is null
        && rule.Pattern.Match(text).Groups["test"] is { Success: true, Value: not ("main" or "<unnamed>") and var test }
        && !failed.Contains(test);

    private static FailureExplainingLineMatch Found(
        GateProgramOutputFormat runner,
        FailureExplainingLineRule rule,
        IReadOnlyList<GateOutputLine> lines,
        List<int> matches,
        string directory
    )
    {
        var at = matches[0];
        var match = rule.Pattern.Match(lines[at].Text);
        var (file, line) = SourceLocationFinder.Of(rule.Places ?? runner.Places, lines, at, directory);
        IReadOnlyList<IReadOnlyList<string>> evidence =
        [
            .. matches.Select(one =>
                (IReadOnlyList<string>)
                    [
                        .. lines
                            .Skip(one)
                            .Take(rule.Context + 1)
                            .TakeWhile((text, i) => i == 0 || runner.Heads?.IsMatch(text.Text) != true)
                            .Select(text => text.Text),
                    ]
            ),
        ];
        var failures = matches.Select(one =>
            (SourceLocationFinder.Of(rule.Places ?? runner.Places, lines, one, directory).File, lines[one].Text)
        );
        while (rule.Previous && at > 0 && string.IsNullOrWhiteSpace(lines[--at].Text)) { }
        return new FailureExplainingLineMatch(lines[at], match, rule, file, line, evidence, GateFailureTextNormalizer.Of(failures));
    }
}
