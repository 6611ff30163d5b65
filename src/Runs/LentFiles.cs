namespace Orchestrator.Runs;

/// <summary>A file that a task may write although the plan does not give it to it.</summary>
/// <param name="Path">The file, or a folder with all below it; relative to the repository.</param>
internal sealed record LentFile(string Task, string Path);

/// <summary>The files that tasks of a run were lent: a file of the run's folder, one writer at a time. A loan ends with its task's end.
/// What the work of a task is judged by is the run's own record (<see cref="TaskInput.Lent"/>); this is for everybody else.</summary>
internal sealed class LentFiles(RunFolder folder)
{
    private readonly ListFile<LentFile> _file = new(Path.Combine(folder.Path, "lent.json"), LentFilesJson.Default.IReadOnlyListLentFile);

    /// <summary>All of them, also those of tasks that have ended.</summary>
    public IReadOnlyList<LentFile> Read() => _file.Read();

    /// <summary>Those of a task.</summary>
    public IReadOnlyList<string> Of(string task) => [.. Read().Where(lent => lent.Task == task).Select(lent => lent.Path)];

    /// <summary>Lends a file, with nobody in between.</summary>
    /// <param name="wanted">To whom and what.</param>
    /// <param name="refuse">Why not, of what is lent already; null: nothing speaks against it.</param>
    /// <param name="stop">Ends the waiting for others.</param>
    /// <returns>Why not; null: it is lent.</returns>
    public async Task<string?> LendAsync(LentFile wanted, Func<IReadOnlyList<LentFile>, string?> refuse, CancellationToken stop)
    {
        string? refusal = null;
        await _file.ChangeAsync(lent => lent.Contains(wanted) || (refusal = refuse(lent)) is not null ? lent : [.. lent, wanted], stop);
        return refusal;
    }

    /// <summary>A task as it is with what it was lent.</summary>
    /// <param name="task">As the plan has it.</param>
    /// <param name="lent">What it was lent.</param>
    public static PlanTask With(PlanTask task, IReadOnlyList<string> lent) =>
        lent.Count == 0 || task.FilesWrite is not { } own ? task : task with { FilesWrite = [.. own.Union(lent, StringComparer.Ordinal)] };
}

[JsonSerializable(typeof(IReadOnlyList<LentFile>))]
internal sealed partial class LentFilesJson : JsonSerializerContext;
