namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Stores copies of the conversations of a task's agents in the task's folder. Copies are needed because the agent programs' own files may
/// be lost, or may exist only on another host.
/// </summary>
public static class ConversationStore
{
    /// <summary>
    /// Extension of a marker file next to a conversation. The marker means that the conversation arrived from another host after an agent
    /// last continued it on this host. The marker is never sent to another host.
    /// </summary>
    internal const string Arrived = ".arrived";

    /// <summary>
    /// Extension of the file that keeps an older version of the conversation on this host. The file is never sent to another host.
    /// </summary>
    internal const string Before = ".before";

    private const string Extension = ".jsonl";

    /// <summary>Returns the absolute path of the copy of a conversation.</summary>
    /// <param name="session">Id of the conversation.</param>
    public static string PathOf(RunFolder folder, string taskId, string session) =>
        Path.Combine(FolderOf(folder, taskId), session + Extension);

    /// <summary>Finds the conversation that was continued last. Returns null if no copy exists.</summary>
    /// <returns>Id of the conversation, and absolute path of the copy.</returns>
    public static (string Session, string File)? FindLast(RunFolder folder, string taskId) =>
        All(folder, taskId).MaxBy(File.GetLastWriteTimeUtc) is { } file ? (Path.GetFileNameWithoutExtension(file), file) : null;

    /// <summary>
    /// Marks the copies as received from another host. The agent programs' own files on this host are then older, or belong to abandoned
    /// work.
    /// </summary>
    public static void MarkArrived(RunFolder folder, string taskId)
    {
        foreach (var kept in All(folder, taskId).ToList())
        {
            DurableFile.Write(kept + Arrived, "");
        }
    }

    /// <summary>
    /// Copies a stored conversation to the place where the agent program expects it, unless a newer one exists there. Conversations of
    /// other worktrees are ignored.
    /// </summary>
    /// <param name="runner">Runner for the agent's program.</param>
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
            OrchestratorFolderCreator.Ensure(Path.GetDirectoryName(place)!);
            DurableFile.Write(place, File.ReadAllBytes(PathOf(folder, taskId, session)));
        }
        // The marker is removed last, so that a crash causes the copy to be repeated.
        File.Delete(arrived);
    }

    private static IEnumerable<string> All(RunFolder folder, string taskId) =>
        Directory.Exists(FolderOf(folder, taskId)) ? Directory.EnumerateFiles(FolderOf(folder, taskId), "*" + Extension) : [];

    private static string FolderOf(RunFolder folder, string taskId) => Path.Combine(folder.Task(taskId), "conversations");
}
