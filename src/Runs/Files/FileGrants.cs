namespace Orchestrator.Runs;

/// <summary>A file that was granted to a task beyond the plan.</summary>
/// <param name="Path">The file, or a folder with all below it; relative to the repository.</param>
public sealed record LentFile(string Task, string Path);

/// <summary>Files that were granted to tasks of a run: a file of the run's folder, one writer at a time. A grant ends with its task. The
/// check of a task's work uses the run's own record (<see cref="TaskInput.Lent"/>); this file is for everything else.</summary>
public sealed class FileGrants(RunFolder folder)
{
    private readonly ListFile<LentFile> _file = new(Path.Combine(folder.Path, "lent.json"), FileGrantsJson.Default.IReadOnlyListLentFile);

    /// <summary>All grants, also those of tasks that have ended.</summary>
    public IReadOnlyList<LentFile> Read() => _file.Read();

    /// <summary>Grants of a task.</summary>
    public IReadOnlyList<string> Of(string task) => [.. Read().Where(lent => lent.Task == task).Select(lent => lent.Path)];

    /// <summary>Grants a file, under the file's lock.</summary>
    /// <param name="wanted">Task and file.</param>
    /// <param name="refuse">Why the file can't be granted, given the present grants; null: it can.</param>
    /// <param name="stop">Ends the waiting for others.</param>
    /// <returns>Why not; null: it is granted.</returns>
    public async Task<string?> LendAsync(LentFile wanted, Func<IReadOnlyList<LentFile>, string?> refuse, CancellationToken stop)
    {
        string? refusal = null;
        await _file.ChangeAsync(lent => lent.Contains(wanted) || (refusal = refuse(lent)) is not null ? lent : [.. lent, wanted], stop);
        return refusal;
    }

    /// <summary>The task with its granted files added to what it may write.</summary>
    /// <param name="task">As the plan has it.</param>
    /// <param name="lent">The granted files.</param>
    public static PlanTask With(PlanTask task, IReadOnlyList<string> lent) =>
        lent.Count == 0 || task.FilesWrite is not { } own ? task : task with { FilesWrite = [.. own.Union(lent, StringComparer.Ordinal)] };
}

[JsonSerializable(typeof(IReadOnlyList<LentFile>))]
internal sealed partial class FileGrantsJson : JsonSerializerContext;
