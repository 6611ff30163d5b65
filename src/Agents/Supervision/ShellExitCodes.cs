namespace Orchestrator.Agents.Supervision;

/// <summary>Exit codes of a POSIX shell that don't come from the program itself: 126, 127, and 128 plus a signal number.</summary>
internal static class ShellExitCodes
{
    /// <summary>Exit code that the supervisor uses if the working directory does not exist.</summary>
    internal const int NoWorkingDirectory = 125;

    /// <summary>
    /// Exit code that the supervisor uses for an agent that was stopped before its program started. The code is the same as for a process
    /// ended by SIGTERM.
    /// </summary>
    internal const int Stopped = 143;

    internal const int NotExecutable = 126;

    internal const int NotFound = 127;

    /// <summary>Exit code of a process killed by SIGKILL.</summary>
    internal const int KilledBySignal = 137;

    /// <summary>
    /// Describes how the program was killed externally, or returns null if it was not. A missing exit code counts as an external kill.
    /// </summary>
    /// <param name="exitCode">Exit code recorded by the supervisor, or null if it recorded none.</param>
    /// <param name="memoryKills">Number of processes that the kernel's OOM killer has killed since the start, or null if unknown.</param>
    internal static string? DescribeKill(int? exitCode, long? memoryKills = null) =>
        exitCode switch
        {
            null => "The agent run ended without a result or an exit code. Its supervisor was also killed, or the machine went down.",
            KilledBySignal when memoryKills > 0 => "Killed by SIGKILL because memory ran out; the kernel has killed "
                + $"{Plural.Of(memoryKills ?? 0, "process")} for this reason since the agent began. Free memory on this machine, "
                + "or run fewer agents at once (workers).",
            KilledBySignal when memoryKills == 0 =>
                "The agent program was killed by SIGKILL from another process; the kernel did not report a lack of memory.",
            KilledBySignal =>
                "The agent program was killed by SIGKILL: either another process sent the signal, or the machine ran out of memory.",
            129 or 130 or 131 or Stopped => $"The agent program was terminated by signal {exitCode - 128} from another process.",
            _ => null,
        };

    /// <summary>
    /// Describes a crash of the program, such as an abort or an illegal memory access. Returns null if the program did not crash.
    /// </summary>
    internal static string? DescribeCrash(int? exitCode) =>
        exitCode is >= 132 and <= 136 or 139 ? $"The agent program crashed (signal {exitCode - 128})." : null;
}
