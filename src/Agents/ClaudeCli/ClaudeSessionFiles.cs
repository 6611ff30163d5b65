namespace Orchestrator.Agents.ClaudeCli;

/// <summary>Where the CLI keeps its conversations: <c>projects/DIRECTORY/SESSION.jsonl</c> in its folder. The directory's name is an
/// encoding of the working directory that cannot be turned back; since a session's id is unique it is looked for in all of them.</summary>
internal static class ClaudeSessionFiles
{
    internal static string? Find(string configDirectory, string sessionId)
    {
        var projects = Path.Combine(configDirectory, "projects");
        return Directory.Exists(projects)
            ? Directory
                .EnumerateDirectories(projects)
                .Select(folder => Path.Combine(folder, sessionId + ".jsonl"))
                .FirstOrDefault(File.Exists)
            : null;
    }
}
