using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Tasks.Transfer;
using Temporalio.Activities;
using Temporalio.Worker.Interceptors;

namespace Orchestrator.Activities;

/// <summary>
/// Pushes the results that an activity of a shared run has produced, before the activity completes. The results then survive the loss of
/// the host.
/// </summary>
/// <param name="services">Services that activities use on this host.</param>
/// <param name="here">Repository that the worker serves.</param>
public sealed class PostActivityGitPushInterceptor(RunServiceBundle services, RepositoryReference here) : IWorkerInterceptor
{
    private readonly GitRemoteRunStateExchanger _share = new(services);

    /// <inheritdoc/>
    public ActivityInboundInterceptor InterceptActivity(ActivityInboundInterceptor nextInterceptor) =>
        new GitPushActivityInboundInterceptor(nextInterceptor, _share, here);

    private sealed class GitPushActivityInboundInterceptor(
        ActivityInboundInterceptor next,
        GitRemoteRunStateExchanger share,
        RepositoryReference here
    ) : ActivityInboundInterceptor(next)
    {
        public override async Task<object?> ExecuteActivityAsync(ExecuteActivityInput input)
        {
            var result = await base.ExecuteActivityAsync(input);
            var info = ActivityExecutionContext.Current.Info;
            if (ActivityNames.MakingWork.Contains(info.ActivityType) && info.WorkflowId is { } workflow)
            {
                await ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => share.ShareStepAsync(workflow, here, stop));
            }
            return result;
        }
    }
}
