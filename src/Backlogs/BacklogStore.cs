using Orchestrator.Plans;
using Orchestrator.Plans.Readers.Backlogs;
using Orchestrator.Processes;

namespace Orchestrator.Backlogs;

/// <summary>The backlog of a repository: <c>.orchestrator/tasks.json</c>, or the file of task-master (at its present or older
/// place) where that is the one in use. Writers
/// wait for each other, and a crash in the middle leaves the old file.</summary>
public sealed class BacklogStore
{
    /// <summary>The longest time that a writer waits for another one.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly string _root;
    private readonly string? _gitDirectory;
    private readonly TimeProvider _time;

    /// <summary>Finds the backlog; creates nothing.</summary>
    /// <param name="root">Absolute path of the repository's root, or of any folder outside of one.</param>
    /// <param name="gitDirectory">The common git directory, where writers take turns; null outside of a repository.</param>
    /// <param name="time">The clock.</param>
    public BacklogStore(string root, string? gitDirectory, TimeProvider time)
    {
        _root = root;
        _gitDirectory = gitDirectory;
        _time = time;
        string[] candidates = [PlanFileName.OwnBacklog, PlanFileName.TaskMasterBacklog, PlanFileName.OlderTaskMasterBacklog];
        var found = Array.Find(candidates, IsBacklog);
        Exists = found is not null;
        Name = found ?? PlanFileName.OwnBacklog;
        CurrentTag = FindCurrentTag();
    }

    /// <summary>The file, relative to the root.</summary>
    public string Name { get; }

    /// <summary>True if the file exists.</summary>
    public bool Exists { get; }

    /// <summary>The file's absolute path.</summary>
    public string FullPath => Path.Combine(_root, Name);

    /// <summary>The current tag of task-master; null where there is none.</summary>
    public string? CurrentTag { get; }

    /// <summary>Reads the backlog; an empty one where there is no file.</summary>
    /// <param name="tag">The tag in a file that has tags; null: the usual one.</param>
    public BacklogReadResult Read(string? tag) =>
        File.Exists(FullPath) ? BacklogReader.Read(File.ReadAllBytes(FullPath), Name, tag) : new BacklogReadResult(BacklogFile.Empty, []);

    /// <summary>Changes the backlog under a lock.</summary>
    /// <param name="tag">The tag in a file that has tags; null: the usual one.</param>
    /// <param name="change">Makes the new backlog of the present one.</param>
    /// <param name="stop">Ends waiting for another writer.</param>
    /// <returns>The new file; or none, with the errors that make the present one unreadable or that the change would add: then nothing was
    /// written.</returns>
    /// <exception cref="BacklogBusyException">Another program has been writing for too long.</exception>
    public async Task<BacklogReadResult> ChangeAsync(string? tag, Func<Backlog, Backlog> change, CancellationToken stop)
    {
        OwnFolder.Ensure(Path.GetDirectoryName(FullPath)!);
        await using var turn = await WaitForTurnAsync(stop);
        var read = Read(tag);
        if (read.File is not { } file)
        {
            return read;
        }
        var wanted = change(file.Backlog);
        var content = file.Write(wanted);

        // The result must be readable: a dependency that closes a circle is refused before it is written. Earlier errors are another
        // tool's, or are being repaired.
        var changed = BacklogReader.Read(content, Name, file.Tag);
        HashSet<string> before = [.. read.Errors.Select(fault => fault.Message)];
        PlanFault[] errors = [.. changed.Errors.Where(fault => !before.Contains(fault.Message))];
        if (errors.Length == 0 && changed.File?.Backlog.SaysTheSame(wanted) is not true)
        {
            errors =
            [
                PlanFault.Error(
                    Name,
                    "not-expressible",
                    "The file can't say this: a number within a subtask means the subtask beside it, not the task.",
                    "Give one of the two another id.",
                    "tasks"
                ),
            ];
        }
        if (errors.Length > 0)
        {
            return new BacklogReadResult(null, errors);
        }
        if (!File.Exists(FullPath) || !File.ReadAllBytes(FullPath).AsSpan().SequenceEqual(content))
        {
            await WriteAsync(content);
        }
        return new BacklogReadResult(changed.File, []);
    }

    // Not cancellable: write a temporary file, sync, rename.
    private async Task WriteAsync(byte[] content)
    {
        var aside = $"{FullPath}.{Environment.ProcessId}.new";
        await using (FileStream stream = new(aside, FileMode.Create, FileAccess.Write))
        {
            await stream.WriteAsync(content);
            stream.Flush(flushToDisk: true);
        }
        File.Move(aside, FullPath, overwrite: true);
    }

    // The lock is an open file that no other process may open; the system frees it when the holder dies. It is not removed, because that
    // would let two in at once; in the git directory it disturbs nothing.
    private async Task<FileStream> WaitForTurnAsync(CancellationToken stop)
    {
        var name = _gitDirectory is null ? FullPath + ".turn" : Path.Combine(_gitDirectory, "orchestrator-backlog-turn");
        var started = _time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(name, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.None);
            }
            catch (IOException) when (_time.GetElapsedTime(started) < LongestWait)
            {
                await Task.Delay(Pause, _time, stop);
            }
            catch (IOException busy)
            {
                throw new BacklogBusyException(
                    $"Another program has been changing {Name} for {Plural.Of((int)LongestWait.TotalSeconds, "second")}.",
                    busy
                );
            }
        }
    }

    // The older place of task-master may hold another tool's file.
    private bool IsBacklog(string name)
    {
        var path = Path.Combine(_root, name);
        return File.Exists(path) && (name != PlanFileName.OlderTaskMasterBacklog || BacklogReader.IsBacklog(File.ReadAllBytes(path)));
    }

    private string? FindCurrentTag()
    {
        var state = Path.Combine(_root, BacklogPlanReader.TaskMasterState);
        return Exists && Name != PlanFileName.OwnBacklog && File.Exists(state)
            ? BacklogPlanReader.CurrentTag(File.ReadAllBytes(FullPath), File.ReadAllBytes(state))
            : null;
    }
}

/// <summary>Another program has been writing the backlog for too long.</summary>
/// <param name="message">Which file, and how long.</param>
/// <param name="inner">The system's exception.</param>
public sealed class BacklogBusyException(string message, Exception inner) : Exception(message, inner);
