using Temporalio.Activities;
using Temporalio.Exceptions;
using Temporalio.Worker.Interceptors;

namespace Orchestrator.Activities;

/// <summary>
/// Cancels a worker's activities immediately instead of waiting for the SDK's grace period, which can't be changed after the worker is
/// created. The next worker retries the activities.
/// </summary>
public sealed class WorkerActivityCanceler : IWorkerInterceptor, IDisposable
{
    private static readonly AsyncLocal<CancellationToken?> OfActivity = new();

    private readonly CancellationTokenSource _stop = new();

    /// <summary>Token that is canceled when the current activity should end, for any reason.</summary>
    internal static CancellationToken Token => OfActivity.Value ?? ActivityExecutionContext.Current.CancellationToken;

    /// <summary>Cancels the running activities, and all activities that start later.</summary>
    public void CancelActivities() => _stop.Cancel();

    /// <inheritdoc/>
    public ActivityInboundInterceptor InterceptActivity(ActivityInboundInterceptor nextInterceptor) =>
        new CancellationInboundInterceptor(nextInterceptor, _stop.Token);

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private sealed class CancellationInboundInterceptor(ActivityInboundInterceptor next, CancellationToken stop)
        : ActivityInboundInterceptor(next)
    {
        public override async Task<object?> ExecuteActivityAsync(ExecuteActivityInput input)
        {
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(ActivityExecutionContext.Current.CancellationToken, stop);
            OfActivity.Value = linked.Token;
            try
            {
                return await base.ExecuteActivityAsync(input);
            }
            catch (OperationCanceledException given) when (stop.IsCancellationRequested)
            {
                throw new ApplicationFailureException("The worker was stopped without a grace period.", given, "WorkerStopped");
            }
        }
    }
}
