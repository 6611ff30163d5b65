namespace Orchestrator.Gates.Runners;

/// <summary>
/// Output format of one test runner, build tool or linter. Each instance is a row of <see cref="GateProgramOutputFormatTable"/>. Patterns
/// match lines without color codes, and the capture groups <c>file</c>, <c>line</c>, <c>class</c>, <c>module</c> and <c>test</c> have the
/// same meaning in all patterns.
/// </summary>
/// <param name="Name">Name of the runner.</param>
internal sealed record GateProgramOutputFormat(string Name)
{
    /// <summary>Pattern of an output line that identifies the runner, or null if no line does.</summary>
    public GateOutputLineRegex? Sign { get; init; }

    /// <summary>Pattern that identifies the runner by its command, or null if the command does not identify the runner.</summary>
    public GateOutputLineRegex? Command { get; init; }

    /// <summary>Rules that read test counts from the runner's summary lines.</summary>
    public IReadOnlyList<TestCountRule> Counts { get; init; } = [];

    /// <summary>Pattern of a line that the output must contain for the counts to be valid, or null if none is required.</summary>
    public GateOutputLineRegex? Demands { get; init; }

    /// <summary>Names of the runners whose counts already include the tests of this runner.</summary>
    public IReadOnlyList<string> CountedBy { get; init; } = [];

    /// <summary>Pattern of lines that start a section and thereby end the previous section.</summary>
    public GateOutputLineRegex? Heads { get; init; }

    /// <summary>Pattern of lines that start the section of a failed test, or null to use the sections of all tests.</summary>
    public GateOutputLineRegex? FailedTest { get; init; }

    /// <summary>Pattern of lines that name a failed test without starting a section.</summary>
    /// <value>Default: <see cref="FailedTest"/>.</value>
    public GateOutputLineRegex? Failures
    {
        get => field ?? FailedTest;
        init;
    }

    /// <summary>Pattern of the line after which <see cref="Failures"/> names no failed test, or null if there is none.</summary>
    public GateOutputLineRegex? FailuresEnd { get; init; }

    /// <summary>Rules that find the line that explains a failure, most specific first.</summary>
    public IReadOnlyList<FailureExplainingLineRule> Lines { get; init; } = [];

    /// <summary>Options that select single tests, or null if the runner's options are not known.</summary>
    public TestFilterArgumentFormat? Select { get; init; }

    /// <summary>
    /// Rules that find the source location of a failure. They apply to rules in <see cref="Lines"/> that have none of their own.
    /// </summary>
    public IReadOnlyList<SourceLocationSearchRule> Places { get; init; } = [];
}

/// <summary>
/// Options with which a runner selects tests by part of their names. They select the requested tests and possibly others.
/// </summary>
/// <param name="Command">Part of a command that runs the tests.</param>
/// <param name="Each">Option for one test with {0} for its name, or one part of <see cref="All"/>.</param>
internal sealed record TestFilterArgumentFormat(GateOutputLineRegex Command, string Each)
{
    /// <summary>
    /// Option that selects all requested tests, in which <c>{0}</c> stands for their joined names. Null if each test has an option of its
    /// own.
    /// </summary>
    public string? All { get; init; }

    /// <summary>Separator between the test names that replace <c>{0}</c> in <see cref="All"/>.</summary>
    public string Between { get; init; } = "|";

    /// <summary>Word that must precede the options that select single tests. Empty if no word is required.</summary>
    public string Begin { get; init; } = "";

    /// <summary>True if the runner treats the names as regular expressions. Special characters in the names are then escaped.</summary>
    public bool IsPattern { get; init; }

    /// <summary>True if the options must directly follow the part of the command that runs the tests. False if they follow the whole
    /// command.</summary>
    public bool IsFirst { get; init; }
}

/// <summary>Regular expression for a line, compiled on first use.</summary>
internal sealed class GateOutputLineRegex(string text)
{
    // Limits the matching time, because an agent's code can print text for which a pattern is slow. The limit is generous, because a busy
    // machine may pause this thread.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private Regex? _regex;

    private Regex Regex => _regex ??= new Regex(text, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Longest);

    /// <summary>True if the pattern has a group with this name.</summary>
    public bool Has(string group) => Regex.GroupNumberFromName(group) >= 0;

    /// <summary>Returns the match, or an empty match if the line does not match or matching times out.</summary>
    public Match Match(string line)
    {
        try
        {
            return Regex.Match(line);
        }
        catch (RegexMatchTimeoutException)
        {
            return System.Text.RegularExpressions.Match.Empty;
        }
    }

    /// <summary>True if the line matches.</summary>
    public bool IsMatch(string line) => Match(line).Success;

    public static implicit operator GateOutputLineRegex(string text) => new(text);
}

/// <summary>
/// Rule that counts tests from a summary line. Groups <c>passed</c>, <c>failed</c>, <c>skipped</c>, <c>errors</c>, <c>other</c> (ran but
/// counted separately) and <c>all</c> capture numbers. For each counted match, the numbers in <paramref name="Each"/> are added as well.
/// </summary>
/// <param name="Needle">Text that every such line contains. The text is searched first, because a text search is fast.</param>
/// <param name="Pattern">Pattern of the line.</param>
/// <param name="Each">Numbers to add for each match in addition to the groups, or null if only the groups count.</param>
/// <param name="After">Pattern of a line that must precede the line, unless another match of this rule precedes it. Null to allow any
/// position.</param>
/// <param name="Names">Use of the group <c>test</c>, which captures a test's name.</param>
internal sealed record TestCountRule(
    string Needle,
    GateOutputLineRegex Pattern,
    TestTally? Each = null,
    GateOutputLineRegex? After = null,
    TestResultLineCountingMode Names = TestResultLineCountingMode.Any
);

