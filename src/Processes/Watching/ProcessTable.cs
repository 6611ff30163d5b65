namespace Orchestrator.Processes;

/// <summary>A process in the system's process table.</summary>
/// <param name="Name">First 15 bytes of its program's name.</param>
/// <param name="State">Letter of the state (proc(5)): R running, S sleeping, D in the kernel, T stopped, Z zombie, X dead.</param>
/// <param name="ParentId">Process id of its parent.</param>
/// <param name="SessionId">Id of its session.</param>
/// <param name="Threads">Number of threads. A process that has ended but was not reaped has one.</param>
/// <param name="StartTime">Clock ticks between boot and start.</param>
public sealed record SystemProcessRecord(int ProcessId, string Name, char State, int ParentId, int SessionId, int Threads, long StartTime)
{
    /// <summary>
    /// True if the process has ended and is only waiting to be reaped by its parent. The state is that of the first thread alone. While
    /// other threads are running, the process keeps its files and locks.
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

    /// <summary>Returns all living processes.</summary>
    public static IReadOnlyList<SystemProcessRecord> All() => [.. Living(Ids())];

    /// <summary>Returns processes whose initial environment has the variable <paramref name="name"/> with this <paramref name="value"/>.
    /// Children inherit it. A program that clears its environment is not found.</summary>
    /// <param name="name">Name of the variable.</param>
    /// <param name="since">Watermark after which processes are read, or null to read all.</param>
    public static IReadOnlyList<SystemProcessRecord> FindByEnvironment(string name, string value, ProcessIdSequencePosition? since = null)
    {
        var assignment = ProcFiles.Assignment(name, value);
        return [.. Living(Ids(since).Where(id => ProcFiles.HasEnvironment(id, assignment)))];
    }

    /// <summary>
    /// Returns those of the named variables that are in the initial environments of this process's ancestors, nearest first. A process that
    /// clears its own environment is thus still recognized. A daemon without ancestors is recognized only in a sandbox, whose first process
    /// is its ancestor.
    /// </summary>
    /// <param name="names">Names of the variables.</param>
    public static IReadOnlyList<(string Name, string Value)> OfAncestors(params IReadOnlyList<string> names) =>
        Of(ProcFiles.ReadStat(Environment.ProcessId)?.ParentId ?? 0, names);

    /// <summary>
    /// Returns those of the named variables that are in the initial environments of a process and its ancestors, starting with the process
    /// itself.
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

    /// <summary>Returns the living process with this id, or null if none exists.</summary>
    public static SystemProcessRecord? Find(int processId) => Living([processId]).FirstOrDefault();

    /// <summary>Returns the command line of a process, including the program, or an empty list if it can't be read.</summary>
    public static IReadOnlyList<string> ArgumentsOf(int processId) => ProcFiles.Arguments(processId);

    /// <summary>Returns the working directory of a process, or null if it can't be read.</summary>
    public static string? FolderOf(int processId) => ProcFiles.WorkingDirectory(processId);

    /// <summary>Returns a variable of a process's initial environment, or null if it is not set or can't be read.</summary>
    public static string? VariableOf(int processId, string name) => ProcFiles.Variables(processId, name) is [var (_, value)] ? value : null;

    /// <summary>Returns the direct children of a process.</summary>
    public static IReadOnlyList<SystemProcessRecord> ChildrenOf(int processId) =>
        [.. All().Where(process => process.ParentId == processId)];

    /// <summary>Returns the processes that have the given file open. Files of other users' processes are not visible.</summary>
    public static IReadOnlyList<SystemProcessRecord> FindByOpenFile(string path) =>
        [.. All().Where(process => ProcFiles.OpenFiles(process.ProcessId).Contains(path))];

    /// <summary>Returns the processes whose working directory is the given folder or is below it.</summary>
    public static IReadOnlyList<SystemProcessRecord> FindByWorkingDirectory(string folder) =>
        [
            .. All()
                .Where(process =>
                    ProcFiles.WorkingDirectory(process.ProcessId) is { } directory
                    && (directory == folder || directory.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal))
                ),
        ];

    /// <summary>
    /// Returns the ids of all processes, and then repeatedly the ids of processes that have started since, until no new process is found. A
    /// process that ends after the list was read may have left a child that is not in the list.
    /// </summary>
    /// <param name="since">Watermark after which processes must have started, with possible false matches, or null for all
    /// processes.</param>
    internal static IEnumerable<int> Ids(ProcessIdSequencePosition? since = null)
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

    internal static IEnumerable<SystemProcessRecord> Living(IEnumerable<int> ids) =>
        ids.Where(id => id != Environment.ProcessId)
            .Select(ProcFiles.ReadStat)
            .OfType<SystemProcessRecord>()
            .Where(process => !process.IsDead);

    internal static IReadOnlyList<SystemProcessRecord> Descendants(IReadOnlyList<SystemProcessRecord> all, IEnumerable<int> ancestors)
    {
        var children = all.ToLookup(process => process.ParentId);
        var waiting = new Queue<int>(ancestors);
        var seen = new HashSet<int>(waiting);
        var found = new List<SystemProcessRecord>();
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
