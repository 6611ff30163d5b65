using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Git.Guard;

/// <summary>A hook, an attributes file or a setting that appeared while an agent worked, would make git run a program, and was put
/// aside.</summary>
/// <param name="Id">Its id for <see cref="Quarantine.AcceptAsync"/>.</param>
/// <param name="Name">The file relative to the common directory, such as <c>hooks/pre-commit</c>; for a setting with its name behind a
/// colon.</param>
/// <param name="Time">When it was put aside.</param>
/// <param name="While">Which agent was at work, for people.</param>
public sealed record QuarantinedItem(string Id, string Name, DateTimeOffset Time, string While)
{
    /// <summary>A file's content; empty for a setting.</summary>
    public ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>A file's permissions in octal, or "link" if the content is a symbolic link's target.</summary>
    public string Mode { get; set; } = "";

    /// <summary>A setting's values.</summary>
    public IReadOnlyList<string?> Values { get; set; } = [];

    /// <summary>The quarantined item in words for people.</summary>
    public override string ToString() => SettingPlace.TryParse(Name) is { } place ? $"{place.Setting} = {string.Join(", ", Values)}" : Name;
}

/// <summary>Items that were put aside are kept in the repository's folder until a person accepts them. Accepted content is recognized from
/// then on, so that no guard puts it aside again.</summary>
public sealed class Quarantine(GitRepository repository)
{
    private readonly string _items = Path.Combine(repository.OwnDirectory, "aside");
    private readonly string _accepted = Path.Combine(repository.OwnDirectory, "accepted");

    /// <summary>Items that wait for a person, the oldest first.</summary>
    public IReadOnlyList<QuarantinedItem> List() =>
        !Directory.Exists(_items)
            ? []
            :
            [
                .. Directory
                    .EnumerateFiles(_items, "*.json")
                    .Select(Read)
                    .OfType<QuarantinedItem>()
                    .OrderBy(item => item.Time)
                    .ThenBy(item => item.Id, StringComparer.Ordinal),
            ];

    /// <summary>Restores an item, replacing what is there now. Repeating it changes nothing.</summary>
    public async Task AcceptAsync(QuarantinedItem item, CancellationToken cancellationToken = default)
    {
        DurableFile.Write(Path.Combine(_accepted, item.Id), item.Name + "\n");
        if (SettingPlace.TryParse(item.Name) is { } setting)
        {
            await setting.WriteAsync(repository, item.Values, cancellationToken);
        }
        else
        {
            GuardedFile.Write(Path.Combine(repository.CommonDirectory, item.Name), item.Content.ToArray(), item.Mode);
        }
        File.Delete(PathOf(item.Id));
    }

    /// <summary>True for content that a person has accepted before.</summary>
    internal bool IsAccepted(string name, string found) => File.Exists(Path.Combine(_accepted, IdOf(name, found)));

    /// <summary>Stores an item that is about to be put aside.</summary>
    /// <param name="change">What was found.</param>
    /// <param name="content">A file's content; empty for a setting.</param>
    /// <param name="mode">A file's permissions.</param>
    /// <param name="during">Which agent was at work.</param>
    internal void Keep(TamperedItem change, byte[] content, string mode, string during)
    {
        var item = new QuarantinedItem(IdOf(change.Name, change.Found!), change.Name, DateTimeOffset.UtcNow, during)
        {
            Content = content,
            Mode = mode,
            Values = SettingPlace.TryParse(change.Name) is null ? [] : SettingValues.Read(change.Found!),
        };
        if (!File.Exists(PathOf(item.Id)))
        {
            DurableFile.Write(PathOf(item.Id), JsonSerializer.SerializeToUtf8Bytes(item, PutAsideJson.Default.QuarantinedItem));
        }
    }

    private string PathOf(string id) => Path.Combine(_items, id + ".json");

    private static string IdOf(string name, string found) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{name}\n{found}")))[..12];

    // If a power cut damaged it, it is still in the guard's store.
    private static QuarantinedItem? Read(string path) => StoredJson.TryRead(path, PutAsideJson.Default.QuarantinedItem);
}

/// <summary>All values of one setting, as one text that can be kept and compared.</summary>
internal static class SettingValues
{
    internal static string Write(IReadOnlyList<string?> values) => JsonSerializer.Serialize([.. values], PutAsideJson.Default.ListString);

    internal static IReadOnlyList<string?> Read(string text) => JsonSerializer.Deserialize(text, PutAsideJson.Default.ListString)!;
}

/// <summary>A setting and its file.</summary>
/// <param name="File">The configuration file, relative to the common directory.</param>
/// <param name="Setting">Its name.</param>
internal sealed record SettingPlace(string File, string Setting)
{
    public override string ToString() => $"{File}:{Setting}";

    /// <summary>Null for a name that is no setting's; a hook may have a colon in its name, too.</summary>
    internal static SettingPlace? TryParse(string name) =>
        name.Split(':', 2) is [var file, var setting] && SharedFileChanges.IsConfiguration(file) ? new SettingPlace(file, setting) : null;

    /// <summary>Sets exactly these values; none: removes the setting.</summary>
    internal async Task WriteAsync(GitRepository repository, IReadOnlyList<string?> values, CancellationToken cancellationToken)
    {
        var path = Path.Combine(repository.CommonDirectory, File);

        // Exit code 5: there was nothing to remove.
        await repository.WriteAsync(
            new GitCall("/", ["config", "--file", path, "--unset-all", Setting]) { AnswerCodes = [0, 5] },
            cancellationToken
        );
        foreach (var value in values)
        {
            await repository.WriteAsync(new GitCall("/", ["config", "--file", path, "--add", Setting, value ?? "true"]), cancellationToken);
        }
    }
}

[JsonSerializable(typeof(QuarantinedItem))]
[JsonSerializable(typeof(List<string>))]
internal sealed partial class PutAsideJson : JsonSerializerContext;