/// <summary>Determines whether a matching line is counted, depending on the name of its test.</summary>
internal enum TestResultLineCountingMode
{
    /// <summary>Each matching line counts as one test.</summary>
    Any,

    /// <summary>Each test name counts once, because some runners report subtests under the name of the test that contains them.</summary>
    Once,

    /// <summary>Only tests without subtests are counted. A name such as <c>Test/small</c> denotes a subtest of <c>Test</c>.</summary>
    Leaves,

    /// <summary>Only TAP test points without nested points are counted. Groups <c>indent</c> and <c>open</c> capture the indentation and
    /// the brace that starts a block of nested points.</summary>
    Nested,
}

/// <summary>Test counts collected so far.</summary>
/// <param name="Passed">Passed tests, or null if not reported.</param>
/// <param name="Failed">Failed tests, or null if not reported.</param>
/// <param name="Skipped">Skipped tests, or null if not reported.</param>
/// <param name="Errors">Errors outside tests, or null if not reported.</param>
/// <param name="Other">Tests that ran and that the runner counts separately, such as expected failures.</param>
/// <param name="All">Total of all tests, used if passed tests are not reported. Null if not reported.</param>
internal sealed record TestTally(
    long? Passed = null,
    long? Failed = null,
    long? Skipped = null,
    long? Errors = null,
    long? Other = null,
    long? All = null
)
{
    /// <summary>Number of tests that ran, with any result, or null if not reported.</summary>
    public long? Ran => Passed + (Failed ?? 0) + (Errors ?? 0) + (Other ?? 0);

    public static TestTally operator +(TestTally a, TestTally b) =>
        new(
            Sum(a.Passed, b.Passed),
            Sum(a.Failed, b.Failed),
            Sum(a.Skipped, b.Skipped),
            Sum(a.Errors, b.Errors),
            Sum(a.Other, b.Other),
            Sum(a.All, b.All)
        );

    private static long? Sum(long? a, long? b) => a is null ? b : Math.Clamp(a.Value + (b ?? 0), int.MinValue, int.MaxValue);
}

/// <summary>Rule that finds the decisive line, which explains why a command did not pass.</summary>
/// <param name="Pattern">Pattern of the line.</param>
internal sealed record FailureExplainingLineRule(GateOutputLineRegex Pattern)
{
    /// <summary>Kind of result that the line indicates. Null for a failed test or a lint violation.</summary>
    public GateOutcomeKind? Kind { get; init; }

    /// <summary>Environment fault that the line reports, or null to consult <see cref="EnvironmentFaultMessages"/>.</summary>
    public EnvironmentCause? Cause { get; init; }

    /// <summary>Pattern of the heading of the section that must contain the decisive line, or null for any section.</summary>
    public GateOutputLineRegex? Under { get; init; }

    /// <summary>Pattern of another line that must occur somewhere before the decisive line, or null for any position.</summary>
    public GateOutputLineRegex? After { get; init; }

    /// <summary>Pattern that at least one of the ten lines after the match must match, or null for no such condition.</summary>
    public GateOutputLineRegex? Then { get; init; }

    /// <summary>Pattern that disables the rule if any line of the output matches it. Null if there is no such pattern.</summary>
    public GateOutputLineRegex? Unless { get; init; }

    /// <summary>Pattern that the command must match, or null for all commands.</summary>
    public GateOutputLineRegex? If { get; init; }

    /// <summary>True to use the last matching line instead of the first.</summary>
    public bool Last { get; init; }

    /// <summary>True if the decisive line is the nearest non-empty line above the match instead of the match itself.</summary>
    public bool Previous { get; init; }

    /// <summary>
    /// True if this rule has the same rank as the previous rule. The rule whose match comes first in the output then determines the
    /// decisive line.
    /// </summary>
    public bool Beside { get; init; }

    /// <summary>True if this rule also applies to a command that passed.</summary>
    public bool EvenIfPassed { get; init; }

    /// <summary>Number of lines after the match that may name an environment fault.</summary>
    public int Context { get; init; }

    /// <summary>Rules that find the source location, or null to use those of the runner.</summary>
    public IReadOnlyList<SourceLocationSearchRule>? Places { get; init; }
}

/// <summary>Direction of the search for a source location, which starts at the decisive line.</summary>
internal enum SourceLocationSearchDirection
{
    Here,
    Below,
    Above,
}

/// <summary>
/// Rule that finds a source file, a line number, or both. If several rules match, the file and the line number each come from the first
/// rule that finds it.
/// </summary>
/// <param name="Side">Direction from the decisive line.</param>
/// <param name="Pattern">Pattern with at least one of the groups <c>file</c>, <c>class</c> and <c>line</c>.</param>
/// <param name="Within">Maximum distance in lines.</param>
internal sealed record SourceLocationSearchRule(SourceLocationSearchDirection Side, GateOutputLineRegex Pattern, int Within = 60)
{
    public static SourceLocationSearchRule Here(GateOutputLineRegex pattern) => new(SourceLocationSearchDirection.Here, pattern);

    public static SourceLocationSearchRule Below(GateOutputLineRegex pattern, int within = 60) =>
        new(SourceLocationSearchDirection.Below, pattern, within);

    public static SourceLocationSearchRule Above(GateOutputLineRegex pattern, int within = 60) =>
        new(SourceLocationSearchDirection.Above, pattern, within);
}
