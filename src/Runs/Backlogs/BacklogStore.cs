using Orchestrator.Plans.Readers.Backlogs;

namespace Orchestrator.Runs.Backlogs;

/// <summary>
/// The backlog of a repository: <c>.orchestrator/tasks.json</c>, or task-master's file at its current or older path if that one is in use.
/// Writers wait for each other, and a crash during a write leaves the old file.
/// </summary>
public sealed class BacklogStore
{
    /// <summary>Maximum time that a writer waits for another one.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly string _root;
    private readonly string? _gitDirectory;
    private readonly TimeProvider _time;

    /// <summary>Locates the backlog without creating anything.</summary>
    /// <param name="root">Absolute path of the repository's root, or of any folder outside a repository.</param>
    /// <param name="gitDirectory">The common git directory, which contains the writers' lock file, or null outside a repository.</param>
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

    /// <summary>Path of the file, relative to the root.</summary>
    public string Name { get; }

    /// <summary>True if the file exists.</summary>
    public bool Exists { get; }

    /// <summary>Absolute path of the file.</summary>
    public string FullPath => Path.Combine(_root, Name);

    /// <summary>Current tag of task-master, or null for none.</summary>
    public string? CurrentTag { get; }

    /// <summary>Reads the backlog. Returns an empty one if the file does not exist.</summary>
    /// <param name="tag">Tag in a file with tags, or null for the default tag.</param>
    public BacklogReadResult Read(string? tag) =>
        File.Exists(FullPath) ? BacklogReader.Read(File.ReadAllBytes(FullPath), Name, tag) : new BacklogReadResult(BacklogFile.Empty, []);

    /// <summary>Changes the backlog under a lock.</summary>
    /// <param name="tag">Tag in a file with tags, or null for the default tag.</param>
    /// <param name="change">Creates the new backlog from the current one.</param>
    /// <param name="stop">Cancels the wait for another writer.</param>
    /// <returns>The new file. If the current file is unreadable or the change would add errors, these errors and no file; nothing was
    /// written then.</returns>
    /// <exception cref="BacklogBusyException">Another program held the lock for too long.</exception>
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

        // Rejects a result with new errors, such as a dependency cycle, before it is written. Existing errors come from another tool, or
        // the user is repairing them.
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

    // Not cancellable, so that the sequence of temporary file, fsync and rename always completes.
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

    // The lock is an exclusively opened file, which the system releases when its holder dies. The file is never deleted, because two
    // writers could then both hold a lock. In the git directory it is out of the way.
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

    // The older path of task-master may contain another tool's file.
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

/// <summary>Thrown if another program holds the backlog's lock for too long.</summary>
/// <param name="message">Names the file and the time.</param>
/// <param name="inner">The system's exception.</param>
public sealed class BacklogBusyException(string message, Exception inner) : Exception(message, inner);
