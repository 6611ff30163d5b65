namespace Orchestrator.Processes;

/// <summary>Memory of processes and their descendants: what is freed only with them (anonymous and shared memory, also swapped out), not
/// mapped files. Shared pages count once.</summary>
/// <param name="find">Finds the processes at each check; a process stays in the tree until it ends.</param>
public sealed class ProcessTreeMemory(Func<IReadOnlyList<ProcessInfo>> find)
{
    private static readonly string[] Held = ["RssAnon", "RssShmem", "VmSwap"];
    private static readonly string[] Shares = ["Pss_Anon", "Pss_Shmem", "SwapPss"];
    private readonly TrackedTree _tree = new(find);

    /// <summary>Checks whether they use more than a number of bytes.</summary>
    /// <returns>Their bytes, if more; else null.</returns>
    public long? Above(long limit)
    {
        // The first sum is cheap for the kernel and never too low; for the second it walks through all pages.
        var processes = _tree.Refresh();
        if (processes.Sum(HeldBy) <= limit)
        {
            return null;
        }
        var bytes = processes.Sum(process => ProcFiles.SumOfSizes($"/proc/{process.ProcessId}/smaps_rollup", Shares) ?? HeldBy(process));
        return bytes > limit ? bytes : null;
    }

    private static long HeldBy(ProcessInfo process) => ProcFiles.SumOfSizes($"/proc/{process.ProcessId}/status", Held) ?? 0;
}
