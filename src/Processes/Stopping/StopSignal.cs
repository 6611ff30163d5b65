namespace Orchestrator.Processes;

/// <summary>The signal that asks a process to end. The values are POSIX numbers (signal(7)).</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1008", Justification = "No signal is no way to end a program.")]
public enum StopSignal
{
    /// <summary>SIGINT, what Ctrl-C sends. Interactive programs such as agents treat it as "interrupt and save".</summary>
    Interrupt = 2,

    /// <summary>SIGTERM, the usual request to end.</summary>
    Terminate = 15,
}
