using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Reports.Notices;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>Activities for notifying users. The interface documents each.</summary>
/// <param name="services">Services of this host.</param>
public sealed class NoticeActivities(RunServices services) : INoticeActivities
{
    private readonly NoticeService _service = new(services);

    [Activity]
    public Task<NoticesSent> TellPeopleAsync(SendNoticesInput input) => Heartbeats.WhileAsync(stop => _service.TellAsync(input, stop));
}
