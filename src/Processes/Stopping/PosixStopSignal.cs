namespace Orchestrator.Processes;

/// <summary>Signal that asks a process to end. The values are POSIX numbers (signal(7)).</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1008", Justification = "Zero is not a signal that ends a program.")]
public enum PosixStopSignal
{
    /// <summary>SIGINT, as sent by Ctrl-C. Interactive programs such as agents treat it as "interrupt and save".</summary>
    Interrupt = 2,

    /// <summary>SIGTERM, the usual request to end.</summary>
    Terminate = 15,
}
