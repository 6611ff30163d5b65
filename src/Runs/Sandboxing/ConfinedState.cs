namespace Orchestrator.Runs.Sandboxing;

/// <summary>Private state of a sandboxed agent, with conversations and logs in its own folder in place of the shared one. The agent's own
/// conversation is copied in before it starts and copied back when it has ended. Everything else is discarded.</summary>
/// <param name="runner">Kind of agent.</param>
/// <param name="folder">Absolute path of the private folder.</param>
public sealed class ConfinedState(IAgentRunner runner, string folder)
{
    private const int LargestConversation = 512 * 1024 * 1024;

    /// <summary>Absolute path of the private folder.</summary>
    public string Folder => folder;

    /// <summary>Copies the conversation that the agent continues into the private folder.</summary>
    /// <param name="session">Id of the conversation, or null or empty for none.</param>
    public void BringIn(string? session)
    {
        OwnFolder.Ensure(folder);
        if (
            session is { Length: > 0 }
            && runner.HasConversationFiles
            && runner.FindConversation(session) is { } file
            && NameOf(file) is { } name
        )
        {
            if (RegularFile.TryRead(file, LargestConversation) is { } content)
            {
                var place = Path.Combine(folder, name);
                OwnFolder.Ensure(Path.GetDirectoryName(place)!);
                OwnFile.Write(place, content);
            }
        }
    }

    /// <summary>Returns the file of a conversation that the agent has started or continued, or null if it does not exist.</summary>
    public string? Find(string session) => runner.FindConversation(session, folder);

    /// <summary>Copies the agent's conversation to the user's conversations. An existing conversation is only ever extended.</summary>
    /// <param name="session">Id of the conversation, or null or empty for none.</param>
    /// <returns>Message if the conversation was not copied, or empty if it was copied or does not exist.</returns>
    public string TakeOver(string? session)
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
        if (new WorktreeFiles(folder).TryRead(name, LargestConversation) is not { } content)
        {
            return $"The agent's conversation {session} is no regular file, or larger than 512 MB, and was not copied to the home.";
        }
        var place = Path.Combine(runner.State.Root, name);
        if (RegularFile.TryRead(place, LargestConversation) is { } known && !content.AsSpan().StartsWith(known))
        {
            return $"The agent's conversation {session} does not continue {place}, and was not copied there.";
        }
        OwnFolder.Ensure(Path.GetDirectoryName(place)!);
        OwnFile.Write(place, content);
        return "";
    }

    /// <summary>Removes the private folder, after the agent has ended.</summary>
    public void Remove() => FolderRemover.Remove(folder);

    private string? NameOf(string file) =>
        runner.State.Private.Any(path => file.StartsWith(path + "/", StringComparison.Ordinal)) ? runner.State.NameOf(file) : null;
}
