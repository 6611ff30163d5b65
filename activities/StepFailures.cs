using Orchestrator.Git;
using Orchestrator.Runs;
using Temporalio.Exceptions;
using Temporalio.Worker.Interceptors;

namespace Orchestrator.Activities;

/// <summary>
/// What a failed step means to the server, for all activities of a worker: a failure that is final is not tried again. Everything that is not told here is a fault in
/// passing and is tried again by the activity's retry policy.
/// </summary>
public sealed class StepFailures : IWorkerInterceptor
{
    /// <inheritdoc/>
    public ActivityInboundInterceptor InterceptActivity(ActivityInboundInterceptor nextInterceptor) => new Mapping(nextInterceptor);

    private sealed class Mapping(ActivityInboundInterceptor next) : ActivityInboundInterceptor(next)
    {
        public override async Task<object?> ExecuteActivityAsync(ExecuteActivityInput input)
        {
            try
            {
                return await base.ExecuteActivityAsync(input);
            }
            catch (StepException failed)
            {
                throw new ApplicationFailureException(failed.Message, failed.InnerException, failed.Type, nonRetryable: failed.IsFinal, nextRetryDelay: failed.RetryAfter);
            }
            catch (WorktreeReplacedException replaced)
            {
                throw new ApplicationFailureException(replaced.Message, replaced, "WorktreeGone", nonRetryable: true);
            }
        }
    }
}
