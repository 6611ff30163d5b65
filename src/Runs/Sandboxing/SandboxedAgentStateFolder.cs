namespace Orchestrator.Runs.Sandboxing;

/// <summary>
/// The private state folder of a sandboxed agent. The agent sees this folder instead of the user's shared folder of conversations and logs.
/// The agent's conversation is copied in before the agent starts and copied back after it ends. All other files in the private folder are
/// discarded.
/// </summary>
/// <param name="runner">Runner for the agent's program.</param>
/// <param name="folder">Absolute path of the private folder.</param>
public sealed class SandboxedAgentStateFolder(IAgentRunner runner, string folder)
{
    private const int LargestConversation = 512 * 1024 * 1024;

    /// <summary>Absolute path of the private folder.</summary>
    public string Folder => folder;

    /// <summary>Copies a conversation to the private folder, so that the agent can continue the conversation there.</summary>
    /// <param name="session">Id of the conversation, or null or empty if the agent starts a new one.</param>
    public void CopyConversationIn(string? session)
    {
        OrchestratorFolderCreator.Ensure(folder);
        if (
            session is { Length: > 0 }
            && runner.HasConversationFiles
            && runner.FindConversation(session) is { } file
            && NameOf(file) is { } name
        )
        {
            if (RegularFileReader.TryRead(file, LargestConversation) is { } content)
            {
                var place = Path.Combine(folder, name);
                OrchestratorFolderCreator.Ensure(Path.GetDirectoryName(place)!);
                SymlinkSafeFileWriter.Write(place, content);
            }
        }
    }

    /// <summary>
    /// Returns the path of the file that stores the conversation that the agent started or continued, or null if the file does not exist.
    /// </summary>
    public string? Find(string session) => runner.FindConversation(session, folder);

    /// <summary>
    /// Copies the agent's conversation back to the user's conversations. An existing conversation is only extended, never replaced.
    /// </summary>
    /// <param name="session">Id of the conversation, or null or empty if there is none.</param>
    /// <returns>Reason why the conversation was not copied. Empty if it was copied or does not exist.</returns>
    public string CopyConversationBack(string? session)
    {
        if (
            session is not { Length: > 0 }
            || !runner.HasConversationFiles
            || runner.FindConversation(session, folder) is not { } file
            || !file.StartsWith(folder + "/", StringComparison.Ordinal)
        )
        {
            return "";
        }
        var name = Path.GetRelativePath(folder, file);
        if (new WorktreeFileReaderAndWriter(folder).TryRead(name, LargestConversation) is not { } content)
        {
            return $"The agent's conversation {session} is not a regular file or is larger than 512 MB, so it was not copied to the "
                + "home folder.";
        }
        var place = Path.Combine(runner.State.Root, name);
        if (RegularFileReader.TryRead(place, LargestConversation) is { } known && !content.AsSpan().StartsWith(known))
        {
            return $"The agent's conversation {session} is not a continuation of the one at {place}, so it was not copied there.";
        }
        OrchestratorFolderCreator.Ensure(Path.GetDirectoryName(place)!);
        SymlinkSafeFileWriter.Write(place, content);
        return "";
    }

    /// <summary>Removes the private folder. Call this after the agent has ended.</summary>
    public void Remove() => FolderRemover.Remove(folder);

    private string? NameOf(string file) =>
        runner.State.Private.Any(path => file.StartsWith(path + "/", StringComparison.Ordinal)) ? runner.State.NameOf(file) : null;
}
