using System.Text;
using Orchestrator.Git;
using Orchestrator.Git.Guard;

namespace Orchestrator.App.Steering;

/// <summary>
/// A git hook, an attributes file or a setting that was quarantined while agents were running. Without the quarantine, git would run a
/// program that the item names.
/// </summary>
public sealed class RestorableGitHookOrSetting
{
    internal RestorableGitHookOrSetting(BlockedGitHookOrSetting item) => Item = item;

    /// <summary>Id of the item, as accepted by commands.</summary>
    public string Id => Item.Id;

    /// <summary>Path of the file, relative to git's common directory. If the item is a setting, the name of the setting follows.</summary>
    public string Name => Item.Name;

    /// <summary>Display text of the item.</summary>
    public string What => Item.ToString();

    /// <summary>Text of the file, or the values of the setting with one per line.</summary>
    public string Content =>
        Item.Content.IsEmpty ? string.Join('\n', Item.Values) : Encoding.UTF8.GetString(Item.Content.Span).TrimEnd('\n');

    /// <summary>Time at which the item was quarantined, in UTC.</summary>
    public DateTimeOffset Time => Item.Time;

    /// <summary>Display text about the agent that was running when the item was quarantined.</summary>
    public string While => Item.While;

    internal BlockedGitHookOrSetting Item { get; }
}

/// <summary>
/// Lists the git hooks and settings that were quarantined while agents were running, and restores those that a user accepts. Works even if
/// no Temporal server is running.
/// </summary>
public sealed class GitHookAndSettingRestorer
{
    private readonly BlockedGitHookOrSettingStore _quarantine;

    private GitHookAndSettingRestorer(BlockedGitHookOrSettingStore quarantine)
    {
        _quarantine = quarantine;
        Waiting = [.. quarantine.List().Select(item => new RestorableGitHookOrSetting(item))];
    }

    /// <summary>The quarantined items, oldest first.</summary>
    public IReadOnlyList<RestorableGitHookOrSetting> Waiting { get; }

    /// <summary>Reads the quarantined items of a repository.</summary>
    /// <param name="repository">The repository.</param>
    public static async Task<GitHookAndSettingRestorer> OpenAsync(LocalRepositoryPaths repository) =>
        new(new BlockedGitHookOrSettingStore(await new GitRepositoryCache().OpenAsync(repository.Root)));

    /// <summary>Restores a quarantined item, and exempts it from further quarantine.</summary>
    /// <param name="item">An item of <see cref="Waiting"/>.</param>
    public Task AcceptAsync(RestorableGitHookOrSetting item, CancellationToken cancellationToken) =>
        _quarantine.AcceptAsync(item.Item, cancellationToken);
}
