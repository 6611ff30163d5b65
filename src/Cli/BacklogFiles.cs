using Orchestrator.Backlogs;
using Orchestrator.Plans;
using Orchestrator.Plans.Readers.Backlogs;

namespace Orchestrator.Cli;

/// <summary>The backlog of the repository that a command was called in, with faults said to the person.</summary>
internal sealed class BacklogFiles
{
    /// <summary>The option that names the tag of a backlog; only commands that work on one have it.</summary>
    public const string TagOption = "--tag";

    private readonly CommandContext _context;
    private readonly BacklogStore _store;
    private readonly string? _tag;

    public BacklogFiles(CommandContext context, string? tag)
    {
        _context = context;
        var repository = context.FindRepository();
        _store = new BacklogStore(
            repository is { IsBare: false } ? repository.Root : context.Directory,
            repository?.GitDirectory,
            context.Time
        );
        _tag = tag ?? _store.CurrentTag;
    }

    /// <summary>The file, relative to the repository.</summary>
    public string Name => _store.Name;

    /// <summary>There is such a file.</summary>
    public bool Exists => _store.Exists;

    /// <summary>The file's absolute path.</summary>
    public string FullPath => _store.FullPath;

    /// <summary>
    /// Reads the backlog; an empty one where there is no file. What is wrong with single tasks is said, and stops nothing.
    /// </summary>
    /// <exception cref="CommandException">The file can't be read; all its errors are named.</exception>
    public BacklogFile Read() => Read(out _);

    /// <summary>The same, with what is wrong with single tasks.</summary>
    public BacklogFile Read(out IReadOnlyList<PlanFault> faults)
    {
        var read = _store.Read(_tag);
        faults = read.Faults;
        foreach (var fault in read.File is null ? read.Faults.Except(read.Errors) : read.Faults)
        {
            _context.Terminal.Warn(fault.ToPlainText());
        }
        return read.File
            ?? throw new CommandException(
                ExitCodes.Usage,
                string.Join("\n", read.Faults.Select(fault => fault.ToString())),
                $"Correct {Name} first."
            );
    }

    /// <summary>Changes the backlog while no one else does.</summary>
    /// <param name="change">Makes the new backlog of the present one.</param>
    /// <param name="stop">Ends waiting for another writer.</param>
    /// <exception cref="CommandException">The present or the new backlog has errors, or another program writes for too long. Nothing was
    /// changed.</exception>
    public async Task<BacklogFile> ChangeAsync(Func<Backlog, Backlog> change, CancellationToken stop)
    {
        // One that is begun outside of a repository would be found by no run.
        if (!Exists)
        {
            _context.RequireRepository();
        }
        Read();
        try
        {
            var changed = await _store.ChangeAsync(_tag, change, stop);
            return changed.File
                ?? throw new CommandException(
                    ExitCodes.Usage,
                    string.Join("\n", changed.Faults.Select(fault => fault.Message)),
                    "Nothing was changed."
                );
        }
        catch (BacklogBusyException busy)
        {
            throw new CommandException(ExitCodes.Resumable, busy.Message, "Try again when it has ended.");
        }
    }

    /// <summary>The task that a person means.</summary>
    public static string Find(Backlog backlog, string id) =>
        backlog.Find(id.Trim()) is { } task
            ? task.Id
            : throw new CommandException(ExitCodes.Usage, $"The backlog has no task '{id}'.", "See 'orchestrate tasks list'.");
}
