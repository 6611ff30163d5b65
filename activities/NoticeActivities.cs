using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Reports.Notices;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>Messages to people, as activities. What each does is documented at the interface.</summary>
/// <param name="services">What the steps need of this machine.</param>
public sealed class NoticeActivities(RunServices services) : INoticeActivities
{
    private readonly NoticeDesk _desk = new(services);

    [Activity]
    public Task<ToldPeople> TellPeopleAsync(TellPeopleInput input) => Heartbeats.WhileAsync(stop => _desk.TellAsync(input, stop));
}
