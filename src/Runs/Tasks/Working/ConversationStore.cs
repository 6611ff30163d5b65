namespace Orchestrator.Runs.Tasks;

/// <summary>Conversations of a task's agents, kept in the task's folder, because the agent program's own files may be lost or on another
/// host.</summary>
internal static class ConversationStore
{
    /// <summary>Extension of a marker next to a conversation that arrived from another host since its agent last ran here. It never leaves
    /// this host.</summary>
    internal const string Arrived = ".arrived";

    /// <summary>Extension of the file with the agent's older conversation on this host. It never leaves this host.</summary>
    internal const string Before = ".before";

    private const string Extension = ".jsonl";

    /// <summary>Returns the absolute path of a conversation.</summary>
    /// <param name="session">Id of the conversation.</param>
    public static string PathOf(RunFolder folder, string taskId, string session) =>
        Path.Combine(FolderOf(folder, taskId), session + Extension);

    /// <summary>Finds the conversation that was continued last, or returns null if none is kept.</summary>
    /// <returns>Id and file of the conversation.</returns>
    public static (string Session, string File)? FindLast(RunFolder folder, string taskId) =>
        All(folder, taskId).MaxBy(File.GetLastWriteTimeUtc) is { } file ? (Path.GetFileNameWithoutExtension(file), file) : null;

    /// <summary>Marks the kept conversations as received from another host. The agent programs' own files on this host are then older, or
    /// belong to abandoned work.</summary>
    public static void MarkArrived(RunFolder folder, string taskId)
    {
        foreach (var kept in All(folder, taskId).ToList())
        {
            DurableFile.Write(kept + Arrived, "");
        }
    }

    /// <summary>Copies a kept conversation to where its agent expects it, unless a newer one already exists there. The conversation of
    /// another worktree does not count.</summary>
    /// <param name="runner">The runner of this kind of agent.</param>
    /// <param name="folder">The run's folder.</param>
    /// <param name="taskId">Id of the task.</param>
    /// <param name="session">Id of the conversation.</param>
    /// <param name="worktree">Absolute path of the agent's worktree.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void PutBack(IAgentRunner runner, RunFolder folder, string taskId, string session, string worktree)
    {
        if (
            !Guid.TryParse(session, out _)
            || !File.Exists(PathOf(folder, taskId, session))
            || runner.PlaceOfConversation(session, GitRepository.RealPath(worktree)) is not { } place
        )
        {
            return;
        }
        var arrived = PathOf(folder, taskId, session) + Arrived;
        if (File.Exists(place) && File.Exists(arrived))
        {
            File.Move(place, PathOf(folder, taskId, session) + Before, overwrite: true);
        }
        if (!File.Exists(place))
        {
            OwnFolder.Ensure(Path.GetDirectoryName(place)!);
            DurableFile.Write(place, File.ReadAllBytes(PathOf(folder, taskId, session)));
        }
        // Last, so that the copy is repeated after a crash.
        File.Delete(arrived);
    }

    private static IEnumerable<string> All(RunFolder folder, string taskId) =>
        Directory.Exists(FolderOf(folder, taskId)) ? Directory.EnumerateFiles(FolderOf(folder, taskId), "*" + Extension) : [];

    private static string FolderOf(RunFolder folder, string taskId) => Path.Combine(folder.Task(taskId), "conversations");
}
