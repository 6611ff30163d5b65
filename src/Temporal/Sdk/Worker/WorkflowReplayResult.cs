using Temporalio.Common;

namespace Temporalio.Worker;

/// <summary>How the replay of one history went.</summary>
/// <param name="History">The history.</param>
/// <param name="ReplayFailure">Why it failed; null when it went well.</param>
public record WorkflowReplayResult(WorkflowHistory History, Exception? ReplayFailure);
