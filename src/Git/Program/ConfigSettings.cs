namespace Orchestrator.Git.Program;

/// <summary>The settings of one configuration file, by name, each with all its values in order, as <c>git config --list</c> reads
/// them.</summary>
internal sealed class ConfigSettings
{
    private readonly Dictionary<string, List<string?>> _values = new(StringComparer.Ordinal);

    /// <summary>All names, with section and key in lower case as git prints them.</summary>
    internal IEnumerable<string> Names => _values.Keys;

    /// <summary>All values of a setting; a null among them means a name without a value.</summary>
    internal IReadOnlyList<string?> Of(string name) => _values.TryGetValue(name, out var values) ? values : [];

    /// <summary>The settings that differ between two files.</summary>
    internal static IReadOnlyList<string> Differing(ConfigSettings one, ConfigSettings other) =>
        [.. one.Names.Union(other.Names).Where(name => !one.Of(name).SequenceEqual(other.Of(name))).Order(StringComparer.Ordinal)];

    /// <summary>Reads a file's content; a broken file has no settings.</summary>
    internal static async Task<ConfigSettings> ReadAsync(GitRepository repository, byte[] content, CancellationToken cancellationToken)
    {
        var call = new GitCall("/", ["config", "--file", "-", "--no-includes", "--list", "-z"])
        {
            Input = ProcessInput.FromBytes(content),
            AnswerCodes = [0, 1, 3, 128],
        };
        var settings = new ConfigSettings();
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
