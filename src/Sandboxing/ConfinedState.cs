namespace Orchestrator.Sandboxing;

/// <summary>The private state of one confined agent: conversations and logs in a folder of its own in place of the shared one. Its own
/// conversation is brought in before it starts and taken over when it has ended; everything else is dropped.</summary>
/// <param name="runner">The kind of agent.</param>
/// <param name="folder">Absolute path of the private folder.</param>
public sealed class ConfinedState(IAgentRunner runner, string folder)
{
    private const int LargestConversation = 512 * 1024 * 1024;

    /// <summary>Absolute path of the private folder.</summary>
    public string Folder => folder;

    /// <summary>Copies the conversation that the agent continues.</summary>
    /// <param name="session">Its id; null or empty for none.</param>
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

    /// <summary>The file of a conversation that the agent has begun or continued; null for none.</summary>
    public string? Find(string session) => runner.FindConversation(session, folder);

    /// <summary>Copies the agent's conversation to the user's conversations. One that is there is only ever made longer.</summary>
    /// <param name="session">The conversation's id; null or empty for none.</param>
    /// <returns>A sentence if the conversation was not copied; empty if it was, or there is none.</returns>
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
