namespace Orchestrator.Messages;

/// <summary>A crash of the background process that worked on a run.</summary>
/// <param name="Time">Time of the crash.</param>
/// <param name="ExitCode">Exit code of the process; 128 plus the signal number for a signal.</param>
/// <param name="IsLast">True if the process was not restarted, because it had crashed too often.</param>
public sealed record RunCrash(
    [property: JsonPropertyName("time")] DateTimeOffset Time,
    [property: JsonPropertyName("exitCode")] int ExitCode,
    [property: JsonPropertyName("isLast")] bool IsLast
);
