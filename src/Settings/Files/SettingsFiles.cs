using System.Collections;

namespace Orchestrator.Settings;

/// <summary>Paths of settings files; the only type here that reads the disk.</summary>
public static class SettingsFiles
{
    /// <summary>Path of the repository's file, relative to its root.</summary>
    public const string RepositoryFileName = ".orchestrator/config.yaml";

    /// <summary>The older tool's file at the root of a repository whose rules of risk count where they stand.</summary>
    public const string OldRiskFileName = ".claude-agents.yaml";

    /// <summary>Files of older tools at the root of a repository; <c>init</c> takes a setting from the first one that has it.</summary>
    public static IReadOnlyList<string> OldRepositoryFileNames { get; } = ["orchestrator_config.json", OldRiskFileName];

    /// <summary>Path of an older tool's file of the user, relative to the home folder.</summary>
    public const string OldUserFileName = ".config/claude-orchestra/config.json";

    /// <summary>Path of the repository's secrets, relative to its root: <c>NAME=VALUE</c> lines, ignored by git, readable only by its
    /// owner.</summary>
    public const string SecretsFileName = ".orchestrator/secrets.env";

    /// <summary>Path of the user's file: <c>$XDG_CONFIG_HOME</c> or <c>~/.config</c>, then <c>orchestrator/config.yaml</c>.</summary>
    /// <param name="environment">Variables of the process.</param>
    public static string UserFile(IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(ConfigFolder(environment), "orchestrator", "config.yaml");

    /// <summary>The folder of the user's configuration of all programs: <c>$XDG_CONFIG_HOME</c> or <c>~/.config</c>.</summary>
    /// <param name="environment">Variables of the process.</param>
    public static string ConfigFolder(IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault("XDG_CONFIG_HOME") is { Length: > 0 } set ? set : Path.Combine(Home(environment), ".config");

    /// <summary>The user's home folder.</summary>
    /// <param name="environment">Variables of the process.</param>
    public static string Home(IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>The variables of this process.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment()
    {
        // Every command starts with this: a loop, because queries over entries of this type are compiled only at run time.
        var variables = new Dictionary<string, string>();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        }
        return variables;
    }

    /// <summary>Reads all files of a repository and of the user.</summary>
    /// <param name="repository">Root of the repository, or null where there is none.</param>
    /// <param name="environment">Variables of the process.</param>
    /// <param name="flags">Settings from options of the command line.</param>
    /// <exception cref="IOException">An existing file can't be read.</exception>
    public static SettingsInput Read(
        string? repository,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<SettingFlag> flags
    ) =>
        new()
        {
            Flags = flags,
            Environment = environment,
            DotEnv = repository is null ? null : ReadFile(Path.Combine(repository, ".env"), ".env"),
            Secrets = repository is null ? null : ReadFile(Path.Combine(repository, SecretsFileName), SecretsFileName),
            SecretsAreOpen = repository is not null && IsOpen(Path.Combine(repository, SecretsFileName)),
            RepositoryFile = repository is null ? null : ReadFile(Path.Combine(repository, RepositoryFileName), RepositoryFileName),
            UserFile = ReadFile(UserFile(environment), UserFile(environment)),
            OldRepositoryFiles = repository is null
                ? []
                : [.. OldRepositoryFileNames.Select(name => ReadFile(Path.Combine(repository, name), name)).OfType<ConfigurationText>()],
            OldUserFile = ReadFile(Path.Combine(Home(environment), OldUserFileName), "~/" + OldUserFileName),
        };

    private static bool IsOpen(string path) =>
        !OperatingSystem.IsWindows()
        && File.Exists(path)
        && (File.GetUnixFileMode(path) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != UnixFileMode.None;

    // Longer files are read only up to the limit at which they are refused, so that a huge file costs no memory.
    private static ConfigurationText? ReadFile(string path, string shownAs)
    {
        if (!File.Exists(path))
        {
            return null;
        }
        using var reader = new StreamReader(path);
        var buffer = new char[Math.Min(new FileInfo(path).Length, ConfigurationFile.MaxLength) + 1];
        var length = reader.ReadBlock(buffer);
        return new ConfigurationText(shownAs, new string(buffer, 0, length));
    }
}
