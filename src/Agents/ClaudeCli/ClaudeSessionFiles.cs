namespace Orchestrator.Agents.ClaudeCli;

/// <summary>
/// Finds the CLI's conversation files (<c>projects/DIRECTORY/SESSION.jsonl</c> in the CLI's folder). The directory name is a one-way
/// encoding of the working directory, so all directories are searched for the unique session id. If several directories contain the
/// conversation, the most recently changed file is used.
/// </summary>
internal static class ClaudeSessionFiles
{
    internal static string? Find(string configDirectory, string sessionId)
    {
        var projects = Path.Combine(configDirectory, "projects");
        return Directory.Exists(projects)
            ? Directory
                .EnumerateDirectories(projects)
                .Select(folder => Path.Combine(folder, sessionId + ".jsonl"))
                .Where(File.Exists)
                .MaxBy(File.GetLastWriteTimeUtc)
            : null;
    }

    /// <summary>Returns the path at which the CLI stores a conversation if the agent works in the given folder.</summary>
    /// <param name="workingDirectory">Real path of the folder, with links resolved.</param>
    internal static string PathOf(string configDirectory, string sessionId, string workingDirectory) =>
        Path.Combine(configDirectory, "projects", NameOf(workingDirectory), sessionId + ".jsonl");

    private static string NameOf(string workingDirectory)
    {
        var name = string.Concat(workingDirectory.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
        return name.Length <= LongestName
            ? name
            : $"{name[..LongestName]}-{Base36(Math.Abs((long)workingDirectory.Aggregate(0, (hash, c) => unchecked((hash * 31) + c))))}";
    }

    private static string Base36(long number)
    {
        const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";
        var text = "";
        do
        {
            text = Digits[(int)(number % Digits.Length)] + text;
            number /= Digits.Length;
        } while (number > 0);
        return text;
    }

    private const int LongestName = 200;
}
