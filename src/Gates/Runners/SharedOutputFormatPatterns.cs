using static Orchestrator.Gates.Runners.SourceLocationSearchRule;

namespace Orchestrator.Gates.Runners;

/// <summary>Patterns and rules that the output formats of several runners share.</summary>
internal static class SharedOutputFormatPatterns
{
    public const GateOutcomeKind BuildFailed = GateOutcomeKind.BuildFailed;
    public const GateOutcomeKind Configuration = GateOutcomeKind.Configuration;
    public const GateOutcomeKind NoTests = GateOutcomeKind.NoTests;
    public const GateOutcomeKind OfMachine = GateOutcomeKind.Environment;

    /// <summary>Pattern of the path of a JavaScript or TypeScript source file.</summary>
    public const string ScriptFile = @"(?<file>[^\s():'""]+\.[cm]?[jt]sx?)";

    /// <summary>Rules that find the first frame of a Node stack trace that is in a file of the project.</summary>
    public static SourceLocationSearchRule[] ScriptPlaces =>
        [
            Below($@"(?:\(|\bat |❯ (?:.* )?)(?:async )?(?:file://)?{ScriptFile}:(?<line>\d+):\d+\)?", 60),
            Above($@"^#? ?(?:.*: )?(?:file://)?{ScriptFile}:(?<line>\d+)$", 8),
            Here($@"imported from {ScriptFile}"),
        ];

    /// <summary>Rule that matches a line that starts with its source location, such as <c>file:line:</c>.</summary>
    public static SourceLocationSearchRule[] Colons => [Here(@"^(?<file>[^\s:]+):(?<line>\d+):|^(?<file>[^\s:]*[./][^\s:]*):")];

    /// <summary>Test counts that are zero, rather than unknown.</summary>
    public static TestTally None => new(0, 0, 0);

    public static TestTally Passed(int count = 1) => new(Passed: count);

    public static TestTally Failed(int count = 1) => new(Failed: count);

    public static TestTally Skipped(int count = 1) => new(Skipped: count);

    /// <summary>Creates a rule for a line that reports that no tests ran. The rule applies only if no tests were counted.</summary>
    public static FailureExplainingLineRule Nothing(string pattern) => new(pattern) { Kind = NoTests, EvenIfPassed = true };
}
