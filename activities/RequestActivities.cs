using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Merging.Installing;
using Orchestrator.Runs.Tasks.Requests;
using Temporalio.Activities;
using Temporalio.Client;

namespace Orchestrator.Activities;

/// <summary>
/// Implements the activities for agents' requests, such as requests for files, packages or additional tasks. The interface documents each
/// activity.
/// </summary>
/// <param name="services">Services that activities use on this host.</param>
/// <param name="client">Client of the server that the worker polls.</param>
public sealed class RequestActivities(RunServiceBundle services, ITemporalClient client) : IRequestActivities
{
    private readonly RequestedPackageInstaller _packages = new(services);
    private readonly RunLeaseClient _leases = new(services, client);

    [Activity]
    public Task<AgentRequestEvaluationResult> JudgeRequestAsync(EvaluateAgentRequestInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(async stop =>
        {
            var task = input.Task;
            var leases = await _leases.ListAsync(task.Repository, stop);
            var verdict = await new AgentRequestJudge(services, leases).JudgeAsync(input, stop);
            if (verdict.Lent.Count > 0 && leases.Any(lease => lease.RunId == task.RunId && lease.TaskId == task.Task.Id))
            {
                // The lease must now also cover the granted files.
                await _leases.SendUpdateAsync(
                    new SendLeaseSignalInput(task.RunId, task.Repository, task.PlanHash, LeaseSignalKind.Ask, [task.Task.Id])
                );
            }
            return verdict;
        });

    [Activity]
    public Task<PackageInstallationResult> InstallAsync(InstallPackagesInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _packages.InstallAsync(input, stop));

    [Activity]
    public Task<AgentRequestAnswer> ConcludeRequestAsync(ConcludeAgentRequestInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _packages.ConcludeAsync(input, stop));

    [Activity]
    public Task<SplitConclusion> SplitTaskAsync(SplitTaskInput input) => Task.FromResult(new TaskSplitter(services).Add(input));

    [Activity]
    public Task<SplitConclusion> AddTasksAsync(AddTasksInput input) => Task.FromResult(new PlanTaskAdder(services).Add(input));
}
