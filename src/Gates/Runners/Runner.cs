namespace Orchestrator.Gates.Runners;

/// <summary>The output format of one runner of tests, builds or rules: a row of <see cref="RunnerTable"/>. Patterns are matched against
/// lines without colors. The groups <c>file</c>, <c>line</c>, <c>class</c>, <c>module</c> and <c>test</c> have one meaning in all of
/// them.</summary>
/// <param name="Name">The runner's name.</param>
internal sealed record Runner(string Name)
{
    /// <summary>A line by which its output is recognized; null: its rules are tried on every output.</summary>
    public LinePattern? Sign { get; init; }

    /// <summary>A command that calls it; null: not recognized by the command.</summary>
    public LinePattern? Command { get; init; }

    /// <summary>Counters of its summary lines.</summary>
    public IReadOnlyList<CountRule> Counts { get; init; } = [];

    /// <summary>A line without which its counts do not count: the format demands it; null: none.</summary>
    public LinePattern? Demands { get; init; }

    /// <summary>Runners whose counts include its own.</summary>
    public IReadOnlyList<string> CountedBy { get; init; } = [];

    /// <summary>Lines that begin a section, so that the one before ends.</summary>
    public LinePattern? Heads { get; init; }

    /// <summary>Lines that name a failed test; null: sections of all tests count.</summary>
    public LinePattern? FailedTest { get; init; }

    /// <summary>Lines that name a failed test, where they are of no use for sections.</summary>
    /// <value>Default: <see cref="FailedTest"/>.</value>
    public LinePattern? Failures
    {
        get => field ?? FailedTest;
        init;
    }

    /// <summary>Rules for the decisive line, the most telling first.</summary>
    public IReadOnlyList<LineRule> Lines { get; init; } = [];

    /// <summary>The options that run some tests alone; null: not known.</summary>
    public TestOptions? Select { get; init; }

    /// <summary>Places of the file and the line of a failure, for rules without places of their own.</summary>
    public IReadOnlyList<PlaceRule> Places { get; init; } = [];
}

/// <summary>The options of a runner that select tests by a part of their names: at least those, perhaps others beside them.</summary>
/// <param name="Command">The part of a command that runs its tests.</param>
/// <param name="Each">The option for one test, where {0} is its name; or a part of <see cref="All"/>.</param>
internal sealed record TestOptions(LinePattern Command, string Each)
{
    /// <summary>The option for all tests, where {0} stands for each one's part; null: each has its own option.</summary>
    public string? All { get; init; }

    /// <summary>The text between two parts.</summary>
    public string Between { get; init; } = "|";

    /// <summary>A word before options of single tests; empty: none.</summary>
    public string Begin { get; init; } = "";

    /// <summary>True if the names are parts of a regular expression.</summary>
    public bool IsPattern { get; init; }

    /// <summary>True if the options stand directly behind that part of the command, not at its end.</summary>
    public bool IsFirst { get; init; }
}

/// <summary>A pattern that is compiled when it is first used.</summary>
internal sealed class LinePattern(string text)
{
    // An agent's code can print what a pattern is slow with. Generous, because a busy machine may pause this thread.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private Regex? _regex;

    private Regex Regex => _regex ??= new Regex(text, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Longest);

    /// <summary>True if the pattern has a group of this name.</summary>
    public bool Has(string group) => Regex.GroupNumberFromName(group) >= 0;

    /// <summary>The match; an empty one where there is none, or finding it takes too long.</summary>
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

    public static implicit operator LinePattern(string text) => new(text);
}

/// <summary>A summary line. Groups <c>passed</c>, <c>failed</c>, <c>skipped</c>, <c>errors</c>, <c>other</c> (ran, counted apart) and
/// <c>all</c> hold numbers; those of <paramref name="Each"/> are added for each match.</summary>
/// <param name="Needle">Text that every such line contains, looked for first because it is fast.</param>
/// <param name="Pattern">The line.</param>
/// <param name="Each">Numbers to add for each match beside those of the groups; null: none.</param>
/// <param name="After">The line must follow one of these, or another match of this rule; null: anywhere.</param>
/// <param name="Names">How the group <c>test</c>, the name of one test, is used.</param>
internal sealed record CountRule(
    string Needle,
    LinePattern Pattern,
    Tally? Each = null,
    LinePattern? After = null,
    CountedNames Names = CountedNames.Any
);

