namespace Orchestrator.Gates.Counting;

/// <summary>Counts tests by the summary lines of common runners. Several suites in one output are added up. Uses little memory, however
/// much is printed; thread-safe.</summary>
internal sealed partial class PrintedTests
{
    private const int LongestLine = 2000;
    private readonly Lock _gate = new();
    private int _ran;
    private int _skipped;
    private bool _isCounted;

    // Lines that give the total first and the number to subtract in a later line.
    private int _unittest;
    private bool _isUnittest;
    private bool _isVstest;

    /// <summary>Tests that ran and that were skipped; null: there was no summary line.</summary>
    public (int Ran, int Skipped)? Result
    {
        get
        {
            lock (_gate)
            {
                return _isCounted ? (_ran, _skipped) : null;
            }
        }
    }

    /// <summary>Handles a line.</summary>
    public void Take(string line)
    {
        // Every summary line has a digit, except those of go.
        if (line.Length is < 4 or > LongestLine || !(line.AsSpan().IndexOfAnyInRange('0', '9') >= 0))
        {
            return;
        }
        var plain = line.Contains('\u001b', StringComparison.Ordinal) ? SummaryPatterns.Colours().Replace(line, "") : line;
        lock (_gate)
        {
            _ = TakeGo(plain) || TakeSummary(plain) || TakeVstest(plain) || TakeUnittest(plain);
        }
    }

    private bool TakeGo(string line)
    {
        if (
            line.StartsWith('{')
            && SummaryPatterns.GoJson().Match(line) is { Success: true } json
            && line.Contains("\"Test\":\"", StringComparison.Ordinal)
        )
        {
            return json.Groups["what"].Value == "skip" ? Add(0, 1) : Add(1, 0);
        }
        var trimmed = line.AsSpan().TrimStart();
        return trimmed.StartsWith("--- PASS: ", StringComparison.Ordinal) || trimmed.StartsWith("--- FAIL: ", StringComparison.Ordinal)
            ? Add(1, 0)
            : trimmed.StartsWith("--- SKIP: ", StringComparison.Ordinal) && Add(0, 1);
    }

    private bool TakeSummary(string line)
    {
        foreach (var summary in Summaries)
        {
            if (summary.Match(line) is { Success: true } found)
            {
                var skipped = Sum(found, "skipped");
                return Add(found.Groups["all"].Success ? Math.Max(0, Sum(found, "all") - skipped) : Sum(found, "ran"), skipped);
            }
        }
        return false;
    }

    // These words count only below "Total tests: 312".
    private bool TakeVstest(string line)
    {
        if (SummaryPatterns.VstestBegin().IsMatch(line))
        {
            return _isVstest = true;
        }
        if (_isVstest && SummaryPatterns.VstestTotal().Match(line) is { Success: true } found)
        {
            return Add(Sum(found, "ran"), Sum(found, "skipped"));
        }
        return _isVstest = false;
    }

    // "Ran 12 tests in 0.1s" comes first, then "OK (skipped=2)" or "FAILED (failures=1, skipped=2)".
    private bool TakeUnittest(string line)
    {
        if (SummaryPatterns.Unittest().Match(line) is { Success: true } ran)
        {
            (_unittest, _isUnittest) = (Sum(ran, "all"), true);
            return Add(_unittest, 0);
        }
        if (_isUnittest && SummaryPatterns.UnittestEnd().Match(line) is { Success: true } end)
        {
            var skipped = Math.Min(_unittest, Sum(end, "skipped"));
            _isUnittest = false;
            return Add(-skipped, skipped);
        }
        return false;
    }

    private bool Add(int ran, int skipped)
    {
        _isCounted = true;
        _ran = (int)Math.Min(int.MaxValue, (long)_ran + ran);
        _skipped = (int)Math.Min(int.MaxValue, (long)_skipped + skipped);
        return true;
    }

    private static int Sum(Match found, string group) =>
        (int)
            Math.Min(
                int.MaxValue,
                found
                    .Groups[group]
                    .Captures.Sum(capture =>
                        long.TryParse(capture.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
                            ? Math.Min(n, int.MaxValue)
                            : 0
                    )
            );

    /// <summary>Each with the groups <c>ran</c> (added up) or <c>all</c> (including skipped ones), and <c>skipped</c>.</summary>
    private static readonly Regex[] Summaries =
    [
        SummaryPatterns.Pytest(),
        SummaryPatterns.Jest(),
        SummaryPatterns.Vitest(),
        SummaryPatterns.MochaOrSpec(),
        SummaryPatterns.NodeTest(),
        SummaryPatterns.Vstest(),
        SummaryPatterns.TestSummary(),
        SummaryPatterns.Cargo(),
        SummaryPatterns.Nextest(),
        SummaryPatterns.Surefire(),
        SummaryPatterns.Rspec(),
        SummaryPatterns.PhpunitOk(),
        SummaryPatterns.Phpunit(),
    ];
}
