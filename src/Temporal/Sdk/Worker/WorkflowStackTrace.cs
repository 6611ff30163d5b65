namespace Temporalio.Worker;

/// <summary>Whether a worker keeps the places where workflow code waits, for stack trace queries.</summary>
public enum WorkflowStackTrace
{
    /// <summary>No; the queries fail.</summary>
    None = 0,

    /// <summary>Yes, with files and lines. It costs time at every wait.</summary>
    Normal = 1,

    /// <summary>Yes, without files and lines.</summary>
    WithoutFileInfo = 2,
}
