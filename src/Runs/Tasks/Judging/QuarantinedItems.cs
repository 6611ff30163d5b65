using Orchestrator.Git;
using Orchestrator.Git.Guard;

namespace Orchestrator.Runs.Tasks;

/// <summary>A hook, attributes file or setting that was quarantined while agents worked, because git would run a program because of
/// it.</summary>
public sealed class QuarantineEntry
{
    internal QuarantineEntry(QuarantinedItem item) => Item = item;

    /// <summary>Id of the item for commands.</summary>
    public string Id => Item.Id;

    /// <summary>Path of the file, relative to git's common directory, and the name of the setting if the item is one.</summary>
    public string Name => Item.Name;

    /// <summary>Display text of the item.</summary>
    public string What => Item.ToString();

    /// <summary>The file's text, or the setting's values, one per line.</summary>
    public string Content =>
        Item.Content.IsEmpty ? string.Join('\n', Item.Values) : Encoding.UTF8.GetString(Item.Content.Span).TrimEnd('\n');

    /// <summary>Time at which the item was quarantined.</summary>
    public DateTimeOffset Time => Item.Time;

    /// <summary>Display text of the agent that was running at the time.</summary>
    public string While => Item.While;

    internal QuarantinedItem Item { get; }
}

/// <summary>Files quarantined while agents worked. A user can accept them without an engine.</summary>
public sealed class QuarantinedItems
{
    private readonly Quarantine _quarantine;

    private QuarantinedItems(Quarantine quarantine)
    {
        _quarantine = quarantine;
        Waiting = [.. quarantine.List().Select(item => new QuarantineEntry(item))];
    }

    /// <summary>The items, the oldest first.</summary>
    public IReadOnlyList<QuarantineEntry> Waiting { get; }

    /// <summary>Lists the quarantined items of a repository.</summary>
    /// <param name="repository">The repository.</param>
    public static async Task<QuarantinedItems> OpenAsync(RepositoryLocation repository) =>
        new(new Quarantine(await new GitRepositoryCache().OpenAsync(repository.Root)));

    /// <summary>Restores an item and exempts it from further quarantine.</summary>
    /// <param name="item">An item of <see cref="Waiting"/>.</param>
    public Task AcceptAsync(QuarantineEntry item, CancellationToken cancellationToken) =>
        _quarantine.AcceptAsync(item.Item, cancellationToken);
}
