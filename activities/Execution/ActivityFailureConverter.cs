using Orchestrator.Runs;
using Temporalio.Activities;
using Temporalio.Exceptions;
using Temporalio.Worker.Interceptors;

namespace Orchestrator.Activities;

/// <summary>
/// Converts exceptions to activity failures, for all activities of a worker. Permanent failures are non-retryable, and the activity's retry
/// policy applies to all others.
/// </summary>
public sealed class ActivityFailureConverter : IWorkerInterceptor
{
    /// <inheritdoc/>
    public ActivityInboundInterceptor InterceptActivity(ActivityInboundInterceptor nextInterceptor) =>
        new FailureMappingInboundInterceptor(nextInterceptor, _faults);

    private readonly RepeatedStepFaultCounter _faults = new();

    private sealed class FailureMappingInboundInterceptor(ActivityInboundInterceptor next, RepeatedStepFaultCounter faults)
        : ActivityInboundInterceptor(next)
    {
        public override async Task<object?> ExecuteActivityAsync(ExecuteActivityInput input)
        {
            var info = ActivityExecutionContext.Current.Info;
            var step = $"{info.WorkflowId}/{info.WorkflowRunId}/{info.ActivityId}";
            try
            {
                var result = await base.ExecuteActivityAsync(input);
                faults.RemoveCount(step);
                return result;
            }
            catch (OperationCanceledException)
            {
                faults.RemoveCount(step);
                throw;
            }
            catch (Exception fault) when (StepFaultClassifier.Describe(fault, info.Attempt, faults.Add(step, fault)) is { } failed)
            {
                if (failed.IsFinal)
                {
                    faults.RemoveCount(step);
                }
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
