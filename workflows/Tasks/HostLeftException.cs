namespace Orchestrator.Workflows.Tasks;

/// <summary>The task has left the host where its agent was at work.</summary>
internal sealed class HostLeftException : Exception;
