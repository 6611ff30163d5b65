using Orchestrator.Notifications;

namespace Orchestrator.Runs.Reports.Notices;

/// <summary>A target of the settings, ready to be used.</summary>
/// <param name="Name">Its name in the settings.</param>
/// <param name="On">Kinds of facts that it is told.</param>
/// <param name="Notifier">The channel; null: it can't be used.</param>
/// <param name="Problem">Why not, in a sentence.</param>
public sealed record NoticeTarget(string Name, IReadOnlyList<string> On, INotifier? Notifier, string Problem = "")
{
    /// <summary>For people: name and channel.</summary>
    public string Description => Notifier is null || Notifier.Description == Name ? Name : $"{Name}, {Notifier.Description}";
}
