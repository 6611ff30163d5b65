namespace Orchestrator.Processes;

/// <summary>A process as the system's table shows it.</summary>
/// <param name="Name">The first 15 bytes of its program's name.</param>
/// <param name="State">One letter of proc(5): R running, S sleeping, D in the kernel, T stopped, Z zombie, X dead.</param>
/// <param name="ParentId">The id of its parent.</param>
/// <param name="SessionId">The id of its session.</param>
/// <param name="Threads">How many threads it has; one that has ended and was not collected counts its first.</param>
/// <param name="StartTime">Clock ticks between boot and start.</param>
public sealed record ProcessInfo(int ProcessId, string Name, char State, int ParentId, int SessionId, int Threads, long StartTime)
{
    /// <summary>True if it has ended and only waits to be collected by its parent. The state is that of the first thread alone: while
    /// others are still ending (or work on), the process has its files open and holds its locks.</summary>
    public bool IsDead => State is 'Z' or 'X' && Threads <= 1;

    /// <summary>True if it was stopped (SIGSTOP) and waits for SIGCONT.</summary>
    public bool IsStopped => State == 'T';

    /// <summary>Processor time it has used, with that of the children it has collected.</summary>
    public TimeSpan CpuTime { get; init; }

    /// <summary>When it was started, by the wall clock, to about a hundredth of a second.</summary>
    public DateTime StartedUtc =>
        DateTime.UtcNow - ProcFiles.ReadUptime() + TimeSpan.FromSeconds((double)StartTime / ProcFiles.TicksPerSecond);

    /// <summary>The same as an identity that can be kept.</summary>
    public ProcessIdentity Identity => new(ProcessId, StartTime, ProcessIdentity.CurrentBootId);
}

/// <summary>Questions about the processes that run now. This process itself is in no answer.</summary>
public static class ProcessTable
{
    /// <summary>When the machine was started, by the wall clock as it is now. What was written well before that was written by nobody who
    /// lives.</summary>
    public static DateTime BootedUtc => DateTime.UtcNow - ProcFiles.ReadUptime();

    /// <summary>All living processes.</summary>
    public static IReadOnlyList<ProcessInfo> All() => [.. Living(Ids())];

    /// <summary>
    /// Those that were started with the variable <paramref name="name"/> of this <paramref name="value"/>; children inherit it, wherever
    /// they go. A program that throws its environment away is not found by it.
    /// </summary>
    /// <param name="name">The variable.</param>
    /// <param name="since">Only what began since then is looked at. Null: everything.</param>
    public static IReadOnlyList<ProcessInfo> FindByEnvironment(string name, string value, PidWatermark? since = null)
    {
        var assignment = ProcFiles.Assignment(name, value);
        return [.. Living(Ids(since).Where(id => ProcFiles.HasEnvironment(id, assignment)))];
    }

    /// <summary>Values of a variable that the processes above this one were started with, the nearest first: what a process takes out of
    /// its own environment its parents still have. Whoever leaves its parents altogether (a daemon) is not found by it.</summary>
    /// <param name="name">The variable.</param>
    public static IReadOnlyList<string> OfAncestors(string name)
    {
        var values = new List<string>();
        for (var above = ProcFiles.ReadStat(Environment.ProcessId)?.ParentId ?? 0; above > 1; )
        {
            if (ProcFiles.Variable(above, name) is { } value)
            {
                values.Add(value);
            }
            above = ProcFiles.ReadStat(above)?.ParentId ?? 0;
        }
        return values;
    }

    /// <summary>Those that a process has started itself.</summary>
    public static IReadOnlyList<ProcessInfo> ChildrenOf(int processId) => [.. All().Where(process => process.ParentId == processId)];

    /// <summary>Those that have this file open. Files of other users' processes are not seen.</summary>
    public static IReadOnlyList<ProcessInfo> FindByOpenFile(string path) =>
        [.. All().Where(process => ProcFiles.OpenFiles(process.ProcessId).Contains(path))];

    /// <summary>Those whose working directory is this folder or below it.</summary>
    public static IReadOnlyList<ProcessInfo> FindByWorkingDirectory(string folder) =>
        [
            .. All()
                .Where(process =>
                    ProcFiles.WorkingDirectory(process.ProcessId) is { } directory
                    && (directory == folder || directory.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal))
                ),
        ];

    /// <summary>The ids of all processes, then of those that began while the first were looked at, and so on until there are none: one that
    /// ends between the list and the look may have left a child, which is in no list yet.</summary>
    /// <param name="since">Only those that began since then, and maybe others. Null: all.</param>
    internal static IEnumerable<int> Ids(PidWatermark? since = null)
    {
        var seen = new HashSet<int>();
        for (var before = -1; seen.Count > before; )
        {
            before = seen.Count;
            foreach (var id in since?.Later() ?? ProcFiles.ProcessIds())
            {
                if (seen.Add(id))
                {
                    yield return id;
                }
            }
        }
    }

    internal static IEnumerable<ProcessInfo> Living(IEnumerable<int> ids) =>
        ids.Where(id => id != Environment.ProcessId).Select(ProcFiles.ReadStat).OfType<ProcessInfo>().Where(process => !process.IsDead);

    internal static IReadOnlyList<ProcessInfo> Descendants(IReadOnlyList<ProcessInfo> all, IEnumerable<int> ancestors)
    {
        var children = all.ToLookup(process => process.ParentId);
        var waiting = new Queue<int>(ancestors);
        var seen = new HashSet<int>(waiting);
        var found = new List<ProcessInfo>();
        while (waiting.TryDequeue(out var parent))
        {
            foreach (var child in children[parent].Where(child => seen.Add(child.ProcessId)))
            {
                found.Add(child);
                waiting.Enqueue(child.ProcessId);
            }
        }
        return found;
    }
}
