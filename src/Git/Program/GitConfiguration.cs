namespace Orchestrator.Git.Program;

/// <summary>Name and email address of an author or committer.</summary>
public sealed record GitIdentity(string Name, string Email);

/// <summary>Effective settings of a repository, from all configuration levels.</summary>
public sealed class GitConfiguration
{
    private readonly Dictionary<string, string> _values;

    private GitConfiguration(Dictionary<string, string> values) => _values = values;

    /// <summary>Configuration without settings.</summary>
    internal static GitConfiguration None { get; } = new([]);

    /// <summary>
    /// Name and email address of the author from the environment or the settings, or null if git would have to guess them.
    /// </summary>
    internal GitIdentity? Identity =>
        (Environment.GetEnvironmentVariable("GIT_AUTHOR_NAME") ?? Get("author.name") ?? Get("user.name")) is { Length: > 0 } name
        && (Environment.GetEnvironmentVariable("GIT_AUTHOR_EMAIL") ?? Get("author.email") ?? Get("user.email")) is { Length: > 0 } email
            ? new GitIdentity(name, email)
            : null;

    /// <summary>Names of all settings, with section and key in lower case.</summary>
    internal IEnumerable<string> Names => _values.Keys;

    /// <summary>
    /// Returns the effective (last) value of a setting, or null if it is not set. Returns "true" for a setting that is listed without a
    /// value.
    /// </summary>
    public string? Get(string name) => _values.GetValueOrDefault(name);

    /// <summary>Returns the command in a setting, or null if the setting is missing or empty.</summary>
    internal string? Command(string name) => Get(name) is { Length: > 0 } command ? command : null;

    /// <summary>Parses the output of <c>git config --list -z</c>, in which each entry is name, newline, value and NUL.</summary>
    internal static GitConfiguration Parse(GitCommandResult output)
    {
        var values = new Dictionary<string, string>();
        foreach (var entry in output.Text.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Parse(entry);
            values[name] = value ?? "true";
        }
        return new GitConfiguration(values);
    }

    /// <summary>Parses one entry of <c>git config --list -z</c>. The value is null if the setting is listed without a value.</summary>
    internal static (string Name, string? Value) Parse(string entry)
    {
        var end = entry.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? (entry, null) : (entry[..end], entry[(end + 1)..]);
    }
}
