using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;

namespace Orchestrator.Git.Program;

/// <summary>
/// Prevents orchestrate's git calls from running programs that the repository configures without the user's approval. Each git call
/// overrides the settings that would run a program. With a configuration snapshot, only settings that were added or changed since the run
/// started are overridden; without a snapshot, all of them are.
/// </summary>
internal sealed class GitConfiguredProgramBlocker(GitRepository repository)
{
    private const string Count = "GIT_CONFIG_COUNT";
    private readonly ConcurrentDictionary<string, CachedGitSettingOverrideVariables> _known = new(StringComparer.Ordinal);

    /// <summary>Cached override variables, and the state of the configuration files from which the variables were computed.</summary>
    /// <param name="State">Hash of the configuration files, or null if the files contain includes, so that they must be read for each
    /// call.</param>
    private sealed record CachedGitSettingOverrideVariables(string? State, IReadOnlyDictionary<string, string?> Variables);

    /// <summary>
    /// Returns the settings of the repository, rather than of the user, that make git run a program. Each setting comes with its values in
    /// file order.
    /// </summary>
    public static IEnumerable<(string Name, IReadOnlyList<string?> Values)> Running(IEnumerable<GitSettingWithScope> settings) =>
        settings
            .Where(entry => entry.IsOfRepository)
            .GroupBy(entry => entry.Name, StringComparer.Ordinal)
            .Select(group => (Name: group.Key, Values: (IReadOnlyList<string?>)[.. group.Select(entry => entry.Value)]))
            .Where(setting =>
                GitProgramSettings.Covers(setting.Name, setting.Values) || setting.Name.StartsWith("filter.", StringComparison.Ordinal)
            );

    /// <summary>Returns the environment variables that override settings for a git call.</summary>
    /// <param name="gitDirectory">The common directory, or a worktree's own.</param>
    public async Task<IReadOnlyDictionary<string, string?>> VariablesAsync(string gitDirectory, CancellationToken cancellationToken)
    {
        // The files are hashed before the settings are read, so that the next call detects a change between both steps.
        var state = StateOf(gitDirectory, out var place);
        if (_known.TryGetValue(place, out var known) && known.State == state)
        {
            return known.Variables;
        }
        var settings = await GitSettingWithScope.ListAsync(repository, place, cancellationToken);
        var variables = VariablesOf(settings);
        _known[place] = new CachedGitSettingOverrideVariables(settings.Any(IsInclude) ? null : state, variables);
        return variables;
    }

    private static bool IsInclude(GitSettingWithScope setting) =>
        setting.IsOfRepository && setting.Name.StartsWith("include", StringComparison.Ordinal);

    private Dictionary<string, string?> VariablesOf(IReadOnlyList<GitSettingWithScope> settings)
    {
        var overruling = Running(settings)
            .Where(setting => repository.Copy?.HasValues(setting.Name, setting.Values) != true)
            .SelectMany(setting => GitProgramSettings.Without(setting.Name))
            .Select(neutral => new KeyValuePair<string, string>(
                Name(neutral.Key),
                settings.LastOrDefault(entry => entry.IsPersons && entry.Name == neutral.Key)?.Value is { } persons
                    ? Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(persons))
                    : neutral.Value
            ))
            .ToList();
        var variables = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (repository.Copy is { } copy)
        {
            foreach (var (name, value) in copy.Variables)
            {
                variables[name] = value;
            }
            overruling.Add(new("core.attributesFile", copy.AttributesFile));
            if (!settings.Any(entry => entry.IsOfRepository && entry.Name == "core.excludesfile"))
            {
                overruling.Add(new("core.excludesFile", copy.IgnoreFile));
            }
        }
        for (var i = 0; i < overruling.Count; i++)
        {
            // Passed as variables, because -c can't express a name that contains an equals sign.
            variables[$"GIT_CONFIG_KEY_{i.ToString(CultureInfo.InvariantCulture)}"] = overruling[i].Key;
            variables[$"GIT_CONFIG_VALUE_{i.ToString(CultureInfo.InvariantCulture)}"] = overruling[i].Value;
        }
        variables[Count] = overruling.Count.ToString(CultureInfo.InvariantCulture);
        return variables;
    }

    /// <summary>
    /// Decodes the name of a setting. Throws if the name is not valid UTF-8, because an environment variable can't override such a setting.
    /// </summary>
    private string Name(string bytes)
    {
        var text = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes));
        return !text.Contains('\uFFFD', StringComparison.Ordinal)
            ? text
            : throw new GitException(
                $"The configuration of '{repository.CommonDirectory}' has a setting that would run a program and whose name is not UTF-8: "
                    + $"'{text}'. Remove it (git config --edit)."
            );
    }

    /// <summary>
    /// Returns a hash of the repository's configuration files that git reads, including a worktree's own configuration file if there is
    /// one.
    /// </summary>
    private string StateOf(string gitDirectory, out string place)
    {
        var file = Path.Combine(gitDirectory, "config.worktree");
        var own = File.Exists(file) ? SmallFileReader.TryRead(file) : null;
        place = own is null ? repository.CommonDirectory : gitDirectory;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(SmallFileReader.TryRead(Path.Combine(repository.CommonDirectory, "config")) ?? []);
        hash.AppendData([0]);
        hash.AppendData(own ?? []);
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
