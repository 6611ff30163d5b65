using Orchestrator.Plans;
using Orchestrator.Plans.Readers.Backlogs;

namespace Orchestrator.Cli;

/// <summary>
/// The backlog of a repository: <c>.orchestrator/tasks.json</c>, or the file of task-master where that is the one in use. Writers wait for each other,
/// and a crash in the middle leaves the old file.
/// </summary>
internal sealed class BacklogFiles
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly CommandContext _context;
    private readonly string _root;

    public BacklogFiles(CommandContext context, string? tag)
    {
        _context = context;
        _root = context.FindRepository() is { IsBare: false } repository ? repository.Root : context.Directory;
        string[] candidates = [BacklogPlanReader.OwnFile, BacklogPlanReader.TaskMasterFile];
        Exists = Array.Exists(candidates, name => File.Exists(Path.Combine(_root, name)));
        Name = candidates.FirstOrDefault(name => File.Exists(Path.Combine(_root, name))) ?? candidates[0];
        Tag = tag ?? CurrentTag();
    }

    /// <summary>The file, relative to the repository.</summary>
    public string Name { get; }

    /// <summary>There is such a file.</summary>
    public bool Exists { get; }

    private string? Tag { get; }

    /// <summary>The file's absolute path.</summary>
    public string FullPath => Path.Combine(_root, Name);

    /// <summary>Reads the backlog; an empty one where there is no file.</summary>
    /// <exception cref="CommandException">The file has errors; all of them are named.</exception>
    public BacklogFile Read()
    {
        if (!File.Exists(FullPath))
            return BacklogFile.Empty;
        var read = BacklogReader.Read(File.ReadAllBytes(FullPath), Name, Tag);
        foreach (var fault in read.Faults.Where(fault => fault.Severity == FaultSeverity.Warning))
            _context.Terminal.Warn(fault.ToString());
        return read.File ?? throw new CommandException(ExitCodes.Usage, string.Join("\n", read.Faults.Select(fault => fault.ToString())), $"Correct {Name} first.");
    }

    /// <summary>Changes the backlog while no one else does.</summary>
    /// <param name="change">Makes the new backlog of the present one.</param>
    /// <param name="stop">Ends waiting for another writer.</param>
    public async Task<BacklogFile> ChangeAsync(Func<Backlog, Backlog> change, CancellationToken stop)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FullPath)!);
        await using var turn = await WaitForTurnAsync(stop);
        var file = Read();
        var changed = file.With(change(file.Backlog));
        var text = changed.Write();

        // What was written must be readable: a dependency that closes a circle is refused before it reaches the disk.
        var faults = BacklogReader.Read(System.Text.Encoding.UTF8.GetBytes(text), Name, file.Tag).Faults.Where(fault => fault.Severity == FaultSeverity.Error).ToList();
        if (faults.Count > 0)
            throw new CommandException(ExitCodes.Usage, string.Join("\n", faults.Select(fault => fault.Message)), "Nothing was changed.");
        var aside = $"{FullPath}.{Environment.ProcessId}.new";
        await File.WriteAllTextAsync(aside, text, stop);
        File.Move(aside, FullPath, overwrite: true);
        return changed;
    }

    /// <summary>The task that a person means.</summary>
    public static string Find(Backlog backlog, string id) => backlog.Find(id.Trim()) is { } task
        ? task.Id
        : throw new CommandException(ExitCodes.Usage, $"The backlog has no task '{id}'.", "See 'orchestrate tasks list'.");

    // An open file that nobody else may open is the lock: the system frees it when its holder dies. It stays, since removing it would let two in at once;
    // in the git directory it is in nobody's way.
    private async Task<FileStream> WaitForTurnAsync(CancellationToken stop)
    {
        var name = _context.FindRepository() is { } repository ? Path.Combine(repository.GitDirectory, "orchestrator-backlog-turn") : FullPath + ".turn";
        var started = _context.Time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(name, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.None);
            }
            catch (IOException) when (_context.Time.GetElapsedTime(started) < LongestWait)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), _context.Time, stop);
            }
            catch (IOException)
            {
                throw new CommandException(ExitCodes.Resumable, $"Another program has been changing {Name} for {LongestWait.TotalSeconds:0} seconds.", "Try again when it has ended.");
            }
        }
    }

    private string? CurrentTag()
    {
        var state = Path.Combine(_root, ".taskmaster", "state.json");
        return Name.StartsWith(".taskmaster", StringComparison.Ordinal) && File.Exists(state) ? BacklogPlanReader.CurrentTag(File.ReadAllBytes(FullPath), File.ReadAllBytes(state)) : null;
    }
}
