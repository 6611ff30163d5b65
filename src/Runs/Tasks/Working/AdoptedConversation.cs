namespace Orchestrator.Runs.Tasks;

/// <summary>
/// The copy of a user's conversation that the first agent of a task continues. The copy's file name in the task's folder is the id of the
/// conversation. Only the user can read the copy, because it contains everything that the agent has read.
/// </summary>
/// <param name="folder">The run's folder.</param>
/// <param name="task">Id of the task.</param>
public sealed class AdoptedConversation(RunFolder folder, string task)
{
    private string Folder => Path.Combine(folder.Task(task), "conversation");

    /// <summary>Returns the absolute path of the conversation's copy, or null if the task has no copy.</summary>
    public string? Find() =>
        Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder, "*.jsonl").Order(StringComparer.Ordinal).FirstOrDefault() : null;

    /// <summary>Stores a copy of the conversation for the task. An earlier copy is replaced.</summary>
    /// <param name="id">Id of the conversation.</param>
    /// <param name="content">Content of the conversation's file.</param>
    public void Store(string id, ReadOnlyMemory<byte> content)
    {
        var path = Path.Combine(Folder, id + ".jsonl");
        DurableFile.Write(path, content.Span);
        SymlinkSafeFileWriter.KeepPrivate(path);
        foreach (var other in Directory.EnumerateFiles(Folder, "*.jsonl").Where(other => other != path).ToList())
        {
            File.Delete(other);
        }
    }
}
