using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Git.Guard;

/// <summary>
/// A quarantined git hook, attributes file or git setting that appeared while an agent ran and would have made git run a program.
/// </summary>
/// <param name="Id">Id for <see cref="BlockedGitHookOrSettingStore.AcceptAsync"/>.</param>
/// <param name="Name">File name relative to the common directory, such as <c>hooks/pre-commit</c>. For a setting, the file name is followed
/// by a colon and the name of the setting.</param>
/// <param name="Time">Time at which the item was quarantined.</param>
/// <param name="While">Agent run during which the item appeared, for display.</param>
public sealed record BlockedGitHookOrSetting(string Id, string Name, DateTimeOffset Time, string While)
{
    /// <summary>Content of the quarantined file, or empty if the quarantined item is a setting.</summary>
    public ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>Permissions of the quarantined file in octal, or <c>link</c> if the content is the target of a symbolic link.</summary>
    public string Mode { get; set; } = "";

    /// <summary>Values of the quarantined setting, in file order. Empty if the quarantined item is a file.</summary>
    public IReadOnlyList<string?> Values { get; set; } = [];

    /// <summary>Returns a short description of the quarantined item for display.</summary>
    public override string ToString() =>
        GitSettingLocation.TryParse(Name) is { } place ? $"{place.Setting} = {string.Join(", ", Values)}" : Name;
}

/// <summary>
/// Stores quarantined git hooks, attributes files and settings in the repository's folder until the user accepts them. Content that the
/// user has accepted once is not quarantined again.
/// </summary>
public sealed class BlockedGitHookOrSettingStore(GitRepository repository)
{
    private readonly string _items = Path.Combine(repository.OwnDirectory, "aside");
    private readonly string _accepted = Path.Combine(repository.OwnDirectory, "accepted");

    /// <summary>Lists the quarantined items that the user has not yet accepted, oldest first.</summary>
    public IReadOnlyList<BlockedGitHookOrSetting> List() =>
        !Directory.Exists(_items)
            ? []
            :
            [
                .. Directory
                    .EnumerateFiles(_items, "*.json")
                    .Select(Read)
                    .OfType<BlockedGitHookOrSetting>()
                    .OrderBy(item => item.Time)
                    .ThenBy(item => item.Id, StringComparer.Ordinal),
            ];

    /// <summary>
    /// Accepts a quarantined item by restoring it in the repository in place of the current file or setting. The method is idempotent.
    /// </summary>
    public async Task AcceptAsync(BlockedGitHookOrSetting item, CancellationToken cancellationToken = default)
    {
        DurableFile.Write(Path.Combine(_accepted, item.Id), item.Name + "\n");
        if (GitSettingLocation.TryParse(item.Name) is { } setting)
        {
            await setting.WriteAsync(repository, item.Values, cancellationToken);
        }
        else
        {
            SharedGitAdminFileRecord.Write(Path.Combine(repository.CommonDirectory, item.Name), item.Content.ToArray(), item.Mode);
        }
        File.Delete(PathOf(item.Id));
    }

    /// <summary>True if the user has already accepted a file or setting with this name and content.</summary>
    internal bool IsAccepted(string name, string found) => File.Exists(Path.Combine(_accepted, IdOf(name, found)));

    /// <summary>Stores a file or setting that is about to be quarantined.</summary>
    /// <param name="change">Detected difference.</param>
    /// <param name="content">Content of the file, or empty for a setting.</param>
    /// <param name="mode">Permissions of the file.</param>
    /// <param name="during">Agent run during which the item appeared.</param>
    internal void Keep(SharedGitStateDifference change, byte[] content, string mode, string during)
    {
        var item = new BlockedGitHookOrSetting(IdOf(change.Name, change.Found!), change.Name, DateTimeOffset.UtcNow, during)
        {
            Content = content,
            Mode = mode,
            Values = GitSettingLocation.TryParse(change.Name) is null ? [] : GitSettingValues.Read(change.Found!),
        };
        if (!File.Exists(PathOf(item.Id)))
        {
            DurableFile.Write(
                PathOf(item.Id),
                JsonSerializer.SerializeToUtf8Bytes(item, BlockedGitHookOrSettingJsonContext.Default.BlockedGitHookOrSetting)
            );
        }
    }

    private string PathOf(string id) => Path.Combine(_items, id + ".json");

    private static string IdOf(string name, string found) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{name}\n{found}")))[..12];

    // If a power failure damaged the item, its content is still in the guard's store.
    private static BlockedGitHookOrSetting? Read(string path) =>
        StoredJsonReader.TryRead(path, BlockedGitHookOrSettingJsonContext.Default.BlockedGitHookOrSetting);
}

/// <summary>
/// Converts all values of a git setting to a single string that can be stored and compared, and converts the string back.
/// </summary>
internal static class GitSettingValues
{
    internal static string Write(IReadOnlyList<string?> values) =>
        JsonSerializer.Serialize([.. values], BlockedGitHookOrSettingJsonContext.Default.ListString);

    internal static IReadOnlyList<string?> Read(string text) =>
        JsonSerializer.Deserialize(text, BlockedGitHookOrSettingJsonContext.Default.ListString)!;
}

/// <summary>A git setting and the configuration file that contains it.</summary>
/// <param name="File">Configuration file, relative to the common directory.</param>
/// <param name="Setting">Name of the setting.</param>
internal sealed record GitSettingLocation(string File, string Setting)
{
    public override string ToString() => $"{File}:{Setting}";

    /// <summary>
    /// Parses the name of a quarantined item. Returns null if the item is a file rather than a setting, even if the file name contains a
    /// colon.
    /// </summary>
    internal static GitSettingLocation? TryParse(string name) =>
        name.Split(':', 2) is [var file, var setting] && SharedGitAdminFileChangeClassifier.IsConfiguration(file)
            ? new GitSettingLocation(file, setting)
            : null;

    /// <summary>Replaces all values of the setting with the given values. An empty list removes the setting.</summary>
    internal async Task WriteAsync(GitRepository repository, IReadOnlyList<string?> values, CancellationToken cancellationToken)
    {
        var path = Path.Combine(repository.CommonDirectory, File);

        // Git exits with code 5 if the setting did not exist.
        await repository.WriteAsync(
            new GitCommandInvocation("/", ["config", "--file", path, "--unset-all", Setting]) { AnswerCodes = [0, 5] },
            cancellationToken
        );
        foreach (var value in values)
        {
            await repository.WriteAsync(
                new GitCommandInvocation("/", ["config", "--file", path, "--add", Setting, value ?? "true"]),
                cancellationToken
            );
        }
    }
}

[JsonSerializable(typeof(BlockedGitHookOrSetting))]
[JsonSerializable(typeof(List<string>))]
internal sealed partial class BlockedGitHookOrSettingJsonContext : JsonSerializerContext;
