using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Tasks;
using Orchestrator.Runs.Tasks.Transfer;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>
/// Implements the activities of a task. They convert arguments and results, send heartbeats, and delegate the work to library classes. The
/// interface documents each activity.
/// </summary>
/// <param name="services">Services that activities use on this host.</param>
/// <param name="remote">Same as in <see cref="GitRemoteTaskStateExchanger"/>.</param>
public sealed class TaskActivities(RunServiceBundle services, string? remote) : ITaskActivities
{
    private readonly TaskBranchAndWorktreePreparer _preparation = new(services);
    private readonly TaskAgentRunExecutor _agentRun = new(services);
    private readonly TaskWorkVerifier _verification = new(services);

    private readonly GitRemoteTaskStateExchanger _share = new(services, remote);

    [Activity]
    public Task<PreparedTask> PrepareTaskAsync(PrepareTaskInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(async stop =>
        {
            RequireAssignment(input.Task);
            var prepared = await _preparation.PrepareAsync(input, stop);
            await ShareAsync(input.Task, stop);
            return prepared;
        });

    [Activity]
    public Task<AgentRunResult> RunAgentAsync(RunAgentInput input) =>
        ActivityHeartbeatSender.FollowAsync(async execution =>
        {
            RequireAssignment(input.Task);
            var result = await _agentRun.RunAsync(
                input,
                input.Task.Rules.IsShared ? execution with { Begins = () => CurrentTask.AnnounceAgentAsync(input.Start) } : execution
            );
            var leftOut = await ShareAsync(input.Task, CancellationToken.None);
            return leftOut.Count == 0
                ? result with
                {
                    Verified = input.Verifies(result) ? await TryVerifyAsync(input, result) : null,
                }
                : result with
                {
                    HasUnshared = true,
                    Notices = [.. result.Notices, .. leftOut.Select(left => new TaskNotice($"not shared with other hosts: {left}"))],
                };
        });

    /// <summary>
    /// Verifies the work of an agent. Returns null if the verification throws an exception or is interrupted. The workflow then verifies
    /// the work in another activity, whose failures are retried and shown to users.
    /// </summary>
    private Task<VerifyResult?> TryVerifyAsync(RunAgentInput input, AgentRunResult result) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync<VerifyResult?>(async stop =>
        {
            try
            {
                await CurrentTask.ReportAsync(input.Task.RunId, input.ToReport(result, services.Time.GetUtcNow()), stop);
                return await _verification.VerifyAsync(input.ToVerify(result), stop);
            }
            catch (Exception)
            {
                return null;
            }
        });

    [Activity]
    public Task<VerifyResult> VerifyTaskAsync(VerifyTaskInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(async stop =>
        {
            RequireAssignment(input.Task);
            var verified = await _verification.VerifyAsync(input, stop);
            await ShareAsync(input.Task, stop);
            return verified;
        });

    [Activity]
    public Task ReleaseTaskAsync(ReleaseTaskInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(async stop =>
        {
            await _preparation.ReleaseAsync(input, stop);
            await RequirePushAsync(new LocalRepositoryTaskReference(input.RunId, input.Repository, input.TaskId), stop);
        });

    private static void RequireAssignment(TaskWorkflowInput task)
    {
        if (task.Rules.Places is not null)
        {
            HostTaskAssignmentStore.RequireAssignment(SharedOf(task));
        }
    }

    /// <summary>
    /// Publishes a worker host's results. A result counts only after it has been published, so no work is lost if the worker host fails
    /// later.
    /// </summary>
    private Task<IReadOnlyList<string>> ShareAsync(TaskWorkflowInput task, CancellationToken stop) =>
        task.Rules.Places is null ? Task.FromResult<IReadOnlyList<string>>([]) : RequirePushAsync(SharedOf(task), stop);

    private Task<IReadOnlyList<string>> RequirePushAsync(LocalRepositoryTaskReference task, CancellationToken stop) =>
        _share.RequirePushAsync(task, asking => TaskOnThisHostChecker.IsHereAsync(CurrentTask.Workflow, task.Repository, asking), stop);

    private static LocalRepositoryTaskReference SharedOf(TaskWorkflowInput task) => new(task.RunId, task.Repository, task.Task.Id);
}
