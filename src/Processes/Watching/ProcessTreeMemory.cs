namespace Orchestrator.Processes;

/// <summary>
/// Measures the memory that the kernel can't reclaim from running processes and their descendants. This is anonymous and shared memory,
/// including swapped memory, but not mapped files. Shared pages count once.
/// </summary>
/// <param name="find">Finds the processes at each check. A process stays in the tree until it ends.</param>
public sealed class ProcessTreeMemory(Func<IReadOnlyList<ProcessTableRow>> find)
{
    private static readonly string[] Held = ["RssAnon", "RssShmem", "VmSwap"];
    private static readonly string[] Shares = ["Pss_Anon", "Pss_Shmem", "SwapPss"];
    private readonly TrackedProcessTree _tree = new(find);

    /// <summary>Returns the memory of the processes in bytes if it exceeds the limit, or null otherwise.</summary>
    /// <returns>Memory in bytes if it exceeds the limit, or null otherwise.</returns>
    public long? Above(long limit)
    {
        // The first sum is cheap for the kernel and never too low. The second makes the kernel walk through all pages.
        var processes = _tree.Refresh();
        if (processes.Sum(HeldBy) <= limit)
        {
            return null;
        }
        var bytes = processes.Sum(process => ProcFiles.SumOfSizes($"/proc/{process.ProcessId}/smaps_rollup", Shares) ?? HeldBy(process));
        return bytes > limit ? bytes : null;
    }

    private static long HeldBy(ProcessTableRow process) => ProcFiles.SumOfSizes($"/proc/{process.ProcessId}/status", Held) ?? 0;
}
