namespace Orchestrator.Runs.Tasks;

/// <summary>The conversations of a task's agents, kept in its folder: the agent program's own files may be gone, or on another
/// machine.</summary>
internal static class KeptConversations
{
    /// <summary>Ending of a file beside one that has come from another machine since its agent was here last; it stays on this
    /// machine.</summary>
    internal const string Arrived = ".arrived";

    /// <summary>Ending of the file with what its agent had here before; it stays on this machine.</summary>
    internal const string Before = ".before";

    private const string Extension = ".jsonl";

    /// <summary>Absolute path of one.</summary>
    /// <param name="session">Its id.</param>
    public static string PathOf(RunFolder folder, string taskId, string session) =>
        Path.Combine(FolderOf(folder, taskId), session + Extension);

    /// <summary>The conversation that went on last; null: none is kept.</summary>
    /// <returns>Its id and its file.</returns>
    public static (string Session, string File)? FindLast(RunFolder folder, string taskId) =>
        All(folder, taskId).MaxBy(File.GetLastWriteTimeUtc) is { } file ? (Path.GetFileNameWithoutExtension(file), file) : null;

    /// <summary>The kept ones are what another machine has shared: what is where their agents look for them is older, or of work that was
    /// given up.</summary>
    public static void MarkArrived(RunFolder folder, string taskId)
    {
        foreach (var kept in All(folder, taskId).ToList())
        {
            DurableFile.Write(kept + Arrived, "");
        }
    }

    /// <summary>Puts a kept conversation where its agent looks for it, unless there is one already that went on here: that of another
    /// worktree does not count.</summary>
    /// <param name="runner">The kind of agent.</param>
    /// <param name="folder">The run's folder.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="session">The conversation.</param>
    /// <param name="worktree">Absolute path of the worktree that the agent works in.</param>
    /// <exception cref="IOException">It can't be put there.</exception>
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
        // Last: until then it is put there once more.
        File.Delete(arrived);
    }

    private static IEnumerable<string> All(RunFolder folder, string taskId) =>
        Directory.Exists(FolderOf(folder, taskId)) ? Directory.EnumerateFiles(FolderOf(folder, taskId), "*" + Extension) : [];

    private static string FolderOf(RunFolder folder, string taskId) => Path.Combine(folder.Task(taskId), "conversations");
}
