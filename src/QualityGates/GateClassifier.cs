using System.Text.RegularExpressions;

namespace Orchestrator.QualityGates;

/// <summary>Tells a fault of the machine from a fault of the work, by exit code and output. Pure.</summary>
internal static partial class GateClassifier
{
    private const int NotExecutable = 126;
    private const int NotFound = 127;
    private const int KilledBySignal9 = 137;

    /// <summary>Of a command that ended by itself with an exit code that is not what was wanted.</summary>
    internal static GateFailure OfExit(int exitCode, string output) =>
        exitCode is NotExecutable or NotFound or KilledBySignal9 || MachineFault().IsMatch(output)
            ? GateFailure.Environment
            : GateFailure.Logic;

    /// <summary>Whether it was ended by signal 9, as a machine without memory does.</summary>
    internal static bool WasKilled(GateVerdict verdict) => verdict is { Result: GateResult.Failed, ExitCode: KilledBySignal9 };

    /// <summary>Whether the exit code says that the shell could not even begin the command (POSIX sh: 126, 127).</summary>
    internal static bool CouldNotRun(int exitCode) => exitCode is NotExecutable or NotFound;

    [GeneratedRegex(
        """
            No\ space\ left\ on\ device | ENOSPC | Disk\ quota\ exceeded
            | Cannot\ allocate\ memory | ENOMEM | JavaScript\ heap\ out\ of\ memory
            | Temporary\ failure\ in\ name\ resolution | Could\ not\ resolve\ host | getaddrinfo\ (ENOTFOUND|EAI_AGAIN)
            | Too\ many\ open\ files
            | ^\S*python[0-9.]*:\ No\ module\ named
            """,
        RegexOptions.Multiline | RegexOptions.IgnorePatternWhitespace
    )]
    private static partial Regex MachineFault();
}
