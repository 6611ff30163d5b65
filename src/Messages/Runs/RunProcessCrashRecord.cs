namespace Orchestrator.Messages;

/// <summary>A crash of a run's background process.</summary>
/// <param name="Time">Time of the crash.</param>
/// <param name="ExitCode">Exit code of the process. If a signal ended it, 128 plus the signal number.</param>
/// <param name="IsLast">True if the process had crashed too often to be restarted.</param>
public sealed record RunProcessCrashRecord(
    [property: JsonPropertyName("time")] DateTimeOffset Time,
    [property: JsonPropertyName("exitCode")] int ExitCode,
    [property: JsonPropertyName("isLast")] bool IsLast
);
