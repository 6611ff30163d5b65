namespace Orchestrator.Workflows.Tasks;

/// <summary>Thrown if the task leaves the host on which its agent is running.</summary>
internal sealed class TaskLeftHostException : Exception;
