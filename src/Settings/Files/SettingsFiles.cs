using System.Collections;

namespace Orchestrator.Settings;

/// <summary>
/// Finds and reads settings files. Apart from the store of trusted repositories, no other type in this project reads from disk.
/// </summary>
public static class SettingsFiles
{
    /// <summary>Path of the repository's settings file, relative to its root.</summary>
    public const string RepositoryFileName = ".orchestrator/config.yaml";

    /// <summary>File of an older tool in the repository's root. Its risk settings apply without being imported.</summary>
    public const string OldRiskFileName = ".claude-agents.yaml";

    /// <summary>
    /// Files of older tools in the repository's root. <c>init</c> imports each setting from the first file that contains the setting.
    /// </summary>
    public static IReadOnlyList<string> OldRepositoryFileNames { get; } = ["orchestrator_config.json", OldRiskFileName];

    /// <summary>Path of an older tool's user file, relative to the home folder.</summary>
    public const string OldUserFileName = ".config/claude-orchestra/config.json";

    /// <summary>
    /// Path of the repository's file for secrets, relative to the repository's root. Each line has the form <c>NAME=VALUE</c>. Git ignores
    /// the file, and only its owner can read it.
    /// </summary>
    public const string SecretsFileName = ".orchestrator/secrets.env";

    /// <summary>Returns the path of the user's settings file: <c>orchestrator/config.yaml</c> in <c>$XDG_CONFIG_HOME</c> or
    /// <c>~/.config</c>.</summary>
    /// <param name="environment">Environment variables of the process.</param>
    public static string UserFile(IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(ConfigFolder(environment), "orchestrator", "config.yaml");

    /// <summary>
    /// Returns the folder in which all of the user's programs keep their configuration: <c>$XDG_CONFIG_HOME</c> or <c>~/.config</c>.
    /// </summary>
    /// <param name="environment">Environment variables of the process.</param>
    public static string ConfigFolder(IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault("XDG_CONFIG_HOME") is { Length: > 0 } set ? set : Path.Combine(Home(environment), ".config");

    /// <summary>Returns the user's home folder.</summary>
    /// <param name="environment">Environment variables of the process.</param>
    public static string Home(IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>Returns the environment variables of this process.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment()
    {
        // Every command executes this code. A loop is used because LINQ over DictionaryEntry, a value type, would be compiled at run time.
        var variables = new Dictionary<string, string>();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        }
        return variables;
    }

    /// <summary>Reads all settings files of a repository and of the user.</summary>
    /// <param name="repository">Root of the repository, or null if there is none.</param>
    /// <param name="environment">Environment variables of the process.</param>
    /// <param name="flags">Settings from command-line options.</param>
    /// <exception cref="IOException">An existing file can't be read.</exception>
    public static RawSettingSourceContent Read(
        string? repository,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<SettingOverride> flags
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
                :
                [
                    .. OldRepositoryFileNames
                        .Select(name => ReadFile(Path.Combine(repository, name), name))
                        .OfType<ConfigurationFileText>(),
                ],
            OldUserFile = ReadFile(Path.Combine(Home(environment), OldUserFileName), "~/" + OldUserFileName),
        };

    private static bool IsOpen(string path) =>
        !OperatingSystem.IsWindows()
        && File.Exists(path)
        && (File.GetUnixFileMode(path) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != UnixFileMode.None;

    // Reads only up to the length at which a file is rejected, so that a huge file needs no memory.
    private static ConfigurationFileText? ReadFile(string path, string shownAs)
    {
        if (!File.Exists(path))
        {
            return null;
        }
        using var reader = new StreamReader(path);
        var buffer = new char[Math.Min(new FileInfo(path).Length, ConfigurationFile.MaxLength) + 1];
        var length = reader.ReadBlock(buffer);
        return new ConfigurationFileText(shownAs, new string(buffer, 0, length));
    }
}
