namespace Orchestrator.Messages;

/// <summary>A predicted conflict between two tasks.</summary>
/// <param name="First">Id of the first task.</param>
/// <param name="Second">Id of the second task.</param>
/// <param name="Files">Up to 20 of the conflicting files.</param>
/// <param name="Since">Time at which the conflict was first predicted.</param>
public sealed record PredictedConflict(string First, string Second, IReadOnlyList<string> Files, DateTimeOffset Since);
