using Orchestrator.Plans.Readers.Backlogs;

namespace Orchestrator.Runs.Backlogs;

/// <summary>
/// The backlog of a repository. It is stored in <c>.orchestrator/tasks.json</c>, or in the file of task-master (in its current or older
/// location) if the repository uses that tool. Only one process writes at a time, and a crash during a write leaves the previous file
/// intact.
/// </summary>
public sealed class BacklogStore
{
    /// <summary>Maximum time for which a writer waits for another writer.</summary>
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

    /// <summary>Path of the backlog file, relative to the root.</summary>
    public string Name { get; }

    /// <summary>True if the backlog file exists.</summary>
    public bool Exists { get; }

    /// <summary>Absolute path of the backlog file.</summary>
    public string FullPath => Path.Combine(_root, Name);

    /// <summary>Current tag of task-master, which names one of its task lists, or null if there is none.</summary>
    public string? CurrentTag { get; }

    /// <summary>Reads the backlog, or returns an empty one if the file does not exist.</summary>
    /// <param name="tag">Tag in a file with tags, or null for the default tag.</param>
    public BacklogReadResult Read(string? tag) =>
        File.Exists(FullPath) ? BacklogReader.Read(File.ReadAllBytes(FullPath), Name, tag) : new BacklogReadResult(BacklogFile.Empty, []);

    /// <summary>Changes the backlog while holding the file's lock.</summary>
    /// <param name="tag">Tag in a file with tags, or null for the default tag.</param>
    /// <param name="change">Creates the new backlog from the current one.</param>
    /// <param name="stop">Cancels the wait for another writer.</param>
    /// <returns>The new backlog. If the current file is unreadable or the change would add errors, the result contains only the errors and
    /// nothing is written.</returns>
    /// <exception cref="BacklogBusyException">Another program held the lock for too long.</exception>
    public async Task<BacklogReadResult> ChangeAsync(string? tag, Func<Backlog, Backlog> change, CancellationToken stop)
    {
        OrchestratorFolderCreator.Ensure(Path.GetDirectoryName(FullPath)!);
        await using var turn = await WaitForTurnAsync(stop);
        var read = Read(tag);
        if (read.File is not { } file)
        {
            return read;
        }
        var wanted = change(file.Backlog);
        var content = file.Write(wanted);

        // A change that adds errors, such as a dependency cycle, is rejected before it is written. Existing errors are accepted, because
        // another tool may have caused them or the user may be repairing them.
        var changed = BacklogReader.Read(content, Name, file.Tag);
        HashSet<string> before = [.. read.Errors.Select(fault => fault.Message)];
        PlanFault[] errors = [.. changed.Errors.Where(fault => !before.Contains(fault.Message))];
        if (errors.Length == 0 && changed.File?.Backlog.HasSameContent(wanted) is not true)
        {
            errors =
            [
                PlanFault.Error(
                    Name,
                    "not-expressible",
                    "The file can't express this change, because inside a subtask, a dependency number refers to another subtask.",
                    "Change the id of the task or of the subtask.",
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

    // Not cancelable, because the sequence of temporary file, fsync and rename must complete.
    private async Task WriteAsync(byte[] content)
    {
        var temporary = $"{FullPath}.{Environment.ProcessId}.new";
        await using (FileStream stream = new(temporary, FileMode.Create, FileAccess.Write))
        {
            await stream.WriteAsync(content);
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, FullPath, overwrite: true);
    }

    // The lock is a file that is opened exclusively. The operating system releases the lock if its holder dies. The file is never deleted,
    // because two writers could then both hold a lock. It is in the git directory, where it does not appear in the user's work tree.
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

    // Another tool may have written a file with this name at the older path of task-master.
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

/// <summary>Thrown if another program holds the backlog's lock for longer than the maximum wait.</summary>
/// <param name="message">Names the lock file and the time that was waited.</param>
/// <param name="inner">The exception of the operating system.</param>
public sealed class BacklogBusyException(string message, Exception inner) : Exception(message, inner);
