namespace Orchestrator.Processes;

/// <summary>Reason why a process could not be started.</summary>
public enum ProcessStartFailure
{
    /// <summary>No program with that name exists, either as a path or in a folder of PATH.</summary>
    ProgramNotFound,

    /// <summary>The file exists but is not executable.</summary>
    NotExecutable,

    /// <summary>The working directory does not exist or is not a directory.</summary>
    WorkingDirectoryMissing,

    /// <summary>
    /// The system refused to start the process for another reason, such as too many processes. The message has the details.
    /// </summary>
    Refused,
}

/// <summary>Thrown if a process could not be started. No program was run.</summary>
public sealed class ProcessStartException(ProcessStartFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Reason why the process could not be started.</summary>
    public ProcessStartFailure Failure { get; } = failure;
}

/// <summary>
/// Thrown if processes still exist when the time limit after their kill has expired, for example because they hang in the kernel.
/// </summary>
public sealed class ProcessNotStoppedException(string message) : Exception(message);
