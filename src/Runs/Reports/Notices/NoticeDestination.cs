using Orchestrator.Notifications;

namespace Orchestrator.Runs.Reports.Notices;

/// <summary>A notification target in the settings, with the channel that delivers its messages.</summary>
/// <param name="Name">Name of the target in the settings.</param>
/// <param name="On">Kinds of facts that the target subscribes to.</param>
/// <param name="Notifier">The channel, or null if the target can't be used.</param>
/// <param name="Problem">Sentence with the reason why the target can't be used, or empty if it can.</param>
public sealed record NoticeDestination(string Name, IReadOnlyList<string> On, INotifier? Notifier, string Problem = "")
{
    /// <summary>Name of the target with its channel, for display.</summary>
    public string Description => Notifier is null || Notifier.Description == Name ? Name : $"{Name}, {Notifier.Description}";
}
