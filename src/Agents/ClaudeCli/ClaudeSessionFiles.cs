namespace Orchestrator.Agents.ClaudeCli;

/// <summary>Finds the CLI's conversations: <c>projects/DIRECTORY/SESSION.jsonl</c> in its folder. The directory's name is a one-way
/// encoding of the working directory; because session ids are unique, all directories are searched.</summary>
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
