namespace Orchestrator.Processes;

/// <summary>A process in the system's table.</summary>
/// <param name="Name">The first 15 bytes of its program's name.</param>
/// <param name="State">One letter of proc(5): R running, S sleeping, D in the kernel, T stopped, Z zombie, X dead.</param>
/// <param name="ParentId">The id of its parent.</param>
/// <param name="SessionId">The id of its session.</param>
/// <param name="Threads">Number of threads; an ended process that was not collected counts as one.</param>
/// <param name="StartTime">Clock ticks between boot and start.</param>
public sealed record ProcessInfo(int ProcessId, string Name, char State, int ParentId, int SessionId, int Threads, long StartTime)
{
    /// <summary>True if it has ended and only waits to be collected by its parent. The state is that of the first thread alone: while
    /// others are still running, the process keeps its files and locks.</summary>
    public bool IsDead => State is 'Z' or 'X' && Threads <= 1;

    /// <summary>True if it was stopped (SIGSTOP) and waits for SIGCONT.</summary>
    public bool IsStopped => State == 'T';

    /// <summary>Processor time it has used, with that of the children it has collected.</summary>
    public TimeSpan CpuTime { get; init; }

    /// <summary>The process's start by the wall clock, to about a hundredth of a second.</summary>
    public DateTime StartedUtc =>
        DateTime.UtcNow - ProcFiles.ReadUptime() + TimeSpan.FromSeconds((double)StartTime / ProcFiles.TicksPerSecond);

    /// <summary>The process's identity, which can be stored.</summary>
    public ProcessIdentity Identity => new(ProcessId, StartTime, ProcessIdentity.CurrentBootId);
}

/// <summary>Queries about running processes. This process itself is never included.</summary>
public static class ProcessTable
{
    /// <summary>Boot time by the current clock; files written well before it belong to no running process.</summary>
    public static DateTime BootedUtc => DateTime.UtcNow - ProcFiles.ReadUptime();

    /// <summary>All living processes.</summary>
    public static IReadOnlyList<ProcessInfo> All() => [.. Living(Ids())];

    /// <summary>Processes with the variable <paramref name="name"/> of this <paramref name="value"/> in their initial environment; children
    /// inherit it. A program that clears its environment is not found.</summary>
    /// <param name="name">The variable.</param>
    /// <param name="since">Only processes started since then are read. Null: all.</param>
    public static IReadOnlyList<ProcessInfo> FindByEnvironment(string name, string value, PidWatermark? since = null)
    {
        var assignment = ProcFiles.Assignment(name, value);
        return [.. Living(Ids(since).Where(id => ProcFiles.HasEnvironment(id, assignment)))];
    }

    /// <summary>Variables in the initial environments of this process's ancestors, the nearest first: so a process that clears its own
    /// environment is still recognized. A daemon without its ancestors is not, unless it runs in a sandbox: there it has the sandbox's
    /// first process.</summary>
    /// <param name="names">The variables.</param>
    public static IReadOnlyList<(string Name, string Value)> OfAncestors(params IReadOnlyList<string> names) =>
        Of(ProcFiles.ReadStat(Environment.ProcessId)?.ParentId ?? 0, names);

    /// <summary>Variables in the initial environments of a process and its ancestors, its own first.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="names">The variables.</param>
    public static IReadOnlyList<(string Name, string Value)> Of(int processId, params IReadOnlyList<string> names)
    {
        var values = new List<(string, string)>();
        for (var above = processId; above > 0; )
        {
            values.AddRange(ProcFiles.Variables(above, names));
            above = ProcFiles.ReadStat(above)?.ParentId ?? 0;
        }
        return values;
    }

    /// <summary>The living process with this id; null: there is none.</summary>
    public static ProcessInfo? Find(int processId) => Living([processId]).FirstOrDefault();

    /// <summary>The command line of a process, with its program; empty where it can't be read.</summary>
    public static IReadOnlyList<string> ArgumentsOf(int processId) => ProcFiles.Arguments(processId);

    /// <summary>The working directory of a process; null where it can't be read.</summary>
    public static string? FolderOf(int processId) => ProcFiles.WorkingDirectory(processId);

    /// <summary>A variable of a process's initial environment; null where it has none, or it can't be read.</summary>
    public static string? VariableOf(int processId, string name) => ProcFiles.Variables(processId, name) is [var (_, value)] ? value : null;

    /// <summary>The direct children of a process.</summary>
    public static IReadOnlyList<ProcessInfo> ChildrenOf(int processId) => [.. All().Where(process => process.ParentId == processId)];

    /// <summary>Processes that have this file open. Files of other users' processes are not visible.</summary>
    public static IReadOnlyList<ProcessInfo> FindByOpenFile(string path) =>
        [.. All().Where(process => ProcFiles.OpenFiles(process.ProcessId).Contains(path))];

    /// <summary>Processes whose working directory is this folder or below it.</summary>
    public static IReadOnlyList<ProcessInfo> FindByWorkingDirectory(string folder) =>
        [
            .. All()
                .Where(process =>
                    ProcFiles.WorkingDirectory(process.ProcessId) is { } directory
                    && (directory == folder || directory.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal))
                ),
        ];

    /// <summary>The ids of all processes, then of those that began meanwhile, and so on until there are none: a process that ends after the
    /// list was read may have left a child that is not in it.</summary>
    /// <param name="since">Only those that began since then, and perhaps others. Null: all.</param>
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
