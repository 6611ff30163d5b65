namespace Orchestrator.Git.Program;

/// <summary>Settings of one git configuration file. Maps each name to all its values in file order, as printed by <c>git config
/// --list</c>.</summary>
internal sealed class GitConfigFileSettings
{
    private readonly Dictionary<string, List<string?>> _values = new(StringComparer.Ordinal);

    /// <summary>Names of all settings, with section and key in lower case as git prints them.</summary>
    internal IEnumerable<string> Names => _values.Keys;

    /// <summary>Returns all values of a setting. A null value means that the file contains the name without a value.</summary>
    internal IReadOnlyList<string?> Of(string name) => _values.TryGetValue(name, out var values) ? values : [];

    /// <summary>Returns the names of the settings whose values differ between two files.</summary>
    internal static IReadOnlyList<string> Differing(GitConfigFileSettings one, GitConfigFileSettings other) =>
        [.. one.Names.Union(other.Names).Where(name => !one.Of(name).SequenceEqual(other.Of(name))).Order(StringComparer.Ordinal)];

    /// <summary>Parses the content of a configuration file. A malformed file counts as a file without settings.</summary>
    internal static async Task<GitConfigFileSettings> ReadAsync(
        GitRepository repository,
        byte[] content,
        CancellationToken cancellationToken
    )
    {
        var call = new GitCommandInvocation("/", ["config", "--file", "-", "--no-includes", "--list", "-z"])
        {
            Input = ProcessStandardInput.FromBytes(content),
            AnswerCodes = [0, 1, 3, 128],
        };
        var settings = new GitConfigFileSettings();
        var answer = await repository.ReadAsync(call, cancellationToken);
        foreach (var entry in answer.ExitCode == 0 ? answer.Text.Split('\0', StringSplitOptions.RemoveEmptyEntries) : [])
        {
            var (name, value) = GitConfiguration.Parse(entry);
            if (!settings._values.TryGetValue(name, out var values))
            {
                settings._values[name] = values = [];
            }
            values.Add(value);
        }
        return settings;
    }
}
