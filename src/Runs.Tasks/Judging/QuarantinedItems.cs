using Orchestrator.Git;
using Orchestrator.Git.Guard;

namespace Orchestrator.Runs.Tasks;

/// <summary>A hook, an attributes file or a setting that was put aside while agents worked, since git would run a program by it.</summary>
public sealed class AsideItem
{
    internal AsideItem(QuarantinedItem item) => Item = item;

    /// <summary>Names it to a person.</summary>
    public string Id => Item.Id;

    /// <summary>The file, or the file and the setting in it, relative to git's common directory.</summary>
    public string Name => Item.Name;

    /// <summary>The quarantined item in words for people.</summary>
    public string What => Item.ToString();

    /// <summary>The file's text, or the setting's values, a line each.</summary>
    public string Content =>
        Item.Content.IsEmpty ? string.Join('\n', Item.Values) : Encoding.UTF8.GetString(Item.Content.Span).TrimEnd('\n');

    /// <summary>When it was put aside.</summary>
    public DateTimeOffset Time => Item.Time;

    /// <summary>The agent that was at work meanwhile, in words for people.</summary>
    public string While => Item.While;

    internal QuarantinedItem Item { get; }
}

/// <summary>The files that were set aside while agents worked; a person may accept them without an engine.</summary>
public sealed class QuarantinedItems
{
    private readonly Quarantine _quarantine;

    private QuarantinedItems(Quarantine quarantine)
    {
        _quarantine = quarantine;
        Waiting = [.. quarantine.List().Select(item => new AsideItem(item))];
    }

    /// <summary>The items, the oldest first.</summary>
    public IReadOnlyList<AsideItem> Waiting { get; }

    /// <summary>Looks what waits in a repository.</summary>
    /// <param name="repository">The repository.</param>
    public static async Task<QuarantinedItems> OpenAsync(RepositoryLocation repository) =>
        new(new Quarantine(await new GitRepositories().OpenAsync(repository.Root)));

    /// <summary>Restores an item. It is not put aside again.</summary>
    /// <param name="item">One of those that wait.</param>
    public Task AcceptAsync(AsideItem item, CancellationToken cancellationToken) => _quarantine.AcceptAsync(item.Item, cancellationToken);
}
