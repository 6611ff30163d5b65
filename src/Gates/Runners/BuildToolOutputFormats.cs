using static Orchestrator.Gates.Runners.SharedOutputFormatPatterns;
using static Orchestrator.Gates.Runners.SourceLocationSearchRule;

namespace Orchestrator.Gates.Runners;

/// <summary>Output formats of compilers, package managers and shells.</summary>
internal static class BuildToolOutputFormats
{
    public static GateProgramOutputFormat[] Builders =>
        [
            new("C")
            {
                Sign = @"^[^\s:]+:\d+:(?:\d+:)? (?:fatal )?error: |^collect2: error|ld: ",
                Places = Colons,
                Lines =
                [
                    new(@"^[^\s:]+:\d+:(?:\d+:)? fatal error: \S+: No such file or directory")
                    {
                        Then = @"#\s*include\s*<",
                        Kind = OfMachine,
                        Cause = EnvironmentCause.MissingPackage,
                    },
                    new(@"^[^\s:]+:\d+:(?:\d+:)? (?:fatal )?error: ") { Kind = BuildFailed },
                    new(@"^\S*ld(?:\.\w+)?: cannot find -l")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.MissingPackage,
                        Places = [],
                    },
                    new(@"undefined reference to |^ld: symbol\(s\) not found|multiple definition of ")
                    {
                        Kind = BuildFailed,
                        Places = [Here(@"^(?:\S*ld(?:\.\w+)?: )?(?<file>(?!\S*\.o\b)[^\s:(]+\.\w+):(?:\(|(?<line>\d+):)")],
                    },
                    new(@"^collect2: (?:fatal )?error: |^clang\S*: error: |^\S*(?:cc1\w*|as|gcc|ld): (?:fatal )?error: ")
                    {
                        Kind = BuildFailed,
                        Places = [],
                    },
                ],
            },
            new("cmake")
            {
                Sign = "^CMake Error",
                Command = @"\bcmake\b",
                Places = [Here(@"^CMake Error at (?<file>[^\s:]+):(?<line>\d+)")],
                Lines =
                [
                    new(@"^CMake Error at ")
                    {
                        Then = "Could NOT find |Could not find a package configuration file",
                        Kind = OfMachine,
                        Cause = EnvironmentCause.MissingPackage,
                    },
                    new("^CMake Error") { Kind = Configuration },
                ],
            },
            new("make")
            {
                Sign = @"^g?make(?:\[\d+\])?: |^\S*[Mm]akefile\S*:\d+: ",
                Command = @"^g?make\b",
                Lines =
                [
                    new(@"^\S*(?:[Mm]akefile|\.mk)\S*:\d+: \*\*\* ") { Kind = Configuration, Places = Colons },
                    new(@"^g?make(?:\[\d+\])?: \*\*\* .*Stop\.$") { Kind = Configuration, Places = [] },
                    new(@"^g?make(?:\[\d+\])?: [^\s/:*\[]+: (?:No such file or directory|Command not found)")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.MissingProgram,
                        Places = [Below(@"\[(?<file>[^\s:\]]+):(?<line>\d+):", 3)],
                    },
                    new(@"^g?make(?:\[\d+\])?: \[(?<file>[^\s:]+):\d+: .*\] Error \d+ \(ignored\)")
                    {
                        EvenIfPassed = true,
                        Places = [Here(@"\[(?<file>[^\s:]+):(?<line>\d+): ")],
                    },
                ],
            },
        ];

    public static GateProgramOutputFormat[] Managers =>
        [
            new("npm")
            {
                Sign = @"^npm (?:error|ERR!)|^> \S+@\S+ |no test specified",
                Command = @"\b(?:npm|npx)\b",
                Lines =
                [
                    Nothing("^Error: no test specified"),
                    new(@"^npm (?:error|ERR!) enoent .*\bmkdir '.*node_modules'") { Kind = OfMachine, Cause = EnvironmentCause.ReadOnly },
                    new(@"^npm (?:error|ERR!) enoent (?!This is|ENOENT$)\S.*") { Kind = Configuration },
                    new(
                        @"^npm (?:error|ERR!) code (?:EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT"
                            + @"|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT|ENOTCACHED)"
                    )
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.NoNetwork,
                    },
                    new(@"^npm (?:error|ERR!) code E(?:BADENGINE|BADPLATFORM)") { Kind = OfMachine, Cause = EnvironmentCause.WrongVersion },
                    new(@"^npm (?:error|ERR!) (?:code (?!ELIFECYCLE|\d)|Missing script|could not determine|Unknown command)")
                    {
                        Kind = Configuration,
                        Context = 6,
                    },
                ],
            },
            new("pnpm")
            {
                Sign = @"ERR_PNPM_|^\u2009?\s*ERROR\u2009? ",
                Command = @"\bpnpm\b",
                Lines =
                [
                    new(@"ERR_PNPM_UNSUPPORTED_ENGINE") { Kind = OfMachine, Cause = EnvironmentCause.WrongVersion },
                    new(@"ERR_PNPM_(?!RECURSIVE_RUN_FIRST_FAIL)|^\s*ERROR\s (?!Command failed)\S")
                    {
                        Kind = Configuration,
                        Context = 3,
                        Places = [Here(@" in (?<file>/[^\s:]+\.json)")],
                    },
                ],
            },
            new("yarn")
            {
                Sign = @"^yarn run v|^error |^➤ YN",
                Command = @"\byarn\b",
                Lines =
                [
                    new(@"^error .*(?:The engine ""|incompatible)") { Kind = OfMachine, Cause = EnvironmentCause.WrongVersion },
                    new(@"^error (?!Command failed)|^➤ YN\d+: .*(?:Error|couldn't)|^Usage Error: ") { Kind = Configuration, Context = 3 },
                ],
            },
            new("pip")
            {
                Sign = @"^ERROR: .*(?:requirement|distribution|pip)|^WARNING: Retrying |^Looking in indexes",
                Command = @"\bpip3?\b",
                Lines =
                [
                    new(@"^WARNING: Retrying .*after connection broken") { Kind = OfMachine, Cause = EnvironmentCause.NoNetwork },
                    new(@"^ERROR: .*requires a different Python") { Kind = OfMachine, Cause = EnvironmentCause.WrongVersion },
                    new("^error: externally-managed-environment") { Kind = OfMachine, Cause = EnvironmentCause.Permission },
                    new(@"^ERROR: ")
                    {
                        Kind = Configuration,
                        Context = 2,
                        Places = [Here(@"No such file or directory: '(?<file>[^']+)'")],
                    },
                ],
            },
        ];

    // Matches the output of a line of the script, not of the command itself.
    private static SourceLocationSearchRule ScriptLine =>
        Here(@"^(?!(?:/\S*/)?(?:ba|da|z|k)?sh: )(?<file>[^\s:]+): (?:line )?(?<line>\d+): ");

    public static GateProgramOutputFormat[] Shells =>
        [
            new("shell")
            {
                Places = [ScriptLine],
                Lines =
                [
                    new(@"^(?:\S+: )?(?:line )?(?:\d+: )?\S+: (?:/\S+\^M|\S+\r?): bad interpreter") { Kind = Configuration },
                    new(
                        @"^\S*sh: .*\b(?<file>\./\S+|\w\S*/\S+): (?:cannot execute: required file not found"
                            + @"|bad interpreter)|required file not found"
                    )
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.MissingProgram,
                        Places = [Here(@" (?<file>[^\s:]+): (?:cannot execute|bad interp)")],
                    },
                    new(@"^(?:\S+: )(?:line )?(?:\d+: )?(?<program>[^\s:/]+): (?:command )?not found$")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.MissingProgram,
                        Places = [ScriptLine, Below(@"^g?make(?:\[\d+\])?: .*\[(?<file>[^\s:\]]+):(?<line>\d+):", 3)],
                    },
                    new(
                        @"^\S+: .*(?<path>\S*/\S*): (?:not found|No such file or directory)$"
                            + @"|^\S*sh: (?:\S+: )?(?:cannot open |Can't open )?[^\s:]+: No such file or directory$"
                            + @"|^\S*sh: \d+: (?:cannot|Can't) open "
                    )
                    {
                        Kind = Configuration,
                        Places = [],
                    },
                    new(@"^\S*sh: .*: Permission denied$")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.Permission,
                        Places = [ScriptLine, Here(@" (?<file>[^\s:]+): Permission denied")],
                    },
                    new(@"^\S+: (?:line )?\d+: \w+: (?:unbound variable|parameter not set)") { Kind = OfMachine },
                    new(@"^\S+: (?:line )?\d+: .*(?:syntax error|unexpected)") { Kind = BuildFailed },
                    new(@"\bFile size limit exceeded") { Kind = OfMachine, Cause = EnvironmentCause.NoSpace },
                    new(@"\b\d+ Killed\b|^Killed$") { Kind = OfMachine, Cause = EnvironmentCause.OutOfMemory },
                    new(@"\bSegmentation fault\b|\bAborted\b|\bBus error\b|\bIllegal instruction\b|\bFloating point exception\b"),
                ],
            },
            new("any")
            {
                Places = Colons,
                Lines =
                [
                    new(
                        @"^error: (?:unexpected argument|unrecognized|unknown|invalid value|the following required"
                            + @"|no such)|(?:unknown|unrecognized|invalid) (?:command|option|argument|flag)\b"
                    )
                    {
                        Kind = Configuration,
                        Places = [],
                    },
                    new(
                        @"coverage threshold .*not met|Coverage for \S+ .*does not meet|Required test coverage of .*not reached"
                            + @"|Coverage failure: |minimum \S+ coverage is below"
                    )
                    {
                        Places = [],
                    },
                    new(@"^(?:\S+ )?(?:\w*(?:Error|Exception)|error|ERROR|fatal|FATAL)(?:\[\w+\])?:? ") { Context = 3 },
                    new(@"^g?make(?:\[\d+\])?: \*\*\* \[") { Previous = true, Places = [] },
                ],
            },
        ];
}
