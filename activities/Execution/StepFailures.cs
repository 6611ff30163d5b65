using Orchestrator.Runs;
using Temporalio.Activities;
using Temporalio.Exceptions;
using Temporalio.Worker.Interceptors;

namespace Orchestrator.Activities;

/// <summary>Maps exceptions of steps to failures of activities, for all activities of a worker: a final one is not retried. Other
/// exceptions are retried by the activity's retry policy.</summary>
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
            catch (Exception fault) when (StepFaults.Describe(fault, ActivityExecutionContext.Current.Info.Attempt) is { } failed)
            {
                throw new ApplicationFailureException(
                    failed.Message,
                    failed.InnerException,
                    failed.FailureType,
                    nonRetryable: failed.IsFinal,
                    nextRetryDelay: failed.RetryAfter
                );
            }
        }
    }
}
