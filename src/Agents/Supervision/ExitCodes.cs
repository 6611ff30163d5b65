namespace Orchestrator.Agents.Supervision;

/// <summary>Meaning of exit codes beside the program's own (POSIX shell: 126, 127, 128 + signal).</summary>
internal static class ExitCodes
{
    /// <summary>The supervisor's own: the working directory is missing.</summary>
    internal const int NoWorkingDirectory = 125;

    internal const int NotExecutable = 126;

    internal const int NotFound = 127;

    /// <summary>How the process was killed from outside; null when it ended by itself.</summary>
    internal static string? DescribeKill(int? exitCode) =>
        exitCode switch
        {
            null => "Killed without a trace: it left neither a result nor an exit code. Its supervisor was killed too, or the machine "
                + "went down.",
            137 => "Killed by SIGKILL, by somebody else or because memory ran out.",
            129 or 130 or 131 or 143 => $"Ended by signal {exitCode - 128}, sent by somebody else.",
            _ => null,
        };

    /// <summary>How the program crashed by itself (abort, as when its own memory limit is passed, illegal access and the like); null when
    /// it did not.</summary>
    internal static string? DescribeCrash(int? exitCode) =>
        exitCode is >= 132 and <= 136 or 139 ? $"The agent program crashed (signal {exitCode - 128})." : null;
}
