namespace Orchestrator.Runs.Tasks;

/// <summary>Copy of a user's conversation that a task's first agent continues. It is in the task's folder, named by the conversation's id,
/// and readable only by its owner, because conversations contain everything that was read. The original is never written.</summary>
/// <param name="folder">The run's folder.</param>
/// <param name="task">Id of the task.</param>
public sealed class AdoptedConversation(RunFolder folder, string task)
{
    private string Folder => Path.Combine(folder.Task(task), "conversation");

    /// <summary>Returns the absolute path of the copy, or null if the task has none.</summary>
    public string? Find() =>
        Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder, "*.jsonl").Order(StringComparer.Ordinal).FirstOrDefault() : null;

    /// <summary>Stores the copy, replacing an earlier one.</summary>
    /// <param name="id">Id of the conversation.</param>
    /// <param name="content">Content of the conversation's file.</param>
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
