using System.Buffers;

namespace Orchestrator.Gates.Runners;

/// <summary>
/// Counts tests from the summary lines of all known runners. Adds up the counts if the output contains several test suites.
/// </summary>
internal sealed class TestCounter
{
    private const int LongestLine = 2_000;
    private const int MostNames = 100_000;

    private readonly Dictionary<string, TestTally> _counted = [];
    private static readonly GateProgramOutputFormat[] Counted = [.. GateProgramOutputFormatTable.Rows.Where(row => row.Counts.Count > 0)];

    private static readonly TestCountRule[] Following = [.. Counted.SelectMany(row => row.Counts).Where(rule => rule.After is not null)];

    private static readonly SearchValues<string> Needles = SearchValues.Create(
        [.. Counted.SelectMany(row => row.Counts).Select(rule => rule.Needle).Append("1..").Append("<testsuite").Distinct()],
        StringComparison.Ordinal
    );

    private readonly TapPointNesting _points = new();
    private readonly HashSet<TestCountRule> _armed = [];
    private readonly HashSet<GateProgramOutputFormat> _sure = [];
    private readonly Dictionary<(TestCountRule, string), bool> _names = [];

    /// <summary>Total test counts of all runners, or null if no test was counted.</summary>
    public TestTally? Result
    {
        get
        {
            TestTally? sum = null;
            foreach (var runner in GateProgramOutputFormatTable.Rows.Where(row => _counted.ContainsKey(row.Name) && IsSure(row)))
            {
                if (
                    !GateProgramOutputFormatTable.Rows.Any(other =>
                        runner.CountedBy.Contains(other.Name) && _counted.ContainsKey(other.Name) && IsSure(other)
                    )
                )
                {
                    var own = WithPassed(_counted[runner.Name]);
                    sum = sum is null ? own : Joined(sum, own);
                }
            }
            return sum;
        }
    }

    /// <summary>Counts the tests in a line of output. The caller must remove color codes from the line first.</summary>
    public void ProcessLine(string line)
    {
        if (line.Length is < 4 or > LongestLine)
        {
            return;
        }
        if (!line.AsSpan().ContainsAny(Needles))
        {
            _armed.Clear();
            _armed.UnionWith(Following.Where(rule => rule.After!.IsMatch(line)));
            return;
        }
        foreach (var runner in Counted)
        {
            if (runner.Demands is { } demanded && !_sure.Contains(runner) && demanded.IsMatch(line))
            {
                _sure.Add(runner);
            }
            foreach (var rule in runner.Counts)
            {
                if (line.Contains(rule.Needle, StringComparison.Ordinal) && rule.Pattern.Match(line) is { Success: true } found)
                {
                    if (rule.After is null || _armed.Contains(rule))
                    {
                        Add(runner, rule, found);
                    }
                }
                else if (rule.After?.IsMatch(line) == true)
                {
                    _armed.Add(rule);
                }
                else
                {
                    _armed.Remove(rule);
                }
            }
        }
    }

    private bool IsSure(GateProgramOutputFormat runner) => runner.Demands is null || _sure.Contains(runner);

    private void Add(GateProgramOutputFormat runner, TestCountRule rule, Match found)
    {
        var counted = new TestTally(
            Number(found, "passed"),
            Number(found, "failed"),
            Number(found, "skipped"),
            Number(found, "errors"),
            Number(found, "other"),
            Number(found, "all")
        );
        var before = _counted.GetValueOrDefault(runner.Name, new TestTally());
        if (rule.Each is { } each && Counts(runner, rule, found, ref before))
        {
            counted += each;
        }
        _counted[runner.Name] = before + counted;
    }

    // A name that was already counted, or whose subtests are counted, is not counted itself.
    private bool Counts(GateProgramOutputFormat runner, TestCountRule rule, Match found, ref TestTally before)
    {
        if (rule.Names == TestResultLineCountingMode.Any)
        {
            return true;
        }
        if (rule.Names == TestResultLineCountingMode.Nested)
        {
            return _points.IsLeaf(found.Groups["indent"].Length, found.Groups["open"].Success);
        }
        var name = found.Groups["test"].Value;
        if (_names.Count > MostNames)
        {
            _names.Clear();
        }
        if (rule.Names == TestResultLineCountingMode.Once)
        {
            return _names.TryAdd((rule, name), true);
        }
        _names[(rule, name)] = true;
        if (name.LastIndexOf('/') is > 0 and var end)
        {
            foreach (var of in runner.Counts)
            {
                if (_names.GetValueOrDefault((of, name[..end])) && of.Each is { } parent)
                {
                    _names[(of, name[..end])] = false;
                    before += Without(parent);
                }
            }
        }
        return true;
    }

    private static TestTally Without(TestTally each) =>
        new(-each.Passed, -each.Failed, -each.Skipped, -each.Errors, -each.Other, -each.All);

    private static TestTally Joined(TestTally a, TestTally b) =>
        // The sum of a known and an unknown number is unknown.
        new(
            a.Passed + b.Passed,
            Known(a.Failed, b.Failed),
            Known(a.Skipped, b.Skipped),
            a.Errors is null ? b.Errors : a.Errors + (b.Errors ?? 0),
            (a.Other ?? 0) + (b.Other ?? 0)
        );

    private static long? Known(long? a, long? b) => a is null || b is null ? null : a + b;

    private static TestTally WithPassed(TestTally counted) =>
        counted is { All: { } all, Passed: null }
            ? counted with
            {
                Passed = Math.Max(0, all - (counted.Failed ?? 0) - (counted.Skipped ?? 0) - (counted.Errors ?? 0) - (counted.Other ?? 0)),
                Failed = counted.Failed ?? 0,
                Skipped = counted.Skipped ?? 0,
            }
            : counted;

    private static long? Number(Match found, string group) =>
        found.Groups[group] is { Success: true } numbers
            ? numbers.Captures.Sum(capture =>
                long.TryParse(capture.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? Math.Min(n, int.MaxValue) : 0
            )
            : null;
}
