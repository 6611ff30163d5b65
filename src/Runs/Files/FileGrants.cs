namespace Orchestrator.Runs;

/// <summary>A file that was granted to a task beyond the plan.</summary>
/// <param name="Path">The file, or a folder with everything below it; relative to the repository.</param>
public sealed record GrantedFile(string Task, string Path);

/// <summary>Files that were granted to a run's tasks, stored in the run's folder with one writer at a time. A grant ends with its task.
/// The check of a task's changes uses the run's own record (<see cref="TaskInput.Lent"/>); everything else uses this file.</summary>
public sealed class FileGrants(RunFolder folder)
{
    private readonly ListFile<GrantedFile> _file = new(
        Path.Combine(folder.Path, "lent.json"),
        FileGrantsJson.Default.IReadOnlyListGrantedFile
    );

    /// <summary>Reads all grants, including those of finished tasks.</summary>
    public IReadOnlyList<GrantedFile> Read() => _file.Read();

    /// <summary>Returns the files granted to a task.</summary>
    public IReadOnlyList<string> Of(string task) => [.. Read().Where(lent => lent.Task == task).Select(lent => lent.Path)];

    /// <summary>Grants a file under the lock of the grant file.</summary>
    /// <param name="wanted">The task and the file.</param>
    /// <param name="refuse">Returns the reason for a refusal given the current grants, or null to grant.</param>
    /// <param name="stop">Cancels waiting for another writer.</param>
    /// <returns>The reason for the refusal, or null if the file was granted.</returns>
    public async Task<string?> LendAsync(GrantedFile wanted, Func<IReadOnlyList<GrantedFile>, string?> refuse, CancellationToken stop)
    {
        string? refusal = null;
        await _file.ChangeAsync(lent => lent.Contains(wanted) || (refusal = refuse(lent)) is not null ? lent : [.. lent, wanted], stop);
        return refusal;
    }

    /// <summary>Returns the task with granted files added to its writable files.</summary>
    /// <param name="task">The task as planned.</param>
    /// <param name="lent">The granted files.</param>
    public static PlanTask With(PlanTask task, IReadOnlyList<string> lent) =>
        lent.Count == 0 || task.FilesWrite is not { } own ? task : task with { FilesWrite = [.. own.Union(lent, StringComparer.Ordinal)] };
}

[JsonSerializable(typeof(IReadOnlyList<GrantedFile>))]
internal sealed partial class FileGrantsJson : JsonSerializerContext;
