using Orchestrator.Notifications;

namespace Orchestrator.Runs.Reports.Notices;

/// <summary>A notification target from the settings, ready for use.</summary>
/// <param name="Name">Name of the target in the settings.</param>
/// <param name="On">Kinds of facts that the target subscribes to.</param>
/// <param name="Notifier">The channel, or null if it cannot be used.</param>
/// <param name="Problem">The reason why it cannot be used, as a sentence.</param>
public sealed record NoticeTarget(string Name, IReadOnlyList<string> On, INotifier? Notifier, string Problem = "")
{
    /// <summary>Name and channel of the target, for display.</summary>
    public string Description => Notifier is null || Notifier.Description == Name ? Name : $"{Name}, {Notifier.Description}";
}
