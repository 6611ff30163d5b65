namespace Orchestrator.Git.Program;

/// <summary>A setting as git lists it, with all includes.</summary>
/// <param name="Scope">Which file it comes from: <c>system</c>, <c>global</c>, <c>local</c>, <c>worktree</c> or <c>command</c>.</param>
/// <param name="Name">Section and key in lower case.</param>
/// <param name="Value">Null: a name without a value. Bytes as Latin-1 characters.</param>
internal sealed record ScopedSetting(string Scope, string Name, string? Value)
{
    /// <summary>The machine's or the person's.</summary>
    public bool IsPersons => Scope is "system" or "global";

    /// <summary>The repository's, or of one of its worktrees.</summary>
    public bool IsOfRepository => Scope is "local" or "worktree";

    /// <summary>All settings that are in force, in git's order.</summary>
    /// <param name="gitDirectory">The common directory, or a worktree's own.</param>
    public static async Task<IReadOnlyList<ScopedSetting>> ListAsync(
        GitRepository repository,
        string gitDirectory,
        CancellationToken cancellationToken
    )
    {
        // Not by the repository's own door: that one asks here.
        var call = new GitCall("/", [$"--git-dir={gitDirectory}", "config", "--list", "--includes", "--show-scope", "-z"])
        {
            Environment = repository.Copy?.Variables ?? new Dictionary<string, string?>(),
        };
        var fields = Encoding.Latin1.GetString((await repository.Program.ReadAsync(call, cancellationToken)).Bytes.Span).Split('\0');
        var settings = new List<ScopedSetting>(fields.Length / 2);
        for (var i = 0; i + 1 < fields.Length; i += 2)
        {
            var (name, value) = GitConfiguration.Parse(fields[i + 1]);
            settings.Add(new ScopedSetting(fields[i], name, value));
        }
        return settings;
    }
}

/// <summary>Writes settings as a configuration file of git.</summary>
internal static class GitConfigurationText
{
    /// <summary>The file's content.</summary>
    public static byte[] Write(IEnumerable<ScopedSetting> settings)
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
