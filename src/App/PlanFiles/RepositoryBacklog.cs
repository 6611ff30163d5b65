using System.Text.Json.Nodes;
using Orchestrator.Plans.Readers.Backlogs;
using Orchestrator.Runs.Backlogs;

namespace Orchestrator.App.PlanFiles;

/// <summary>The parsed content of a backlog file.</summary>
public sealed class ParsedBacklogFile
{
    private readonly BacklogFile _file;

    public ParsedBacklogFile(BacklogFile file, IReadOnlyList<PlanFault> faults)
    {
        _file = file;
        Faults = faults;
    }

    /// <summary>The tasks of the backlog.</summary>
    public Backlog Backlog => _file.Backlog;

    /// <summary>Errors in individual tasks of the backlog file.</summary>
    public IReadOnlyList<PlanFault> Faults { get; }

    /// <summary>
    /// Returns a task or subtask as JSON with all fields that it has in the file, including fields written by other tools.
    /// </summary>
    /// <param name="id">Id of the task or subtask.</param>
    public JsonObject ToJson(string id) => _file.ToJson(id);
}

/// <summary>The backlog of the repository in which a command is run, or of the command's folder if it is not in a repository.</summary>
public sealed class RepositoryBacklog
{
    private readonly LocalRepositoryPaths? _repository;
    private readonly string _directory;
    private readonly BacklogStore _store;
    private readonly string? _tag;
    private readonly Action<string> _warn;

    /// <summary>Locates the backlog without creating anything.</summary>
    /// <param name="repository">The repository, or null if the folder is not in a repository.</param>
    /// <param name="directory">Folder in which the command is run.</param>
    /// <param name="tag">The tag in a file with tags, or null for the current tag.</param>
    /// <param name="time">The clock.</param>
    /// <param name="warn">Called for each error in an individual task. Such an error is only a warning.</param>
    public RepositoryBacklog(LocalRepositoryPaths? repository, string directory, string? tag, TimeProvider time, Action<string> warn)
    {
        _repository = repository;
        _directory = directory;
        _warn = warn;
        _store = new BacklogStore(repository is { IsBare: false } ? repository.WorkTree : directory, repository?.GitDirectory, time);
        _tag = tag ?? _store.CurrentTag;
    }

    /// <summary>Path of the backlog file, relative to the repository.</summary>
    public string Name => _store.Name;

    /// <summary>True if the backlog file exists.</summary>
    public bool Exists => _store.Exists;

    /// <summary>Absolute path of the backlog file.</summary>
    public string FullPath => _store.FullPath;

    /// <summary>Reads the backlog. Returns an empty backlog if the file does not exist.</summary>
    /// <exception cref="UserRequestRefusedException">The file is unreadable; the message lists all errors.</exception>
    public ParsedBacklogFile Read()
    {
        var read = _store.Read(_tag);
        foreach (var fault in read.File is null ? read.Faults.Except(read.Errors) : read.Faults)
        {
            _warn(fault.ToPlainText());
        }
        return read.File is { } file
            ? new ParsedBacklogFile(file, read.Faults)
            : throw new UserRequestRefusedException(
                string.Join("\n", read.Faults.Select(fault => fault.ToString())),
                $"Correct {Name} first."
            );
    }

    /// <summary>Changes the backlog while holding the file's lock.</summary>
    /// <param name="change">Returns the new backlog from the current one.</param>
    /// <param name="stop">Cancels waiting for another writer.</param>
    /// <exception cref="UserRequestRefusedException">The current or the new backlog has errors, or another program holds the lock too long.
    /// The file is unchanged.</exception>
    public async Task<ParsedBacklogFile> ChangeAsync(Func<Backlog, Backlog> change, CancellationToken stop)
    {
        // A backlog outside a repository would never be found by a run.
        if (!Exists && LocalRepositoryPaths.RefusalOf(_repository, _directory) is { } refusal)
        {
            throw new UserRequestRefusedException(refusal.Why, refusal.Cure);
        }
        Read();
        try
        {
            var changed = await _store.ChangeAsync(_tag, change, stop);
            return changed.File is { } file
                ? new ParsedBacklogFile(file, changed.Faults)
                : throw new UserRequestRefusedException(
                    string.Join("\n", changed.Faults.Select(fault => fault.Message)),
                    "The backlog was not changed."
                );
        }
        catch (BacklogBusyException busy)
        {
            throw new UserRequestRefusedException(busy.Message, "Run the command again when the other process has ended.")
            {
                IsPassing = true,
            };
        }
    }

    /// <summary>Returns the full id of the task that a user's input identifies.</summary>
    /// <exception cref="UserRequestRefusedException">No task has this id.</exception>
    public static string Find(Backlog backlog, string id) =>
        backlog.Find(id.Trim()) is { } task
            ? task.Id
            : throw new UserRequestRefusedException($"The backlog has no task '{id}'.", "See 'orchestrate tasks list'.");
}
