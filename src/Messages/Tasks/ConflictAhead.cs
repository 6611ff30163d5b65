namespace Orchestrator.Messages;

/// <summary>A predicted conflict of two tasks.</summary>
/// <param name="First">A task.</param>
/// <param name="Second">The other one.</param>
/// <param name="Files">Where: the first twenty files.</param>
/// <param name="Since">When it was seen.</param>
public sealed record ConflictAhead(string First, string Second, IReadOnlyList<string> Files, DateTimeOffset Since);
