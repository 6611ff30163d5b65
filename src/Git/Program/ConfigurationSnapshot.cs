using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Git.Program;

/// <summary>
/// Snapshot of the user's git configuration, and of the settings in the repository's own configuration that can run programs. Git calls for
/// a run use the snapshot. Later changes to <c>~/.gitconfig</c>, the user's attributes or <c>.git/config</c> have no effect on these calls,
/// even if an agent makes them. The snapshot's folder is named by the hash of its content.
/// </summary>
public sealed class ConfigurationSnapshot
{
    private const string Settings = "config";
    private const string Attributes = "attributes";
    private const string Ignored = "ignore";
    private const string Programs = "programs.json";
    private static readonly string[] FileNamesOfCopy = [Settings, Attributes, Ignored, Programs];

    private readonly string _folder;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string?>> _programs;

    private ConfigurationSnapshot(string folder, string hash, IReadOnlyDictionary<string, IReadOnlyList<string?>> programs)
    {
        (_folder, Hash, _programs) = (folder, hash, programs);
    }

    /// <summary>SHA-256 of the content, in lower-case hex.</summary>
    public string Hash { get; }

    /// <summary>Path of the copy of the user's attributes file.</summary>
    internal string AttributesFile => Path.Combine(_folder, Attributes);

    /// <summary>Path of the copy of the user's ignore patterns file.</summary>
    internal string IgnoreFile => Path.Combine(_folder, Ignored);

    /// <summary>Environment variables that make git read the snapshot in place of the original files.</summary>
    internal IReadOnlyDictionary<string, string?> Variables =>
        new Dictionary<string, string?>
        {
            ["GIT_CONFIG_GLOBAL"] = Path.Combine(_folder, Settings),
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CONFIG_SYSTEM"] = null,
        };

    /// <summary>True if the repository's configuration had exactly these values for the setting when the snapshot was taken.</summary>
    internal bool HasValues(string name, IReadOnlyList<string?> values) =>
        _programs.TryGetValue(name, out var known) && known.SequenceEqual(values);

    /// <summary>Takes a snapshot of the current configuration, or reuses an existing snapshot with the same content.</summary>
    /// <param name="repository">Repository opened without a snapshot. Conditional includes in the user's configuration depend on the
    /// repository.</param>
    /// <param name="folder">Parent folder of all snapshots. Agents must not have access to it.</param>
    public static async Task<ConfigurationSnapshot> MakeAsync(
        GitRepository repository,
        string folder,
        CancellationToken cancellationToken = default
    )
    {
        var entries = await GitSettingWithScope.ListAsync(repository, repository.CommonDirectory, cancellationToken);
        var persons = entries.Where(entry => entry.IsPersons).ToList();
        var programs = GitConfiguredProgramBlocker
            .Running(entries)
            .ToDictionary(setting => setting.Name, setting => setting.Values, StringComparer.Ordinal);
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            [Settings] = GitConfigFileFormatter.Write(persons.Where(entry => !IsElsewhere(entry.Name))),
            [Attributes] = await ReadAsync("core.attributesfile", "attributes"),
            [Ignored] = await ReadAsync("core.excludesfile", "ignore"),
            [Programs] = JsonSerializer.SerializeToUtf8Bytes(
                programs,
                ConfigurationSnapshotJsonContext.Default.DictionaryStringIReadOnlyListString
            ),
        };
        var hash = HashOf(contents);
        var place = Path.Combine(folder, hash);
        if (TryRead(place) is not { } present || HashOf(present) != hash)
        {
            // Settings can contain secrets, such as the tokens in http.extraHeader.
            PrivateFolder.Make(place);
            foreach (var (name, content) in contents)
            {
                DurableFile.Write(Path.Combine(place, name), content);
            }
        }
        // Cleanup removes snapshots that have not been used for a long time.
        Directory.SetLastWriteTimeUtc(place, DateTime.UtcNow);
        return Open(folder, hash);

        async Task<byte[]> ReadAsync(string setting, string name)
        {
            var path = persons.LastOrDefault(entry => entry.Name == setting)?.Value is { } given
                ? await ExpandAsync(repository, given, cancellationToken)
                : Path.Combine(UserGitFolder(), name);
            return path.Length > 0 && SmallFileReader.TryRead(path) is { } content ? content : [];
        }
    }

    /// <summary>Opens a snapshot and verifies its hash.</summary>
    /// <exception cref="ConfigurationSnapshotException">The snapshot is missing or was changed.</exception>
    public static ConfigurationSnapshot Open(string folder, string hash)
    {
        var place = Path.Combine(folder, hash);
        var contents =
            TryRead(place)
            ?? throw new ConfigurationSnapshotException(
                $"The run's copy of git's configuration is missing: {place}. Restore the folder, or cancel the run and start it "
                    + "again; finished tasks are reused."
            );
        return HashOf(contents) == hash
            ? new ConfigurationSnapshot(
                place,
                hash,
                JsonSerializer.Deserialize(
                    contents[Programs],
                    ConfigurationSnapshotJsonContext.Default.DictionaryStringIReadOnlyListString
                )!
            )
            : throw new ConfigurationSnapshotException(
                $"The run's copy of git's configuration in {place} was changed: its content does not match the hash in its "
                    + "name. The copy is not used. Restore it, or cancel the run and start it again; finished tasks are reused."
            );
    }

    // The list already contains included settings, and the attributes and ignore files are copied separately.
    private static bool IsElsewhere(string name) =>
        name is "include.path" or "core.attributesfile" or "core.excludesfile" or "core.hookspath"
        || (name.StartsWith("includeif.", StringComparison.Ordinal) && name.EndsWith(".path", StringComparison.Ordinal));

    private static Dictionary<string, byte[]>? TryRead(string place)
    {
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var name in FileNamesOfCopy)
        {
            if (
                new FileInfo(Path.Combine(place, name)).LinkTarget is not null
                || SmallFileReader.TryRead(Path.Combine(place, name)) is not { } content
            )
            {
                return null;
            }
            contents[name] = content;
        }
        return contents;
    }

    private static string HashOf(Dictionary<string, byte[]> contents)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in FileNamesOfCopy)
        {
            hash.AppendData(Encoding.ASCII.GetBytes($"{name} {contents[name].Length}\n"));
            hash.AppendData(contents[name]);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Returns the folder in which git searches by default for the user's attributes and ignore files.</summary>
    private static string UserGitFolder() =>
        Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } configured ? Path.Combine(configured, "git")
        : Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? Path.Combine(home, ".config", "git")
        : "/nowhere";

    /// <summary>Expands a path as git does. A leading tilde becomes the home folder.</summary>
    private static async Task<string> ExpandAsync(GitRepository repository, string path, CancellationToken cancellationToken)
    {
        var call = new GitCommandInvocation("/", ["config", "--type=path", "--get", "orchestrate.path"])
        {
            Settings = [$"orchestrate.path={path}"],
        };
        var answer = await repository.ReadAsync(call with { AnswerCodes = [0, 1, 128] }, cancellationToken);
        return answer.ExitCode == 0 ? Path.GetFullPath(answer.Text, "/") : "";
    }
}

/// <summary>Thrown if the configuration snapshot of a run is missing or was changed.</summary>
public sealed class ConfigurationSnapshotException(string message) : GitException(message);

[JsonSerializable(typeof(Dictionary<string, IReadOnlyList<string?>>))]
internal sealed partial class ConfigurationSnapshotJsonContext : JsonSerializerContext;
