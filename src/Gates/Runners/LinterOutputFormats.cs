using static Orchestrator.Gates.Runners.SharedOutputFormatPatterns;
using static Orchestrator.Gates.Runners.SourceLocationSearchRule;

namespace Orchestrator.Gates.Runners;

/// <summary>Output formats of linters and type checkers.</summary>
internal static class LinterOutputFormats
{
    public static GateProgramOutputFormat[] Linters =>
        [
            new("mypy")
            {
                Sign =
                    @"^Found \d+ errors? in \d+ files?|^\S+\.pyi?:\d+: (?:error|note): "
                    + @"|^Success: no issues found|^mypy: |: error: Cannot read file",
                Command = @"\bmypy\b",
                Places = Colons,
                Lines =
                [
                    new(@"^\S+\.pyi?: error: Cannot read file|^mypy: (?:error|can't read)") { Kind = Configuration },
                    new(@"^\S+\.pyi?:\d+: error: .*\[syntax\]$") { Kind = BuildFailed },
                    new(
                        @"^\S+\.pyi?:\d+: error: "
                            + @"(?:Library stubs not installed for ""(?<module>[^""]+)""|Cannot find implementation or l"
                            + @"ibrary stub for module named ""(?<module>[^""]+)"")?"
                    ),
                ],
            },
            new("ruff")
            {
                Sign =
                    @"^ruff failed|^All checks passed!|^ *--> \S+:\d+:\d+$|would be reformatted"
                    + @"|^Found \d+ errors?\.|^warning: No Python files found|^(?:\S+:\d+:\d+: )?[A-Z]+\d{3,4} ",
                Command = @"\bruff\b",
                Places = [Here(@"^(?<file>[^\s:]+\.\w+):(?<line>\d+):\d+: "), Below(@"^\s*--> (?<file>[^\s:]+):(?<line>\d+):\d+", 3)],
                Lines =
                [
                    new(@"^\s+Cause: ")
                    {
                        After = "^ruff failed",
                        Kind = Configuration,
                        Places = [Here(@"(?<file>/[^\s:]+)")],
                    },
                    Nothing("^warning: No Python files found"),
                    new(@"^(?:\S+:\d+:\d+: )?E902\b") { Kind = Configuration },
                    new("^error: Failed to parse ") { Kind = BuildFailed, Places = [Here(@"parse (?<file>[^\s:]+):(?<line>\d+)")] },
                    new(@"^(?:\S+:\d+:\d+: )?(?:invalid-syntax|SyntaxError|E999)[: ]") { Kind = BuildFailed },
                    new(@"^(?:\S+:\d+:\d+: )?[A-Z]+\d{3,4} "),
                    new(@"^unformatted: |^[Ww]ould reformat:? ")
                    {
                        Places = [Here(@"^[Ww]ould reformat:? (?<file>\S+)"), Below(@"^\s*--> (?<file>[^\s:]+):", 3)],
                    },
                    new("^error: ")
                    {
                        If = @"\bruff\b",
                        Kind = Configuration,
                        Places = [],
                    },
                ],
            },
            new("eslint")
            {
                Sign = @"^✖ \d+ problems?|^ESLint: \d|^\s+\d+:\d+\s+(?:error|warning)\s",
                Command = @"\beslint\b",
                Places = [Here(@"^\s+(?<line>\d+):\d+\s"), Above(@"^(?<file>\S.*\.\w+)$", 2_000)],
                Lines =
                [
                    new(@"^\s+\d+:\d+\s+error\s"),
                    new(@"^\S+:\d+:\d+: .* \[Error/") { Places = Colons },
                    new(@"^\S+: line \d+, col \d+, Error - ") { Places = [Here(@"^(?<file>[^\s:]+): line (?<line>\d+)")] },
                    new(@"^\s+\d+:\d+\s+warning\s") { Unless = "^Oops! " },
                    new(@"^Error: Cannot find (?:module|package) '(?<module>[^']+)'")
                    {
                        After = "^Oops! ",
                        Kind = Configuration,
                        Places = ScriptPlaces,
                    },
                    new(@"^(?!ESLint: |Oops!)\S")
                    {
                        After = "^Oops! ",
                        Kind = Configuration,
                        Places = [],
                    },
                    new(@"^(?:Invalid option|Error: |No files matching|You are linting)") { Kind = Configuration, Places = [] },
                ],
            },
            new("tsc")
            {
                Sign = @"(?:^|: |- )error TS\d+: ",
                Command = @"\b(?:vue-)?tsc\b",
                Places = [Here(@"^(?<file>[^\s(][^(]*?)(?:\((?<line>\d+),\d+\)|:(?<line>\d+):\d+ -)")],
                Lines =
                [
                    new(@"^error TS2688: Cannot find type definition file for '(?<module>[^']+)'") { Kind = Configuration, Places = [] },
                    new(@"^error TS\d+: ") { Kind = Configuration, Places = [Here(@"path does not exist: '(?<file>[^']+)'")] },
                    new(@"(?:\): |- )error TS\d+: (?:Cannot find module '(?<module>[^']+)')?") { Kind = BuildFailed },
                ],
            },
        ];
}
