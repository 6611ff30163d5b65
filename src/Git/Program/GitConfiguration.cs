namespace Orchestrator.Git.Program;

/// <summary>A name and an address in commits.</summary>
public sealed record GitIdentity(string Name, string Email);

/// <summary>The settings of a repository, of all levels.</summary>
public sealed class GitConfiguration
{
    private readonly Dictionary<string, string> _values;

    private GitConfiguration(Dictionary<string, string> values) => _values = values;

    /// <summary>No settings.</summary>
    internal static GitConfiguration None { get; } = new([]);

    /// <summary>The committer's identity, from the environment or the settings; null if git would have to guess.</summary>
    internal GitIdentity? Identity =>
        (Environment.GetEnvironmentVariable("GIT_AUTHOR_NAME") ?? Get("author.name") ?? Get("user.name")) is { Length: > 0 } name
        && (Environment.GetEnvironmentVariable("GIT_AUTHOR_EMAIL") ?? Get("author.email") ?? Get("user.email")) is { Length: > 0 } email
            ? new GitIdentity(name, email)
            : null;

    /// <summary>The names of all settings, with section and key in lower case.</summary>
    internal IEnumerable<string> Names => _values.Keys;

    /// <summary>The effective value (the last one), or null. A name without value reads as "true".</summary>
    public string? Get(string name) => _values.GetValueOrDefault(name);

    /// <summary>A command; null where none is set, or it was set to nothing.</summary>
    internal string? Command(string name) => Get(name) is { Length: > 0 } command ? command : null;

    /// <summary>Reads <c>git config --list -z</c>: name, newline, value, NUL.</summary>
    internal static GitConfiguration Parse(GitOutput output)
    {
        var values = new Dictionary<string, string>();
        foreach (var entry in output.Text.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Parse(entry);
            values[name] = value ?? "true";
        }
        return new GitConfiguration(values);
    }

    /// <summary>One entry of <c>git config --list -z</c>; the value is null for a name without one.</summary>
    internal static (string Name, string? Value) Parse(string entry)
    {
        var end = entry.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? (entry, null) : (entry[..end], entry[(end + 1)..]);
    }
}
