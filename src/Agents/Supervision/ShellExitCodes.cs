namespace Orchestrator.Agents.Supervision;

/// <summary>Meaning of exit codes beside the program's own (POSIX shell: 126, 127, 128 + signal).</summary>
internal static class ShellExitCodes
{
    /// <summary>The supervisor's own: the working directory is missing.</summary>
    internal const int NoWorkingDirectory = 125;

    internal const int NotExecutable = 126;

    internal const int NotFound = 127;

    /// <summary>SIGKILL.</summary>
    internal const int KilledBySignal = 137;

    /// <summary>Describes the signal that killed the process from outside; null if it ended by itself.</summary>
    /// <param name="exitCode">As the supervisor noted it; null: it noted none.</param>
    /// <param name="memoryKills">Processes that the kernel has killed for want of memory since it began; null: unknown.</param>
    internal static string? DescribeKill(int? exitCode, long? memoryKills = null) =>
        exitCode switch
        {
            null => "Killed without a trace: it left neither a result nor an exit code. Its supervisor was killed too, or the machine "
                + "went down.",
            KilledBySignal when memoryKills > 0 => "Killed by SIGKILL for want of memory: the kernel has killed "
                + $"{Plural.Of(memoryKills ?? 0, "process")} for that since it began. Free memory on this machine, "
                + "or run fewer agents at once (workers).",
            KilledBySignal when memoryKills == 0 =>
                "Killed by SIGKILL, by somebody else: the kernel has killed nothing for want of memory.",
            KilledBySignal => "Killed by SIGKILL, by somebody else or because memory ran out.",
            129 or 130 or 131 or 143 => $"Ended by signal {exitCode - 128}, sent by somebody else.",
            _ => null,
        };

    /// <summary>Describes the crash of the program by itself (abort, as at its own memory limit, illegal access and the like); null if it
    /// did not crash.</summary>
    internal static string? DescribeCrash(int? exitCode) =>
        exitCode is >= 132 and <= 136 or 139 ? $"The agent program crashed (signal {exitCode - 128})." : null;
}
