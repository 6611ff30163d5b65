using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Reports.Notices;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>Implements the activities that notify users. The interface documents each activity.</summary>
/// <param name="services">Services that activities use on this host.</param>
public sealed class NoticeActivities(RunServices services) : INoticeActivities
{
    private readonly NoticeService _service = new(services);

    [Activity]
    public Task<NoticesSent> TellPeopleAsync(SendNoticesInput input) =>
        ActivityHeartbeats.RunWithHeartbeatsAsync(stop => _service.SendDueAsync(input, stop));
}
