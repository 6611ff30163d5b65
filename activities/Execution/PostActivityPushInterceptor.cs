using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Tasks.Transfer;
using Temporalio.Activities;
using Temporalio.Worker.Interceptors;

namespace Orchestrator.Activities;

/// <summary>
/// Pushes the results of a shared run's activity before the activity completes. If the host is lost afterwards, no work is lost.
/// </summary>
/// <param name="services">Services that activities use on this host.</param>
/// <param name="here">Repository that the worker serves.</param>
public sealed class PostActivityPushInterceptor(RunServiceBundle services, RepositoryReference here) : IWorkerInterceptor
{
    private readonly CrossHostRunSynchronizer _share = new(services);

    /// <inheritdoc/>
    public ActivityInboundInterceptor InterceptActivity(ActivityInboundInterceptor nextInterceptor) =>
        new PostActivityPushInboundInterceptor(nextInterceptor, _share, here);

    private sealed class PostActivityPushInboundInterceptor(
        ActivityInboundInterceptor next,
        CrossHostRunSynchronizer share,
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