/// <summary>The effect of a test's name on the counting of its line.</summary>
internal enum CountedNames
{
    /// <summary>Each line counts.</summary>
    Any,

    /// <summary>A name counts once: a runner reports its subtests under it.</summary>
    Once,

    /// <summary>A test that contains others (<c>Test/small</c>) is not counted itself.</summary>
    Leaves,
}

/// <summary>Numbers of tests while they are counted.</summary>
/// <param name="Passed">Passed; null: not stated.</param>
/// <param name="Failed">Failed; null: not stated.</param>
/// <param name="Skipped">Skipped; null: not stated.</param>
/// <param name="Errors">Errors outside of tests; null: not stated.</param>
/// <param name="Other">Tests that ran and that the runner counts apart, such as expected failures.</param>
/// <param name="All">Total of which the others are a part, where passed tests are not stated; null: not stated.</param>
internal sealed record Tally(
    long? Passed = null,
    long? Failed = null,
    long? Skipped = null,
    long? Errors = null,
    long? Other = null,
    long? All = null
)
{
    /// <summary>Tests that ran, with any result; null: not stated.</summary>
    public long? Ran => Passed + (Failed ?? 0) + (Errors ?? 0) + (Other ?? 0);

    public static Tally operator +(Tally a, Tally b) =>
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

/// <summary>A line that shows why a run did not pass.</summary>
/// <param name="Pattern">The line.</param>
internal sealed record LineRule(LinePattern Pattern)
{
    /// <summary>The meaning of such a line; null: a failed test or rule.</summary>
    public GateKind? Kind { get; init; }

    /// <summary>The machine's fault that such a line states; null: <see cref="EnvironmentTable"/> tells.</summary>
    public EnvironmentCause? Cause { get; init; }

    /// <summary>The line must stand in a section that such a line begins; null: anywhere.</summary>
    public LinePattern? Under { get; init; }

    /// <summary>The line must stand below such a line; null: anywhere.</summary>
    public LinePattern? After { get; init; }

    /// <summary>One of the next lines must match; null: none.</summary>
    public LinePattern? Then { get; init; }

    /// <summary>The rule holds only in outputs without such a line; null: in all.</summary>
    public LinePattern? Unless { get; init; }

    /// <summary>The rule holds only for commands that match; null: for all.</summary>
    public LinePattern? If { get; init; }

    /// <summary>The last such line counts, not the first.</summary>
    public bool Last { get; init; }

    /// <summary>The line above it is the decisive one.</summary>
    public bool Previous { get; init; }

    /// <summary>Whichever of this rule and the one before matches first is decisive.</summary>
    public bool Beside { get; init; }

    /// <summary>The rule holds for exit code 0, too.</summary>
    public bool EvenIfPassed { get; init; }

    /// <summary>The number of lines below that may name a fault of the machine.</summary>
    public int Context { get; init; }

    /// <summary>Places of file and line; null: the runner's own places.</summary>
    public IReadOnlyList<PlaceRule>? Places { get; init; }
}

/// <summary>The side of the decisive line on which a place is looked for.</summary>
internal enum Side
{
    Here,
    Below,
    Above,
}

/// <summary>A place of the file, the line, or both. Several complete each other; the first that finds something counts.</summary>
/// <param name="Side">The side of the decisive line.</param>
/// <param name="Pattern">A line with the groups <c>file</c> or <c>class</c>, <c>line</c>, or one of them.</param>
/// <param name="Within">How many lines away at most.</param>
internal sealed record PlaceRule(Side Side, LinePattern Pattern, int Within = 60)
{
    public static PlaceRule Here(LinePattern pattern) => new(Side.Here, pattern);

    public static PlaceRule Below(LinePattern pattern, int within = 60) => new(Side.Below, pattern, within);

    public static PlaceRule Above(LinePattern pattern, int within = 60) => new(Side.Above, pattern, within);
}
