namespace Orchestrator.Processes;

/// <summary>The memory that processes and all that came of them hold: what only they can give back (anonymous and shared memory, also where
/// it was swapped out), not the files they have mapped. What several of them share counts once.</summary>
/// <param name="find">The processes, found anew at each look; once seen, one stays in the tree until it ends.</param>
public sealed class ProcessTreeMemory(Func<IReadOnlyList<ProcessInfo>> find)
{
    private static readonly string[] Held = ["RssAnon", "RssShmem", "VmSwap"];
    private static readonly string[] Shares = ["Pss_Anon", "Pss_Shmem", "SwapPss"];
    private readonly TrackedTree _tree = new(find);

    /// <summary>Looks whether they hold more than so many bytes.</summary>
    /// <returns>How many they hold, if it is more; else null.</returns>
    public long? Above(long limit)
    {
        // The kernel has the first sum at hand, and it is never too low; for the second it walks through all pages.
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
