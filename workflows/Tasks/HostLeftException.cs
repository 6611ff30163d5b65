namespace Orchestrator.Workflows.Tasks;

/// <summary>The task has left the host on which its agent was running.</summary>
internal sealed class HostLeftException : Exception;
