namespace Orchestrator.Processes;

/// <summary>A process in the system's process table.</summary>
/// <param name="Name">First 15 bytes of its program's name.</param>
/// <param name="State">Letter of the state (proc(5)): R running, S sleeping, D in the kernel, T stopped, Z zombie, X dead.</param>
/// <param name="ParentId">Process id of its parent.</param>
/// <param name="SessionId">Id of its session.</param>
/// <param name="Threads">Number of threads. A process that has ended but was not reaped has one.</param>
/// <param name="StartTime">Clock ticks between boot and start.</param>
public sealed record ProcessTableRow(int ProcessId, string Name, char State, int ParentId, int SessionId, int Threads, long StartTime)
{
    /// <summary>
    /// True if the process has ended and is only waiting to be reaped by its parent. The kernel reports the state of only the first thread.
    /// While other threads are running, the process keeps its files and locks.
    /// </summary>
    public bool IsDead => State is 'Z' or 'X' && Threads <= 1;

    /// <summary>True if the process was stopped (SIGSTOP) and is waiting for SIGCONT.</summary>
    public bool IsStopped => State == 'T';

    /// <summary>CPU time used by the process and by its reaped children.</summary>
    public TimeSpan CpuTime { get; init; }

    /// <summary>Start time in UTC, accurate to about a hundredth of a second.</summary>
    public DateTime StartedUtc =>
        DateTime.UtcNow - ProcFiles.ReadUptime() + TimeSpan.FromSeconds((double)StartTime / ProcFiles.TicksPerSecond);

    /// <summary>Identity of the process, which can be stored.</summary>
    public ProcessIdentity Identity => new(ProcessId, StartTime, ProcessIdentity.CurrentBootId);
}

/// <summary>Queries running processes. The current process is never included.</summary>
public static class ProcessTable
{
    /// <summary>Boot time according to the current clock. Files written well before this time do not belong to a running process.</summary>
    public static DateTime BootedUtc => DateTime.UtcNow - ProcFiles.ReadUptime();

    /// <summary>Returns all running processes except this one.</summary>
    public static IReadOnlyList<ProcessTableRow> All() => [.. Living(Ids())];

    /// <summary>
    /// Returns the processes whose initial environment contains the variable <paramref name="name"/> with this <paramref name="value"/>.
    /// Child processes inherit the variable, but a program that clears its environment is not found.
    /// </summary>
    /// <param name="name">Name of the variable.</param>
    /// <param name="since">Watermark after which processes are read, or null to read all.</param>
    public static IReadOnlyList<ProcessTableRow> FindByEnvironment(string name, string value, NewProcessIdWatermark? since = null)
    {
        var assignment = ProcFiles.Assignment(name, value);
        return [.. Living(Ids(since).Where(id => ProcFiles.HasEnvironment(id, assignment)))];
    }

    /// <summary>
    /// Returns the named variables in the initial environments of this process's ancestors, nearest ancestor first. A process is thus
    /// recognized even if it has cleared its own environment. A daemon has lost its original parent and is recognized only in a sandbox,
    /// where the sandbox's first process becomes its parent.
    /// </summary>
    /// <param name="names">Names of the variables.</param>
    public static IReadOnlyList<(string Name, string Value)> OfAncestors(params IReadOnlyList<string> names) =>
        Of(ProcFiles.ReadStat(Environment.ProcessId)?.ParentId ?? 0, names);

    /// <summary>
    /// Returns the named variables in the initial environments of a process and its ancestors, starting with the process itself.
    /// </summary>
    /// <param name="processId">Id of the process.</param>
    /// <param name="names">Names of the variables.</param>
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

    /// <summary>Returns the running process with this id, or null if none exists.</summary>
    public static ProcessTableRow? Find(int processId) => Living([processId]).FirstOrDefault();

    /// <summary>Returns the command line of a process, including the program, or an empty list if it can't be read.</summary>
    public static IReadOnlyList<string> ArgumentsOf(int processId) => ProcFiles.Arguments(processId);

    /// <summary>Returns the working directory of a process, or null if it can't be read.</summary>
    public static string? FolderOf(int processId) => ProcFiles.WorkingDirectory(processId);

    /// <summary>Returns a variable of a process's initial environment, or null if it is not set or can't be read.</summary>
    public static string? VariableOf(int processId, string name) => ProcFiles.Variables(processId, name) is [var (_, value)] ? value : null;

    /// <summary>Returns the direct children of a process.</summary>
    public static IReadOnlyList<ProcessTableRow> ChildrenOf(int processId) => [.. All().Where(process => process.ParentId == processId)];

    /// <summary>Returns the processes that have the given file open. Files of other users' processes are not visible.</summary>
    public static IReadOnlyList<ProcessTableRow> FindByOpenFile(string path) =>
        [.. All().Where(process => ProcFiles.OpenFiles(process.ProcessId).Contains(path))];

    /// <summary>Returns the processes whose working directory is the given folder or is below it.</summary>
    public static IReadOnlyList<ProcessTableRow> FindByWorkingDirectory(string folder) =>
        [
            .. All()
                .Where(process =>
                    ProcFiles.WorkingDirectory(process.ProcessId) is { } directory
                    && (directory == folder || directory.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal))
                ),
        ];

    /// <summary>
    /// Returns the ids of all processes. Repeats the search until no new process is found, because a single search can miss a child whose
    /// parent starts it and then ends.
    /// </summary>
    /// <param name="since">Watermark after which processes must have started, with possible false matches, or null for all
    /// processes.</param>
    internal static IEnumerable<int> Ids(NewProcessIdWatermark? since = null)
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

    internal static IEnumerable<ProcessTableRow> Living(IEnumerable<int> ids) =>
        ids.Where(id => id != Environment.ProcessId).Select(ProcFiles.ReadStat).OfType<ProcessTableRow>().Where(process => !process.IsDead);

    internal static IReadOnlyList<ProcessTableRow> Descendants(IReadOnlyList<ProcessTableRow> all, IEnumerable<int> ancestors)
    {
        var children = all.ToLookup(process => process.ParentId);
        var waiting = new Queue<int>(ancestors);
        var seen = new HashSet<int>(waiting);
        var found = new List<ProcessTableRow>();
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
