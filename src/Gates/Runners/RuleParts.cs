using static Orchestrator.Gates.Runners.PlaceRule;

namespace Orchestrator.Gates.Runners;

/// <summary>Parts that rows of several runners share.</summary>
internal static class RuleParts
{
    public const GateKind BuildFailed = GateKind.BuildFailed;
    public const GateKind Configuration = GateKind.Configuration;
    public const GateKind NoTests = GateKind.NoTests;
    public const GateKind OfMachine = GateKind.Environment;

    /// <summary>A source of JavaScript or TypeScript.</summary>
    public const string ScriptFile = @"(?<file>[^\s():'""]+\.[cm]?[jt]sx?)";

    /// <summary>The first frame of a stack trace of Node in a file of the project.</summary>
    public static PlaceRule[] ScriptPlaces =>
        [
            Below($@"(?:\(|\bat |❯ (?:.* )?)(?:async )?(?:file://)?{ScriptFile}:(?<line>\d+):\d+\)?", 60),
            Above($@"^#? ?(?:.*: )?(?:file://)?{ScriptFile}:(?<line>\d+)$", 8),
            Here($@"imported from {ScriptFile}"),
        ];

    /// <summary>A line that begins with its place.</summary>
    public static PlaceRule[] Colons => [Here(@"^(?<file>[^\s:]+):(?:(?<line>\d+):)?")];

    /// <summary>Zero tests, stated.</summary>
    public static Tally None => new(0, 0, 0);

    public static Tally Passed(int count = 1) => new(Passed: count);

    public static Tally Failed(int count = 1) => new(Failed: count);

    public static Tally Skipped(int count = 1) => new(Skipped: count);

    /// <summary>A line that says that no test ran, which holds only where none was counted.</summary>
    public static LineRule Nothing(string pattern) => new(pattern) { Kind = NoTests, EvenIfPassed = true };
}
