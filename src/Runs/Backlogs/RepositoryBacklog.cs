using System.Text.Json.Nodes;
using Orchestrator.Backlogs;
using Orchestrator.Plans.Readers.Backlogs;

namespace Orchestrator.Runs.Backlogs;

/// <summary>A backlog that was read.</summary>
public sealed class BacklogContent
{
    private readonly BacklogFile _file;

    public BacklogContent(BacklogFile file, IReadOnlyList<PlanFault> faults)
    {
        _file = file;
        Faults = faults;
    }

    /// <summary>The tasks of the backlog.</summary>
    public Backlog Backlog => _file.Backlog;

    /// <summary>Faults of single tasks.</summary>
    public IReadOnlyList<PlanFault> Faults { get; }

    /// <summary>One task or subtask with the fields of the file, including those of other tools.</summary>
    /// <param name="id">Its id.</param>
    public JsonObject ToJson(string id) => _file.ToJson(id);
}

/// <summary>The backlog of a command's repository, or of its folder where there is none.</summary>
public sealed class RepositoryBacklog
{
    private readonly RepositoryLocation? _repository;
    private readonly string _directory;
    private readonly BacklogStore _store;
    private readonly string? _tag;
    private readonly Action<string> _warn;

    /// <summary>Finds it; creates nothing.</summary>
    /// <param name="repository">The repository; null where there is none.</param>
    /// <param name="directory">Where the command was called.</param>
    /// <param name="tag">The tag in a file with tags; null: the current one.</param>
    /// <param name="time">The clock.</param>
    /// <param name="warn">Called for faults of single tasks, which are only warnings.</param>
    public RepositoryBacklog(RepositoryLocation? repository, string directory, string? tag, TimeProvider time, Action<string> warn)
    {
        _repository = repository;
        _directory = directory;
        _warn = warn;
        _store = new BacklogStore(repository is { IsBare: false } ? repository.WorkTree : directory, repository?.GitDirectory, time);
        _tag = tag ?? _store.CurrentTag;
    }

    /// <summary>The file, relative to the repository.</summary>
    public string Name => _store.Name;

    /// <summary>True if the file exists.</summary>
    public bool Exists => _store.Exists;

    /// <summary>The file's absolute path.</summary>
    public string FullPath => _store.FullPath;

    /// <summary>Reads the backlog; an empty one where there is no file.</summary>
    /// <exception cref="RefusedException">The file can't be read; all its errors are named.</exception>
    public BacklogContent Read()
    {
        var read = _store.Read(_tag);
        foreach (var fault in read.File is null ? read.Faults.Except(read.Errors) : read.Faults)
        {
            _warn(fault.ToPlainText());
        }
        return read.File is { } file
            ? new BacklogContent(file, read.Faults)
            : throw new RefusedException(string.Join("\n", read.Faults.Select(fault => fault.ToString())), $"Correct {Name} first.");
    }

    /// <summary>Changes the backlog under a lock.</summary>
    /// <param name="change">Makes the new backlog of the present one.</param>
    /// <param name="stop">Ends waiting for another writer.</param>
    /// <exception cref="RefusedException">The present or the new backlog has errors, or another program writes for too long. Nothing was
    /// changed.</exception>
    public async Task<BacklogContent> ChangeAsync(Func<Backlog, Backlog> change, CancellationToken stop)
    {
        // One that is created outside of a repository would be found by no run.
        if (!Exists && RepositoryLocation.RefusalOf(_repository, _directory) is { } refusal)
        {
            throw new RefusedException(refusal.Why, refusal.Cure);
        }
        Read();
        try
        {
            var changed = await _store.ChangeAsync(_tag, change, stop);
            return changed.File is { } file
                ? new BacklogContent(file, changed.Faults)
                : throw new RefusedException(string.Join("\n", changed.Faults.Select(fault => fault.Message)), "Nothing was changed.");
        }
        catch (BacklogBusyException busy)
        {
            throw new RefusedException(busy.Message, "Try again when it has ended.") { IsPassing = true };
        }
    }

    /// <summary>The task that a person means.</summary>
    /// <exception cref="RefusedException">There is none with this id.</exception>
    public static string Find(Backlog backlog, string id) =>
        backlog.Find(id.Trim()) is { } task
            ? task.Id
            : throw new RefusedException($"The backlog has no task '{id}'.", "See 'orchestrate tasks list'.");
}
