using static Orchestrator.Gates.Runners.SharedOutputFormatPatterns;

namespace Orchestrator.Gates.Runners;

/// <summary>
/// Output formats of programs that fetch packages before they start a runner. These formats prevent fetch errors from being attributed to
/// the runner.
/// </summary>
internal static class PackageFetcherOutputFormats
{
    public static GateProgramOutputFormat[] Fetchers =>
        [
            new("uv and deno")
            {
                Command = @"\b(?:uv|uvx|deno)\b",
                Lines =
                [
                    new("^error: ") { Then = @"^\s*Caused by:", Context = 10 },
                    new(@"^error: .*(?:error sending request|dns error|client error \(Connect)")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.NoNetwork,
                    },
                ],
            },
            new("bundler")
            {
                Command = @"\bbundle\b",
                Lines =
                [
                    new("^Could not find .* in (?:locally installed gems|any of the sources)|^bundler: command not found: ")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.MissingPackage,
                    },
                ],
            },
            new("composer")
            {
                Command = @"\b(?:composer|phpunit|pest|php)\b",
                Lines =
                [
                    new(@"\bvendor/autoload\.php\b.*No such file|Failed opening required '\S*vendor/autoload\.php'")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.MissingPackage,
                    },
                ],
            },
            new("mix")
            {
                Command = @"\bmix\b",
                Lines =
                [
                    new(@"^\*\* \(Mix\) Can't continue due to errors on dependencies")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.MissingPackage,
                    },
                ],
            },
            new("pip, without a network")
            {
                Command = @"\b(?:pip3?|tox|nox)\b",
                Lines =
                [
                    new(@"^(?:\S+: )?WARNING: Retrying \(Retry\(total=0\b.*[Cc]onnect")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.NoNetwork,
                    },
                ],
            },
        ];
}
