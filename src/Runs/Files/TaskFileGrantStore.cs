namespace Orchestrator.Runs;

/// <summary>A file that a task may write in addition to the files in the plan.</summary>
/// <param name="Path">Path of a file, or of a folder with all its content, relative to the repository.</param>
public sealed record GrantedFile(string Task, string Path);

/// <summary>
/// Stores the files that were granted to a run's tasks, in a file in the run's folder. A grant ends with its task. Verification of a task's
/// changes uses the workflow's own record (<see cref="TaskWorkflowInput.Lent"/>) instead of this file.
/// </summary>
public sealed class TaskFileGrantStore(RunFolder folder)
{
    private readonly JsonListFile<GrantedFile> _file = new(
        Path.Combine(folder.Path, "lent.json"),
        TaskFileGrantJsonContext.Default.IReadOnlyListGrantedFile
    );

    /// <summary>Reads all file grants, including those of ended tasks.</summary>
    public IReadOnlyList<GrantedFile> Read() => _file.Read();

    /// <summary>Returns the paths that are granted to a task.</summary>
    public IReadOnlyList<string> Of(string task) => [.. Read().Where(lent => lent.Task == task).Select(lent => lent.Path)];

    /// <summary>
    /// Grants a file to a task, unless the caller's check against the current grants refuses it. A lock prevents concurrent grants.
    /// </summary>
    /// <param name="wanted">The task and the file.</param>
    /// <param name="refuse">Returns the reason for a refusal under the current grants, or null if the file can be granted.</param>
    /// <param name="stop">Cancels waiting for another writer.</param>
    /// <returns>The reason for the refusal, or null if the file was granted.</returns>
    public async Task<string?> GrantAsync(GrantedFile wanted, Func<IReadOnlyList<GrantedFile>, string?> refuse, CancellationToken stop)
    {
        string? refusal = null;
        await _file.ChangeAsync(lent => lent.Contains(wanted) || (refusal = refuse(lent)) is not null ? lent : [.. lent, wanted], stop);
        return refusal;
    }

    /// <summary>Returns a copy of a task that may also write its granted files.</summary>
    /// <param name="task">The task in the plan.</param>
    /// <param name="lent">Paths that are granted to the task.</param>
    public static PlanTask With(PlanTask task, IReadOnlyList<string> lent) =>
        lent.Count == 0 || task.FilesWrite is not { } own ? task : task with { FilesWrite = [.. own.Union(lent, StringComparer.Ordinal)] };
}

[JsonSerializable(typeof(IReadOnlyList<GrantedFile>))]
internal sealed partial class TaskFileGrantJsonContext : JsonSerializerContext;
