namespace Orchestrator.Messages;

/// <summary>A crash of the process that worked on a run in the background.</summary>
/// <param name="Time">When.</param>
/// <param name="ExitCode">Its exit code, 128 and more for a signal.</param>
/// <param name="IsLast">It was not restarted, because it had crashed too often.</param>
public sealed record RunCrash(
    [property: JsonPropertyName("time")] DateTimeOffset Time,
    [property: JsonPropertyName("exitCode")] int ExitCode,
    [property: JsonPropertyName("isLast")] bool IsLast
);
