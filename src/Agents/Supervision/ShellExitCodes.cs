namespace Orchestrator.Agents.Supervision;

/// <summary>Exit codes that don't come from the program itself (POSIX shell: 126, 127, 128 + signal).</summary>
internal static class ShellExitCodes
{
    /// <summary>Supervisor's own code for a missing working directory.</summary>
    internal const int NoWorkingDirectory = 125;

    internal const int NotExecutable = 126;

    internal const int NotFound = 127;

    /// <summary>Exit code of a process killed by SIGKILL.</summary>
    internal const int KilledBySignal = 137;

    /// <summary>Describes the signal that killed the process from outside, or returns null if the process exited normally.</summary>
    /// <param name="exitCode">Exit code recorded by the supervisor, or null if it recorded none.</param>
    /// <param name="memoryKills">Processes killed by the kernel's OOM killer since the start, or null if unknown.</param>
    internal static string? DescribeKill(int? exitCode, long? memoryKills = null) =>
        exitCode switch
        {
            null => "Killed without a trace: it left neither a result nor an exit code. Its supervisor was killed too, or the machine "
                + "went down.",
            KilledBySignal when memoryKills > 0 => "Killed by SIGKILL for want of memory: the kernel has killed "
                + $"{Plural.Of(memoryKills ?? 0, "process")} for that since it began. Free memory on this machine, "
                + "or run fewer agents at once (workers).",
            KilledBySignal when memoryKills == 0 => "Killed by SIGKILL from another process; the kernel reports no lack of memory.",
            KilledBySignal => "Killed by SIGKILL, from another process or because memory ran out.",
            129 or 130 or 131 or 143 => $"Ended by signal {exitCode - 128} from another process.",
            _ => null,
        };

    /// <summary>Describes a crash of the program (abort, as at its own memory limit, or illegal memory access), or returns null if it did
    /// not crash.</summary>
    internal static string? DescribeCrash(int? exitCode) =>
        exitCode is >= 132 and <= 136 or 139 ? $"The agent program crashed (signal {exitCode - 128})." : null;
}
