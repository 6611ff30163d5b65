namespace Orchestrator.Git.Program;

/// <summary>A git setting and its level, as git lists it after resolving all includes.</summary>
/// <param name="Scope">Level of the file that contains the setting: <c>system</c>, <c>global</c>, <c>local</c>, <c>worktree</c> or
/// <c>command</c>.</param>
/// <param name="Name">Name with section and key in lower case.</param>
/// <param name="Value">Value, with bytes as Latin-1 characters, or null if the name has no value.</param>
internal sealed record GitSettingWithScope(string Scope, string Name, string? Value)
{
    /// <summary>True for a setting at the system or user level.</summary>
    public bool IsPersons => Scope is "system" or "global";

    /// <summary>True for a setting at the repository or worktree level.</summary>
    public bool IsOfRepository => Scope is "local" or "worktree";

    /// <summary>Lists all effective settings, in git's order.</summary>
    /// <param name="gitDirectory">The common directory, or a worktree's own.</param>
    public static async Task<IReadOnlyList<GitSettingWithScope>> ListAsync(
        GitRepository repository,
        string gitDirectory,
        CancellationToken cancellationToken
    )
    {
        // Bypasses GitRepository.ReadAsync, which itself calls this method.
        var call = new GitCommandInvocation("/", [$"--git-dir={gitDirectory}", "config", "--list", "--includes", "--show-scope", "-z"])
        {
            Environment = repository.Copy?.Variables ?? new Dictionary<string, string?>(),
        };
        var fields = Encoding.Latin1.GetString((await repository.Program.ReadAsync(call, cancellationToken)).Bytes.Span).Split('\0');
        var settings = new List<GitSettingWithScope>(fields.Length / 2);
        for (var i = 0; i + 1 < fields.Length; i += 2)
        {
            var (name, value) = GitConfiguration.Parse(fields[i + 1]);
            settings.Add(new GitSettingWithScope(fields[i], name, value));
        }
        return settings;
    }
}

/// <summary>Formats settings as the text of a git configuration file.</summary>
internal static class GitConfigFileFormatter
{
    /// <summary>Returns the content of a configuration file with the given settings.</summary>
    public static byte[] Write(IEnumerable<GitSettingWithScope> settings)
    {
        var text = new StringBuilder();
        foreach (var setting in settings)
        {
            var (first, last) = (setting.Name.IndexOf('.', StringComparison.Ordinal), setting.Name.LastIndexOf('.'));
            var (section, key) = (setting.Name[..first], setting.Name[(last + 1)..]);
            text.Append('[').Append(section);
            if (last > first)
            {
                text.Append(" \"").Append(Escape(setting.Name[(first + 1)..last])).Append('"');
            }
            text.Append("]\n\t").Append(key);
            if (setting.Value is { } value)
            {
                text.Append(" = \"").Append(Escape(value).Replace("\n", "\\n", StringComparison.Ordinal)).Append('"');
            }
            text.Append('\n');
        }
        return Encoding.Latin1.GetBytes(text.ToString());
    }

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
