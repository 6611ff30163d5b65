namespace Orchestrator.Runs.Tasks;

/// <summary>A person's conversation that a task's first agent goes on with: a copy in the task's folder, named by the conversation's id,
/// for its owner alone, since such files hold whatever was read. The original is never written.</summary>
/// <param name="folder">The run's folder.</param>
/// <param name="task">Id of the task.</param>
public sealed class AdoptedConversation(RunFolder folder, string task)
{
    private string Folder => Path.Combine(folder.Task(task), "conversation");

    /// <summary>Absolute path of the copy; null: the task has none.</summary>
    public string? Find() =>
        Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder, "*.jsonl").Order(StringComparer.Ordinal).FirstOrDefault() : null;

    /// <summary>Stores it in place of an earlier one.</summary>
    /// <param name="id">The conversation's id.</param>
    /// <param name="content">All of its file.</param>
    public void Store(string id, ReadOnlyMemory<byte> content)
    {
        var path = Path.Combine(Folder, id + ".jsonl");
        DurableFile.Write(path, content.Span);
        OwnFile.KeepPrivate(path);
        foreach (var other in Directory.EnumerateFiles(Folder, "*.jsonl").Where(other => other != path).ToList())
        {
            File.Delete(other);
        }
    }
}
