namespace Orchestrator.Processes;

/// <summary>Why a process could not be started.</summary>
public enum ProcessStartFailure
{
    /// <summary>There is no program of that name, neither as a path nor in a folder of PATH.</summary>
    ProgramNotFound,

    /// <summary>The file exists but is not executable.</summary>
    NotExecutable,

    /// <summary>The working directory is missing or is no directory.</summary>
    WorkingDirectoryMissing,

    /// <summary>The system refused for another reason, for example too many processes; see the message.</summary>
    Refused,
}

/// <summary>A process could not be started. Nothing was run.</summary>
public sealed class ProcessStartException(ProcessStartFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public ProcessStartFailure Failure { get; } = failure;
}

/// <summary>Killed processes are still there after the limit, for example because they hang in the kernel.</summary>
public sealed class ProcessStopException(string message) : Exception(message);
