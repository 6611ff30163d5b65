using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Reports.Notices;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>Implements the activities that notify users. The interface documents each activity.</summary>
/// <param name="services">Services that activities use on this host.</param>
public sealed class NoticeActivities(RunServiceBundle services) : INoticeActivities
{
    private readonly DueNoticeSender _service = new(services);

    [Activity]
    public Task<NoticeSendingResult> TellPeopleAsync(SendNoticesInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _service.SendDueAsync(input, stop));
}
